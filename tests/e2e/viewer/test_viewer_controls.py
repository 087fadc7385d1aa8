"""Mouse, touch and keys; and text from users, which is never anything but text."""

from __future__ import annotations

import numpy as np
import pytest
import viewer_app_parts as parts

pytestmark = pytest.mark.browser


def test_the_wheel_zooms_to_the_cursor(viewer_page):
    viewer_page.open()
    x, y = viewer_page.point(90, 30)
    viewer_page.page.mouse.move(x, y)
    before = viewer_page.call("viewer.scale()")
    for _ in range(4):
        viewer_page.page.mouse.wheel(0, -120)
    viewer_page.page.wait_for_function("() => true")
    after = viewer_page.call("viewer.scale()")
    assert after > 1.8 * before
    assert np.allclose(viewer_page.point(90, 30), (x, y), atol=after / before)
    assert "x 90  y 30" in viewer_page.page.locator(".readout").inner_text()


def test_dragging_moves_the_picture_with_the_cursor(viewer_page):
    viewer_page.open()
    viewer_page.call("viewer.zoomTo(12, 64, 48)")
    x, y = viewer_page.point(64, 48)
    viewer_page.page.mouse.move(x, y)
    viewer_page.page.mouse.down()
    viewer_page.page.mouse.move(x - 120, y + 40, steps=4)
    viewer_page.page.mouse.up()
    assert np.allclose(viewer_page.point(64, 48), (x - 120, y + 40), atol=1.5)


def test_a_double_click_and_0_fit_again(viewer_page):
    viewer_page.open()
    fitted = viewer_page.call("viewer.scale()")
    for back in (lambda: viewer_page.press("0"), viewer_page.picture.dblclick):
        viewer_page.press("+")
        viewer_page.press("+")
        assert viewer_page.call("viewer.scale()") > 1.5 * fitted
        back()
        assert viewer_page.call("viewer.scale()") == pytest.approx(fitted)


def test_two_fingers_zoom(viewer_page):
    viewer_page.open()
    before = viewer_page.call("viewer.scale()")
    x, y = viewer_page.point(64, 48)
    session = viewer_page.page.context.new_cdp_session(viewer_page.page)

    def touch(kind: str, *spread: float) -> None:
        points = [
            {"x": x - d, "y": y, "id": 0} if n == 0 else {"x": x + d, "y": y, "id": 1}
            for d in spread
            for n in (0, 1)
        ]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 40)
    for spread in (60, 80, 100):
        touch("touchMove", spread)
    touch("touchEnd")
    assert viewer_page.call("viewer.scale()") > 1.7 * before


def test_1_to_1_shows_one_pixel_as_one_pixel(viewer_page):
    viewer_page.open()
    viewer_page.page.get_by_role("button", name="Actual size").click()
    assert viewer_page.call("viewer.scale()") == 1


def test_number_keys_switch_phrases(viewer_page):
    viewer_page.open()
    eye = viewer_page.row("dark corner").get_by_role("button", name="Show dark corner")
    viewer_page.press("2")
    assert eye.get_attribute("aria-pressed") == "false"
    viewer_page.press("2")
    assert eye.get_attribute("aria-pressed") == "true"


def test_o_switches_the_outline(viewer_page):
    viewer_page.open()
    outline = viewer_page.page.get_by_role("button", name="Outline")
    viewer_page.press("o")
    assert outline.get_attribute("aria-pressed") == "false"


def test_the_space_bar_hides_while_held_and_switches_when_tapped(viewer_page):
    viewer_page.open()
    masks = viewer_page.page.get_by_role("button", name="Masks")
    viewer_page.picture.hover()
    keyboard = viewer_page.page.keyboard
    keyboard.down(" ")
    assert masks.get_attribute("aria-pressed") == "false"
    viewer_page.page.wait_for_timeout(400)
    keyboard.up(" ")
    assert masks.get_attribute("aria-pressed") == "true"
    keyboard.press(" ")
    assert masks.get_attribute("aria-pressed") == "false"
    keyboard.press(" ")
    assert masks.get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("key", ["h", "?"])
def test_a_key_lists_the_keys(viewer_page, key):
    viewer_page.open()
    help_card = viewer_page.page.get_by_role("dialog", name="Keys")
    viewer_page.press(key)
    assert "outline" in help_card.inner_text()
    viewer_page.press("Escape")
    assert not help_card.is_visible()


