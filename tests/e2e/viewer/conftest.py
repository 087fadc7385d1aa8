"""A page with one viewer on it, and what the tests do with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from components.viewer.bundle import library_js
from tests.e2e.viewer_page import ViewerPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

SCRIPT = Path(__file__).with_name("viewer_app.py")


@pytest.fixture
def viewer_page(page: Page, run_app: Callable[..., str]) -> ViewerPage:
    return ViewerPage(page, run_app(SCRIPT))


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
