"""One viewer on a page in a browser tab, and what tests do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

LARGE = 20_000  # bytes; a message with pixels or code in it is larger, a rerun's are smaller


class ViewerPage:
    """The test page in a browser tab.

    Attributes:
        received: Size in bytes of every websocket message from the server so far.
        sent: The same to the server.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.received: list[int] = []
        self.sent: list[int] = []
        self.problems: list[str] = []
        page.on("websocket", self._watch)
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    def _watch(self, socket: Any) -> None:
        socket.on("framereceived", lambda payload: self.received.append(len(payload)))
        socket.on("framesent", lambda payload: self.sent.append(len(payload)))

    def open(self, **query: object) -> ViewerPage:
        self.page.goto(f"{self.url}/?{urlencode(query)}")
        return self.ready()

    def ready(self) -> ViewerPage:
        """Wait until everything that the server sent is on the screen."""
        self.page.locator(".medviewer[data-state=ready]").wait_for()
        return self

    def call(self, expression: str, *values: object) -> Any:
        """Evaluate an expression on the viewer's test hooks, called ``viewer`` in it."""
        return self.page.evaluate(
            f"""values => {{
                const host = [...document.querySelectorAll('.stBidiComponent > * > *')]
                    .map(element => element.shadowRoot?.querySelector('.medviewer')).find(Boolean);
                const viewer = host.viewer;
                return ({expression});
            }}""",
            list(values),
        )

    def pixel_at(self, column: float, row: float) -> list[int]:
        """What the screen shows in the middle of an image pixel."""
        return self.call(
            "viewer.readPixel(...viewer.toCanvas(values[0] + 0.5, values[1] + 0.5))", column, row
        )

    def point(self, column: float, row: float) -> tuple[float, float]:
        """Page coordinates of the middle of an image pixel."""
        box = self.picture.bounding_box()
        assert box is not None
        x, y = self.call("viewer.toCanvas(values[0] + 0.5, values[1] + 0.5)", column, row)
        return box["x"] + x, box["y"] + y

    @property
    def picture(self) -> Locator:
        return self.page.locator(".picture")

    def row(self, phrase: str) -> Locator:
        return self.page.locator("li.row").filter(has_text=phrase)

    def set_threshold(self, phrase: str, value: int) -> None:
        slider = self.row(phrase).locator("input[type=range]")
        if not slider.is_visible():
            self.row(phrase).get_by_role("button", name="Threshold").click()
        slider.fill(str(value))

    def one_label(self) -> None:
        """Let each pixel belong to the phrase with the highest probability."""
        self.page.get_by_role("button", name="One label").click()

    def press(self, key: str) -> None:
        """Press a key with the pointer over the picture."""
        self.picture.hover()
        self.page.keyboard.press(key)

    def frames(self) -> int:
        return int(self.call("viewer.generation"))

    def click_and_wait(self, button: str) -> None:
        """Press a button of the page and wait until Streamlit has rerun."""
        before = len(self.received)
        self.page.get_by_role("button", name=button, exact=True).click()
        for _ in range(500):  # a busy server takes a while to start
            if len(self.received) > before:
                break
            self.page.wait_for_timeout(20)
        self.page.wait_for_timeout(150)
        self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        self.ready()

    def large_messages(self) -> list[int]:
        return [size for size in self.received if size > LARGE]

    def download(self, item: str, folder: Path, *, caption: bool) -> Path:
        """Save one entry of the downloads menu."""
        menu = self.page.locator(".menu")
        if not menu.is_visible():
            self.page.get_by_role("button", name="Download", exact=True).click()
        menu.get_by_role("checkbox").set_checked(caption)
        with self.page.expect_download() as download:
            menu.get_by_role("button", name=item).click()
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        return path
