"""A real browser and real Streamlit servers for the tests in this folder."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.e2e.own_server import OwnServer
from tests.e2e.workbench import APP, NO_ENDPOINT, Workbench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # WebGL2 without a graphics card.
    "--enable-unsafe-swiftshader",
]
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole session; every test opens its own context in it."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def run_app() -> Iterator[Callable[..., str]]:
    """Start a script with Streamlit and get its address; one server a script and environment.

    ``run_app(script, env={"NAME": "value"})`` gives a URL without a slash at its end.
    """
    servers: dict[tuple[str, tuple[tuple[str, str], ...]], str] = {}
    with ExitStack() as stack:

        def start(script: Path, env: Mapping[str, str] | None = None) -> str:
            key = (str(script), tuple(sorted((env or {}).items())))
            if key not in servers:
                server = OwnServer(script, env or {})
                stack.callback(server.stop)
                server.start()
                servers[key] = server.url
            return servers[key]

        yield start


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh browser context, as if on another computer."""
    fresh = chromium.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    fresh.set_default_timeout(PATIENCE_MS)
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """One tab of the fresh context."""
    return context.new_page()


@pytest.fixture
def workbench(page: Page, run_app: Callable[..., str]) -> Workbench:
    """The workbench itself in a tab, with no endpoint set anywhere."""
    return Workbench(page, run_app(APP, env=NO_ENDPOINT)).start()
