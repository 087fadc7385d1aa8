"""The curve of area against threshold: what it shows, and that it sets the threshold."""

from __future__ import annotations

import numpy as np
import pytest
import viewer_app_parts as parts

pytestmark = pytest.mark.browser

SIZE = (96, 128)


def curve(viewer_page, phrase: str):
    row = viewer_page.row(phrase)
    row.get_by_role("button", name=f"Threshold of {phrase}").click()
    return row.get_by_role("slider", name=f"Area against threshold of {phrase}")


def threshold(viewer_page, phrase: str) -> int:
    return int(viewer_page.row(phrase).locator("input[type=range]").input_value())


def test_a_click_on_the_curve_sets_the_threshold_with_area_and_pixels(viewer_page):
    viewer_page.open()
    plot = curve(viewer_page, "disc")
    box = plot.bounding_box()
    assert box is not None
    plot.click(position={"x": box["width"] * 60.5 / 256, "y": 20})
    assert threshold(viewer_page, "disc") == 60
    soft = parts.soft_mask(*SIZE, 0)
    area = f"{np.count_nonzero(soft >= 60):,} px"
    assert area in viewer_page.row("disc").locator(".area").inner_text()
    row, column = (int(n) for n in np.argwhere((soft > 62) & (soft < 90))[0])
    assert viewer_page.pixel_at(column, row) != parts.picture(*SIZE, 0)[row, column].tolist()


def test_dragging_on_the_curve_follows_the_pointer_and_stops_at_its_ends(viewer_page):
    viewer_page.open()
    box = curve(viewer_page, "disc").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    mouse = viewer_page.page.mouse
    mouse.move(box["x"] + 30, middle)
    mouse.down()
    mouse.move(box["x"] + box["width"] * 200.5 / 256, middle, steps=3)
    assert threshold(viewer_page, "disc") == 200
    mouse.move(box["x"] + box["width"] + 300, middle + 200)
    assert threshold(viewer_page, "disc") == 255
    mouse.up()
    mouse.move(box["x"], middle)
    assert threshold(viewer_page, "disc") == 255


def test_keys_on_the_curve_set_the_threshold_and_reset_brings_128_back(viewer_page):
    viewer_page.open(slices=9)
    plot = curve(viewer_page, "disc")
    plot.focus()
    viewer_page.picture.hover()
    for key, level in [("ArrowLeft", 127), ("PageUp", 143), ("End", 255), ("Home", 0)]:
        viewer_page.page.keyboard.press(key)
        assert threshold(viewer_page, "disc") == level
        assert plot.get_attribute("aria-valuenow") == str(level)
    assert "axial 1 / 9" in viewer_page.page.locator(".slice-label").inner_text()
    viewer_page.row("disc").get_by_role("button", name="Reset").click()
    assert threshold(viewer_page, "disc") == 128


def test_the_curve_says_in_words_how_much_the_threshold_matters(viewer_page):
    viewer_page.open()
    curve(viewer_page, "disc")
    soft = parts.soft_mask(*SIZE, 0)
    low, here, high = (np.count_nonzero(soft >= level) for level in (96, 128, 160))
    words = f"Between 96 and 160 the area changes by {100 * (low - high) / here:.0f} %."
    assert viewer_page.row("disc").locator(".curve-words").inner_text() == words


def test_a_hard_mask_says_that_the_threshold_has_no_effect(viewer_page):
    viewer_page.open(hard=1)
    curve(viewer_page, "block")
    words = viewer_page.row("block").locator(".curve-words")
    assert words.inner_text() == "Hard mask: the threshold has no effect."


def test_an_empty_mask_has_nothing_at_any_threshold(viewer_page):
    viewer_page.open(empty=1)
    curve(viewer_page, "unicorn")
    words = viewer_page.row("unicorn").locator(".curve-words")
    assert words.inner_text() == "Nothing found at any threshold."
