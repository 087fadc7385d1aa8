"""A page with one viewer on it, and what the tests do with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from editor_page import EditorPage
from outbox_page import OutboxPage

from components.viewer.bundle import library_js
from tests.e2e.own_server import OwnServer
from tests.e2e.viewer_page import ViewerPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

SCRIPT = Path(__file__).with_name("viewer_app.py")
EDITOR_SCRIPT = Path(__file__).with_name("editor_app.py")
OUTBOX_SCRIPT = Path(__file__).with_name("outbox_app.py")


@pytest.fixture
def viewer_page(page: Page, run_app: Callable[..., str]) -> ViewerPage:
    return ViewerPage(page, run_app(SCRIPT))


@pytest.fixture
def editor_page(page: Page, run_app: Callable[..., str]) -> EditorPage:
    return EditorPage(page, run_app(EDITOR_SCRIPT))


@pytest.fixture(scope="module")
def library(chromium: Browser, run_app: Callable[..., str]) -> Iterator[Callable[..., Any]]:
    """Evaluate an expression with the viewer's code as ``lib``, and ``values``."""
    page = chromium.new_page()
    page.goto(f"{run_app(SCRIPT)}/_stcore/health")
    page.evaluate(
        """async source => {
            const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
            window.lib = await import(url);
        }""",
        library_js().decode(),
    )
    yield lambda expression, *values: page.evaluate(f"async values => ({expression})", list(values))
    page.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OwnServer, Path]]:
    """One server that can be killed, and the folder in which it stores."""
    folder = tmp_path_factory.mktemp("readings")
    server = OwnServer(OUTBOX_SCRIPT, {"OUTBOX_STORE": str(folder)})
    server.start()
    yield server, folder
    server.kill()


@pytest.fixture
def server(served: tuple[OwnServer, Path]) -> OwnServer:
    """The server with nothing stored."""
    for file in served[1].iterdir():
        file.unlink()
    return served[0]


@pytest.fixture
def outbox(page: Page, server: OwnServer, served: tuple[OwnServer, Path]) -> OutboxPage:
    return OutboxPage(page, server.url, served[1])
