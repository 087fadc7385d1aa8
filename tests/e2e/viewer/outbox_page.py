"""The page with the editor in a browser tab, and what a reader does on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np
from outbox_store import FileStore

from tests.e2e.viewer_page import ViewerPage

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

HOST = """
    const host = [...document.querySelectorAll('.stBidiComponent > * > *')]
        .map(element => element.shadowRoot?.querySelector('.medviewer')).find(Boolean);
    const editor = host.editor;
"""


class OutboxPage(ViewerPage):
    """One tab with the editor.

    Attributes:
        folder: Where the server stores what it gets.
    """

    def __init__(self, page: Page, url: str, folder: Path) -> None:
        super().__init__(page, url)
        self.folder = folder

    def open_item(self, item: int = 1, **query: object) -> OutboxPage:
        self.page.goto(f"{self.url}/?{urlencode({'item': item, **query})}")
        self.page.get_by_text(f"{item} of 3").wait_for()
        self.settled()
        return self

    def settled(self) -> None:
        self.ready()
        self.page.wait_for_timeout(150)

    def edit(self, expression: str, *values: object) -> Any:
        """Evaluate an expression on the editor, called ``editor`` in it."""
        return self.page.evaluate(
            f"async values => {{ {HOST} return ({expression}); }}", list(values)
        )

    def stroke(self, row: int, column: int, length: int = 20) -> None:
        """A stroke of the brush to the right, with the mouse."""
        x, y = self.point(column, row)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(*self.point(column + length, row), steps=4)
        self.page.mouse.up()

    def mask(self, label: str = "label0", height: int = 96, width: int = 128) -> np.ndarray:
        """What the editor shows, bool (H, W)."""
        values = self.edit("[...editor.maskOf(values[0])]", label)
        return np.array(values, np.uint8).reshape(height, width).astype(bool)

    def hold_back(self) -> None:
        """Let nothing get to the server until the page is loaded again."""
        self.edit(
            """Object.defineProperty(editor.outbox.courier, 'trigger',
                {set: () => {}, get: () => () => {}})"""
        )

    def go_on_without_server(self) -> None:
        """Close what Streamlit says when its server does not answer any more."""
        self.page.get_by_role("dialog").wait_for()
        self.page.keyboard.press("Escape")
        self.page.get_by_role("dialog").wait_for(state="detached")

    def wait_until_kept(self) -> None:
        """Wait until the browser has every draft on its disk."""
        for _ in range(200):
            if not self.edit("editor.outbox.drafts.unsafe"):
                return
            self.page.wait_for_timeout(20)
        message = "the drafts did not get into the browser's database"
        raise AssertionError(message)

    def wait_for_status(self, text: str, timeout: float = 30_000) -> None:
        self.page.locator(".saving").filter(has_text=text).wait_for(timeout=timeout)

    def wait_until_saved(self) -> None:
        self.page.locator(".saving[data-state=saved]").wait_for(timeout=40_000)

    @property
    def word(self) -> Locator:
        """What has been decided on the label that is edited."""
        return self.page.locator(".asked .word")

    def stored(self, item: int = 1) -> FileStore:
        return FileStore(self.folder, f"reading{item}")
