"""What is drawn is what is committed: the tools at any zoom against an independent computation."""

from __future__ import annotations

from base64 import b64decode

import cv2
import numpy as np
import pytest
import viewer_app_parts as parts
from editor_page import inside, swept

pytestmark = pytest.mark.browser

SIZE = (96, 128)  # rows, columns
CORNER = [(20.3, 12.7), (31.6, 22.4), (26.2, 31.9)]  # outside of all masks


def soft(number: int = 0, size: tuple[int, int] = SIZE) -> np.ndarray:
    return parts.soft_mask(*size, number)


def ai(number: int = 0) -> np.ndarray:
    return soft(number) >= 128


@pytest.mark.parametrize("spacing", [{}, {"row_mm": 3}], ids=["square", "flat"])
@pytest.mark.parametrize("scale", [None, 1, 8], ids=["fit", "1:1", "8x"])
def test_a_stroke_at_any_zoom_takes_the_pixels_under_it(editor_page, scale, spacing):
    editor_page.open(**spacing)
    editor_page.set_number("Size", 9)
    if scale is not None:
        editor_page.zoom_to(scale, 26, 22)
    where = editor_page.drag(CORNER)
    wanted = ai() | swept(SIZE, where, 4.5)
    assert np.array_equal(editor_page.committed(), wanted)
    column, row = (int(at) for at in where[1])
    bare = parts.picture(*SIZE, 0)[row, column].tolist()
    assert editor_page.pixel_at(column, row) != bare
    assert editor_page.drawn() == ["0-0"]


def test_a_stroke_in_a_picture_that_is_shown_smaller_than_it_is(editor_page):
    size = (1500, 2000)
    editor_page.open(height=1500, width=2000, labels=1)
    editor_page.set_number("Size", 25)
    where = editor_page.drag([(200.5, 180), (420, 300.25), (333, 410)])
    wanted = (soft(size=size) >= 128) | swept(size, where, 12.5)
    assert editor_page.call("viewer.scale()") < 0.6
    assert np.array_equal(editor_page.committed(), wanted)


def test_the_smallest_brush_paints_one_pixel(editor_page):
    editor_page.open()
    editor_page.set_number("Size", 1)
    column, row = (int(at) for at in editor_page.click((25.5, 20.5)))
    assert np.argwhere(editor_page.committed() & ~ai()).tolist() == [[row, column]]


@pytest.mark.parametrize("way", ["eraser", "alt", "switch"])
def test_pixels_are_taken_away(editor_page, way):
    editor_page.open()
    centre = np.argwhere(soft() > 250)[0]
    line = [(centre[1] - 6.0, centre[0] + 2.0), (centre[1] + 9.0, centre[0] + 5.0)]
    editor_page.set_number("Size", 6)
    if way == "eraser":
        editor_page.key("e")
    elif way == "switch":
        editor_page.key("u")
    else:
        editor_page.picture.hover()
        editor_page.page.keyboard.down("Alt")
    where = editor_page.drag(line)
    assert np.array_equal(editor_page.committed(), ai() & ~swept(SIZE, where, 3))


def test_the_probability_brush_paints_only_what_reaches_the_level(editor_page):
    editor_page.open()
    editor_page.key("t").set_number("Size", 40)
    editor_page.page.get_by_label("Probability that this tool").fill("60")
    middle = np.argwhere(soft() > 250)[0]
    spot = editor_page.click((middle[1] + 0.5, middle[0] + 0.5))
    brush = swept(SIZE, [spot], 20)
    assert np.array_equal(editor_page.committed(), ai() | (brush & (soft() >= 60)))
    editor_page.page.get_by_label("Probability that this tool").fill("200")
    editor_page.key("u")
    spot = editor_page.click((middle[1] + 0.5, middle[0] + 0.5))
    before = ai() | (brush & (soft() >= 60))
    cut = swept(SIZE, [spot], 20) & (soft() < 200)
    assert np.array_equal(editor_page.committed(), before & ~cut)


CORNERS = [(10.2, 8.4), (40.7, 12.1), (35.3, 30.8), (14.4, 27.6)]


@pytest.mark.parametrize("end", ["Enter", "double click", "first corner"])
def test_a_polygon_takes_the_pixels_inside(editor_page, end):
    editor_page.open()
    editor_page.key("p")
    where = [editor_page.click(corner) for corner in CORNERS[:-1]]
    if end == "double click":
        editor_page.page.mouse.dblclick(*editor_page.on_page(CORNERS[-1]))
        where += editor_page.image_points([editor_page.on_page(CORNERS[-1])])
    else:
        where.append(editor_page.click(CORNERS[-1]))
        if end == "Enter":
            editor_page.page.keyboard.press("Enter")
        else:
            editor_page.click(CORNERS[0])
    assert np.array_equal(editor_page.committed(), ai() | inside(SIZE, where))
    assert editor_page.drawn() == ["0-0"]


def test_backspace_takes_the_last_corner_back_and_escape_leaves(editor_page):
    editor_page.open()
    editor_page.key("p")
    where = [editor_page.click(corner) for corner in CORNERS[:3]]
    editor_page.click((60, 60))
    editor_page.page.keyboard.press("Backspace")
    editor_page.page.keyboard.press("Enter")
    assert np.array_equal(editor_page.committed(), ai() | inside(SIZE, where))
    for corner in CORNERS[:3]:
        editor_page.click(corner)
    editor_page.page.keyboard.press("Escape")
    editor_page.page.keyboard.press("Enter")
    assert editor_page.drawn() == ["0-0"]
    # Without a shape the keys go to whoever decides.
    assert editor_page.page.evaluate("editorRecord.keys") == ["Enter"]


