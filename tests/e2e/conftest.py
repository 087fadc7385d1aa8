"""A real browser and real Streamlit servers for the tests in this folder."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.workbench import APP, NO_ENDPOINT, Workbench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).parents[2]
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
START_SECONDS = 60


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
                servers[key] = stack.enter_context(_server(script, env or {}))
            return servers[key]

        yield start


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh browser context, as if on another computer."""
    fresh = chromium.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    fresh.set_default_timeout(20_000)
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


@contextmanager
def _server(script: Path, env: Mapping[str, str]) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        "server.headless": "true",
        "server.address": "127.0.0.1",
        "server.port": str(port),
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), *flags],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/_stcore/health", process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(health: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            message = f"the server ended with code {process.returncode}"
            raise RuntimeError(message)
        try:
            with urllib.request.urlopen(health, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    message = f"the server did not answer within {START_SECONDS} s"
    raise RuntimeError(message)
