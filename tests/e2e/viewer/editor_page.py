"""One editor on a page in a browser tab, and what tests do with it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from core.review.masks import mask_sha256
from tests.e2e.viewer_page import ViewerPage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

Point = tuple[float, float]


class EditorPage(ViewerPage):
    """The editor of ``editor_app.py``. Points are (column, row) in image pixels."""

    def on_page(self, point: Point) -> tuple[int, int]:
        """Whole page coordinates next to an image point."""
        x, y = self.point(point[0] - 0.5, point[1] - 0.5)
        return round(x), round(y)

    def image_points(self, places: Sequence[tuple[int, int]]) -> list[Point]:
        """The image points under page coordinates, by the picture's corner and size on the page."""
        box = self.picture.bounding_box()
        assert box is not None
        width, height = self.call("[host.editor.model.width, host.editor.model.height]")
        left, top = self.call("viewer.toCanvas(0, 0)")
        right, bottom = self.call(f"viewer.toCanvas({width}, {height})")
        return [
            (
                (x - box["x"] - left) * width / (right - left),
                (y - box["y"] - top) * height / (bottom - top),
            )
            for x, y in places
        ]

    def zoom_to(self, scale: float, column: float, row: float) -> None:
        self.call("viewer.zoomTo(...values)", scale, column, row)
        self.call("viewer.snapshot()")

    @contextmanager
    def pressed(self, point: Point, button: str = "left") -> Iterator[None]:
        """The mouse button held down from a point on."""
        self.page.mouse.move(*self.on_page(point))
        self.page.mouse.down(button=button)
        yield
        self.page.mouse.up(button=button)

    def drag(self, points: Sequence[Point]) -> list[Point]:
        """Draw through points; gives the image points that the pointer really was at."""
        places = [self.on_page(point) for point in points]
        where = self.image_points(places)
        with self.pressed(points[0]):
            for x, y in places[1:]:
                self.page.mouse.move(x, y)
        return where

    def click(self, point: Point) -> Point:
        """Click; gives the image point that the pointer really was at."""
        place = self.on_page(point)
        self.page.mouse.click(*place)
        return self.image_points([place])[0]

    def key(self, *keys: str) -> EditorPage:
        """Press keys with the pointer over the picture."""
        for key in keys:
            self.press(key)
        return self

    def set_number(self, label: str, value: int) -> None:
        field = self.page.locator(".number").filter(has_text=label).locator("input")
        field.fill(str(value))
        field.press("Enter")

    def mask(self, label: str = "0-0") -> npt.NDArray[np.bool_]:
        """The mask of a label as the editor has it now."""
        height = self.call("host.editor.model.height")
        values = self.call("[...host.editor.maskOf(values[0])]", label)
        return np.array(values, bool).reshape(height, -1)

    def drawn(self) -> list[str]:
        """Ids of the labels that the outbox was told of, in order."""
        return self.page.evaluate("editorRecord.drawn.map(({ id }) => id)")

    def committed(self) -> npt.NDArray[np.bool_]:
        """The mask that the outbox was given last; its hash in the browser is the one of Python."""
        values, height, digest = self.page.evaluate(
            """async () => {
                const { mask, width, height } = editorRecord.drawn.at(-1);
                return [[...mask], height, await editorRecord.hash(mask, width, height)];
            }"""
        )
        mask = np.array(values, bool).reshape(height, -1)
        assert digest == mask_sha256(mask)
        return mask


def swept(shape: tuple[int, int], points: Sequence[Point], radius: float) -> npt.NDArray[np.bool_]:
    """Pixels whose centres are at most ``radius`` from the line through (column, row) points."""
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]] + 0.5
    mask = np.zeros(shape, bool)
    for (x, y), (to_x, to_y) in zip(points, [*points[1:], points[-1]], strict=True):
        across, down = to_x - x, to_y - y
        length = across**2 + down**2
        along = ((columns - x) * across + (rows - y) * down) / length if length else 0.0
        share = np.clip(along, 0, 1)
        distance = np.hypot(columns - x - share * across, rows - y - share * down)
        mask |= distance <= radius
    return mask


def inside(shape: tuple[int, int], corners: Sequence[Point]) -> npt.NDArray[np.bool_]:
    """Pixels whose centres lie within a polygon by the even-odd rule."""
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]] + 0.5
    mask = np.zeros(shape, bool)
    for (x, y), (to_x, to_y) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if y == to_y:
            continue
        crosses = (y <= rows) != (to_y <= rows)
        mask ^= crosses & (columns > x + (rows - y) * (to_x - x) / (to_y - y))
    return mask