@pytest.mark.parametrize("scale", [None, 8])
def test_a_lasso_takes_the_pixels_inside(editor_page, scale):
    editor_page.open()
    editor_page.key("l")
    if scale:
        editor_page.zoom_to(scale, 26, 20)
    where = editor_page.drag(CORNERS)
    assert np.array_equal(editor_page.committed(), ai() | inside(SIZE, where))


def test_a_lasso_with_alt_takes_them_away(editor_page):
    editor_page.open()
    editor_page.key("l")
    editor_page.page.keyboard.down("Alt")
    where = editor_page.drag([(60, 30), (120, 40), (100, 90)])
    assert np.array_equal(editor_page.committed(), ai() & ~inside(SIZE, where))


def test_the_probability_fill_takes_the_region_around_the_click(editor_page):
    editor_page.open()
    editor_page.key("g")
    editor_page.page.get_by_label("Probability that this tool").fill("40")
    row, column = np.argwhere(soft() > 250)[0]
    editor_page.click((column + 0.5, row + 0.5))
    assert np.array_equal(editor_page.committed(), soft() >= 40)


def test_tools_that_follow_the_probability_say_when_there_is_none(editor_page):
    editor_page.open()
    editor_page.page.get_by_role("button", name="New label").click()
    editor_page.page.get_by_label("Name of the new label").fill("cyst")
    editor_page.page.keyboard.press("Enter")
    editor_page.row("cyst").wait_for()
    editor_page.ready().key("g")
    editor_page.click((30, 30))
    assert "no probability map" in editor_page.page.locator(".said").inner_text()
    assert editor_page.drawn() == []
    editor_page.key("b").set_number("Size", 5)
    where = editor_page.click((30, 30))
    assert editor_page.drawn() == ["0-2"]
    assert np.array_equal(editor_page.committed(), swept(SIZE, [where], 2.5))


def test_parts_are_kept_or_removed_by_a_click(editor_page):
    editor_page.open()
    editor_page.set_number("Size", 5)
    spots = [editor_page.click(spot) for spot in [(12, 12), (30, 14)]]
    editor_page.key("x")
    editor_page.click((12, 12))
    wanted = ai() | swept(SIZE, spots[1:], 2.5)
    assert np.array_equal(editor_page.committed(), wanted)
    editor_page.key("k")
    editor_page.click((30, 14))
    assert np.array_equal(editor_page.committed(), swept(SIZE, spots[1:], 2.5))
    editor_page.click((90, 14))
    assert "part of the mask itself" in editor_page.page.locator(".said").inner_text()


def test_a_whole_mask_is_filled_grown_shrunk_and_smoothed(editor_page):
    editor_page.open()
    editor_page.key("e").set_number("Size", 4)
    row, column = np.argwhere(soft() > 250)[0]
    editor_page.click((column + 0.5, row + 0.5))
    assert not np.array_equal(editor_page.mask(), ai())
    editor_page.key("i")
    assert np.array_equal(editor_page.committed(), ai())
    editor_page.set_number("By", 3)
    editor_page.key("w")
    distance = cv2.distanceTransform((~ai()).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    grown = editor_page.committed()
    assert np.array_equal(grown, distance <= 3.001)
    editor_page.key("s")
    depth = cv2.distanceTransform(grown.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    assert np.array_equal(editor_page.committed(), depth > 3.001)
    speck = (20, 20)
    editor_page.key("b").set_number("Size", 1)
    editor_page.click((speck[1] + 0.5, speck[0] + 0.5))
    assert editor_page.committed()[speck]
    editor_page.page.get_by_role("button", name="Smooth the contour").click()
    assert not editor_page.committed()[speck]
    editor_page.key("i")
    assert "Nothing to change" in editor_page.page.locator(".said").inner_text()
    assert len(editor_page.drawn()) == 6


@pytest.mark.parametrize("scale", [None, 1, 6])
@pytest.mark.parametrize("size", [(96, 128), (1500, 2000)], ids=["small", "large"])
def test_drawing_only_what_changed_shows_the_same_as_drawing_all(editor_page, scale, size):
    height, width = size
    editor_page.open(height=height, width=width, labels=3)
    editor_page.set_number("Size", max(5, width // 80))
    if scale:
        editor_page.zoom_to(scale, width * 0.3, height * 0.4)
    box = editor_page.picture.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    frames = editor_page.frames()
    editor_page.page.mouse.move(x, y)
    editor_page.page.mouse.down()
    for step in range(1, 7):
        editor_page.page.mouse.move(x - 9 * step, y + 5 * step)
        editor_page.page.wait_for_timeout(30)
    now = editor_page.call("viewer.canvas().toDataURL()")
    assert editor_page.frames() >= frames + 3
    editor_page.page.mouse.up()
    live, whole = (pixels(url) for url in (now, editor_page.call("viewer.snapshot()")))
    assert np.abs(live.astype(int) - whole).max() <= 1
    assert len(np.unique(live[::5, ::5].reshape(-1, 3), axis=0)) > 50


def pixels(url: str) -> np.ndarray:
    file = np.frombuffer(b64decode(url.partition(",")[2]), np.uint8)
    return cv2.imdecode(file, cv2.IMREAD_COLOR)