def test_typing_in_a_text_box_is_left_alone(viewer_page):
    viewer_page.open()
    box = viewer_page.page.get_by_label("Note")
    box.focus()
    viewer_page.picture.hover()
    viewer_page.page.keyboard.type("12 oh?")
    assert box.input_value() == "12 oh?"
    outline = viewer_page.page.get_by_role("button", name="Outline")
    assert outline.get_attribute("aria-pressed") == "true"


def test_keys_do_nothing_while_the_user_is_elsewhere(viewer_page):
    viewer_page.open()
    viewer_page.page.get_by_text("below the viewer").hover()
    viewer_page.page.keyboard.press("o")
    outline = viewer_page.page.get_by_role("button", name="Outline")
    assert outline.get_attribute("aria-pressed") == "true"


def test_everything_is_reached_with_the_tab_key_and_has_a_name(viewer_page):
    viewer_page.open(masks=1, model=1)
    names = viewer_page.page.evaluate(
        """() => {
            const root = [...document.querySelectorAll('.stBidiComponent > * > *')]
                .map(element => element.shadowRoot).find(Boolean);
            return [...root.querySelectorAll('button, input, [tabindex]')]
                .filter(element => element.checkVisibility())
                .map(element => element.getAttribute('aria-label')
                    || element.textContent.trim() || element.labels?.[0]?.textContent.trim());
        }"""
    )
    assert len(names) > 12
    assert all(names)


def test_arrow_and_page_keys_browse_slices(viewer_page):
    viewer_page.open(height=64, width=64, slices=40)
    label = viewer_page.page.locator(".slice-label")
    for key, text in [("ArrowDown", "2"), ("PageDown", "12"), ("ArrowUp", "11"), ("PageUp", "1")]:
        viewer_page.press(key)
        assert label.inner_text() == f"axial {text} / 40"


def test_ctrl_and_the_wheel_zoom_in_a_volume(viewer_page):
    viewer_page.open(height=64, width=64, slices=40)
    before = viewer_page.call("viewer.scale()")
    viewer_page.picture.hover()
    viewer_page.page.keyboard.down("Control")
    viewer_page.page.mouse.wheel(0, -120)
    viewer_page.page.keyboard.up("Control")
    viewer_page.page.wait_for_timeout(200)
    assert viewer_page.call("viewer.scale()") > 1.1 * before
    assert viewer_page.page.locator(".slice-label").inner_text() == "axial 1 / 40"


def test_the_read_out_tells_the_pixel_and_its_probabilities(viewer_page):
    viewer_page.open()
    soft = parts.soft_mask(96, 128, 0)
    row, column = (int(n) for n in np.argwhere(soft == 200)[0])
    viewer_page.page.mouse.move(*viewer_page.point(column, row))
    red, green, blue = parts.picture(96, 128, 0)[row, column]
    text = viewer_page.page.locator(".readout").inner_text()
    assert f"x {column}  y {row}" in text
    assert f"RGB {red} {green} {blue}" in text
    assert "0.78" in text
    assert viewer_page.row("disc").locator(".level").inner_text() == "0.78"


def test_what_the_model_sees_is_exactly_the_picture_that_was_sent(viewer_page):
    viewer_page.open(model=1)
    viewer_page.page.get_by_role("button", name="What the model sees").click()
    sent = parts.picture(64, 64, 9)
    for row, column in [(0, 0), (63, 63), (31, 8), (20, 50)]:
        assert viewer_page.pixel_at(column, row) == sent[row, column].tolist()
    viewer_page.page.get_by_role("button", name="What the model sees").click()
    assert viewer_page.pixel_at(2, 2) == parts.picture(96, 128, 0)[2, 2].tolist()


def test_a_phrase_with_markup_is_shown_as_text(viewer_page):
    viewer_page.open(evil=1, stem="<b>x</b>")
    assert viewer_page.row("<img src=x onerror=").is_visible()
    viewer_page.page.get_by_role("button", name="Download").click()
    assert viewer_page.page.locator(".menu").get_by_text("<script>").is_visible()
    assert viewer_page.page.evaluate("() => window.hacked") is None
    assert viewer_page.page.locator(".viewer img, .viewer script, .viewer b").count() == 0
    assert viewer_page.problems == []
