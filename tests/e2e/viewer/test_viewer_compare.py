"""Two results side by side in a browser: linked views, the divider, the difference, numbers."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from compare_app_parts import HEIGHT, SHIFT, WIDTH, result_of
from PIL import Image

from core.about import NOTICE
from core.analysis.comparison import compare
from core.analysis.levels import Levels
from tests.e2e.viewer_page import ViewerPage

pytestmark = pytest.mark.browser
SCRIPT = Path(__file__).with_name("compare_app.py")
ONLY_A, BOTH, ONLY_B = (213, 94, 0), (240, 228, 66), (0, 114, 178)


class ComparePage(ViewerPage):
    """The test page in a browser tab."""

    def ready(self):
        self.page.locator(".medcompare[data-state=ready]").wait_for()
        return self

    def call(self, expression, *values):
        """Evaluate an expression on the test hooks of both sides, ``a`` and ``b`` in it."""
        return self.page.evaluate(
            f"""values => {{
                const host = [...document.querySelectorAll('.stBidiComponent > * > *')]
                    .map(element => element.shadowRoot?.querySelector('.medcompare')).find(Boolean);
                const {{ a, b }} = host.comparison;
                return ({expression});
            }}""",
            list(values),
        )

    def side(self, name):
        return self.page.locator(f".picture.side-{name}")

    def place(self, name, column, row):
        """Page coordinates of the middle of an image pixel on one side."""
        box = self.side(name).bounding_box()
        x, y = self.call(f"{name}.toCanvas(values[0] + 0.5, values[1] + 0.5)", column, row)
        return box["x"] + x, box["y"] + y

    def colour(self, name, column, row):
        return self.call(
            f"{name}.readPixel(...{name}.toCanvas(values[0] + 0.5, values[1] + 0.5))", column, row
        )

    def mode(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_timeout(150)

    def screen(self, x, y):
        """What the whole page shows at a point."""
        clip = {"x": round(x), "y": round(y), "width": 1, "height": 1}
        shot = Image.open(io.BytesIO(self.page.screenshot(clip=clip))).convert("RGB")
        return shot.getpixel((0, 0))

    def cells(self, phrase):
        row = self.page.locator(".compare-table tbody tr").filter(has_text=phrase)
        return row.locator("td.number").all_inner_texts()


@pytest.fixture
def sides(page, run_app):
    shown = ComparePage(page, run_app(SCRIPT))
    shown.open()
    yield shown
    assert shown.problems == []


def numbers(threshold_a, threshold_b):
    """What the table has to show of the disc."""
    levels = Levels({"disc": threshold_a}), Levels({"disc": threshold_b})
    pairs = compare(result_of("a"), result_of("b"), *levels)
    found = next(pair.agreement for pair in pairs if pair.phrases == "disc")
    counts = (found.area_a, found.area_b, found.only_a, found.only_b)
    return [*(f"{n:,}" for n in counts), f"{found.dice:.3f}", f"{found.iou:.3f}"]


@pytest.mark.parametrize(("here", "there"), [("a", "b"), ("b", "a")])
def test_zooming_and_dragging_one_side_moves_the_other_with_it(sides, here, there):
    sides.page.mouse.move(*sides.place(here, 90, 30))
    before = sides.call(f"{there}.scale()")
    for _ in range(3):
        sides.page.mouse.wheel(0, -120)
    sides.page.wait_for_timeout(150)
    assert sides.call(f"{there}.scale()") > 1.5 * before
    x, y = sides.place(here, 90, 30)
    sides.page.mouse.down()
    sides.page.mouse.move(x - 60, y + 20, steps=3)
    sides.page.mouse.up()
    points = [sides.call(f"{name}.toCanvas(90, 30)") for name in (here, there)]
    assert points[0] == points[1]
    assert sides.colour("a", 90, 30) != sides.colour("b", 90, 30)


def test_the_pointer_is_marked_at_the_same_image_point_of_the_other_side(sides):
    sides.page.mouse.move(*sides.place("a", 100, 20))
    cross = sides.side("b").locator(".cross")
    box = cross.bounding_box()
    assert np.allclose((box["x"], box["y"]), sides.place("b", 100, 20), atol=1)
    assert not sides.side("a").locator(".cross").is_visible()
    readout = sides.page.locator(".readout").inner_text()
    assert "x 100  y 20" in readout
    assert "A RGB" in readout
    assert "B RGB" in readout
    sides.page.mouse.move(5, 5)
    assert not cross.is_visible()


def test_the_numbers_are_those_of_the_program_and_follow_the_thresholds(sides):
    assert sides.cells("disc") == numbers(128, 128)
    received = len(sides.received)
    sides.page.get_by_label("Threshold A of disc").fill("60")
    assert sides.cells("disc") == numbers(60, 128)
    sides.page.get_by_label("Threshold B of disc").fill("201")
    assert sides.cells("disc") == numbers(60, 201)
    assert len(sides.received) == received


def test_phrases_are_paired_by_name_and_the_rest_by_their_order(sides):
    rows = sides.page.locator(".compare-table tbody th").all_inner_texts()
    assert rows == ["disc", "spot / blob"]
    assert sides.cells("spot / blob")[4:] == ["1.000", "1.000"]


def test_a_mask_is_drawn_at_the_threshold_of_its_own_side(sides):
    spot = np.argwhere(result_of("a").masks[0].probability > 140)[0]
    row, column = (int(n) for n in spot)
    before = {name: sides.colour(name, column, row) for name in "ab"}
    sides.page.get_by_label("Threshold A of disc").fill("255")
    assert sides.colour("a", column, row) != before["a"]
    assert sides.colour("b", column, row) == before["b"]


def test_the_divider_shows_a_at_its_left_and_b_at_its_right(sides):
    sides.mode("Swipe")
    divider = sides.page.get_by_role("slider", name="Divider")
    left, right = sides.place("a", 20, 90), sides.place("a", 110, 90)
    assert sides.screen(*left) == tuple(sides.colour("a", 20, 90))
    assert sides.screen(*right) == tuple(sides.colour("b", 110, 90))

    divider.focus()
    for _ in range(5):
        sides.page.keyboard.press("ArrowLeft")
    assert divider.get_attribute("aria-valuenow") == "40"
    sides.page.keyboard.press("End")
    assert sides.screen(*right) == tuple(sides.colour("a", 110, 90))

    box = divider.bounding_box()
    sides.page.mouse.move(box["x"] + 5, box["y"] + 40)
    sides.page.mouse.down()
    sides.page.mouse.move(left[0] - 20, left[1], steps=4)
    sides.page.mouse.up()
    assert float(divider.get_attribute("aria-valuenow")) < 40
    assert sides.screen(*left) == tuple(sides.colour("b", 20, 90))


def test_the_difference_has_one_colour_for_each_part(sides):
    sides.mode("Difference")
    sides.page.get_by_label("Opacity of the fill").fill("100")
    a = result_of("a").masks[0].mask()
    b = np.roll(a, SHIFT, axis=1)
    for part, colour in ((a & ~b, ONLY_A), (a & b, BOTH), (b & ~a, ONLY_B)):
        row, column = (int(n) for n in np.argwhere(part)[len(np.argwhere(part)) // 2])
        assert tuple(sides.colour("a", column, row)) == colour
    assert not sides.side("b").is_visible()


def test_keys_switch_modes_and_phrases_on_both_sides(sides):
    row, column = np.argwhere(result_of("a").masks[1].probability > 200)[0].tolist()
    before = [sides.colour(name, column, row) for name in "ab"]
    sides.side("a").hover()
    sides.page.keyboard.press("2")
    after = [sides.colour(name, column, row) for name in "ab"]
    assert before[0] != after[0]
    assert before[1] != after[1]
    for key, mode in (("w", "swipe"), ("d", "difference"), ("s", "side")):
        sides.page.keyboard.press(key)
        assert sides.page.locator(f".pictures[data-mode={mode}]").is_visible()


def test_the_picture_has_both_sides_with_captions_engines_and_the_notice(sides, tmp_path):
    with sides.page.expect_download() as download:
        sides.page.get_by_role("button", name="Picture", exact=True).click()
    assert download.value.suggested_filename == "case_1_comparison.png"
    path = tmp_path / "out.png"
    download.value.save_as(path)
    with Image.open(path) as image:
        image.load()
        assert image.text["Source"] == "A: A engine, invented; B: B engine, invented"
        assert image.text["Disclaimer"] == NOTICE
        pixels = np.asarray(image.convert("RGB"))
    assert pixels.shape[1] == 2 * WIDTH + 12
    bare = np.argwhere(result_of("a").masks[0].probability == 0)[0]
    row, column = bare.tolist()
    assert (pixels[row, column] == result_of("a").frame.rgb[row, column]).all()
    assert (pixels[row, column + WIDTH + 12] == result_of("b").frame.rgb[row, column]).all()
    assert (pixels[HEIGHT:] < 128).any()


def test_the_table_is_asked_for_with_the_thresholds_on_the_screen(sides):
    sides.page.get_by_label("Threshold A of disc").fill("60")
    sides.page.get_by_role("button", name="Table", exact=True).click()
    told = sides.page.get_by_text(re.compile(r"^levels \{"))
    told.wait_for()
    assert told.inner_text() == "levels {'disc': 60, 'spot': 128} {'blob': 128, 'disc': 128}"


def test_what_is_set_survives_a_rerun_and_pixels_are_not_sent_again(sides):
    sides.mode("Swipe")
    sides.page.get_by_label("Threshold B of disc").fill("77")
    before = len(sides.large_messages())
    sides.click_and_wait("Rerun")
    assert sides.page.locator(".pictures[data-mode=swipe]").is_visible()
    assert sides.page.get_by_label("Threshold B of disc").input_value() == "77"
    assert len(sides.large_messages()) == before


def test_a_side_that_has_not_been_run_says_so_and_has_no_difference(page, run_app):
    shown = ComparePage(page, run_app(SCRIPT))
    shown.open(waiting=1)
    assert "Press Compare" in shown.side("b").inner_text()
    assert page.get_by_role("button", name="Difference").is_disabled()
    assert shown.cells("disc")[1:] == ["–"] * 5


def test_a_phrase_is_never_anything_but_text(page, run_app):
    shown = ComparePage(page, run_app(SCRIPT))
    shown.open(evil=1)
    assert page.locator(".compare-table tbody th").first.inner_text().startswith("<img")
    assert page.evaluate("window.hacked") is None
