"""The button "Measure": the one thing but slices that tells the server anything."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def measure(viewer_page):
    viewer_page.page.get_by_role("button", name="Measure", exact=True).click()


def test_measure_sends_what_is_on_the_screen(viewer_page):
    viewer_page.open(masks=2)
    viewer_page.set_threshold("disc", 90)
    viewer_page.one_label()
    measure(viewer_page)
    words = "levels {'disc': 90, 'dark corner': 128} highest"
    viewer_page.page.get_by_text(words).wait_for()


def test_sliders_switches_zoom_and_the_curve_never_call_the_server(viewer_page):
    viewer_page.open(masks=6, hard=1, maps=1)
    viewer_page.page.wait_for_timeout(400)
    before = len(viewer_page.sent), len(viewer_page.received)
    for level in (10, 90, 200, 255):
        viewer_page.set_threshold("disc", level)
    plot = viewer_page.row("disc").get_by_role("slider", name="Area against")
    plot.click(position={"x": 50, "y": 10})
    plot.press("PageUp")
    viewer_page.row("disc").get_by_role("button", name="Reset").click()
    viewer_page.one_label()
    viewer_page.page.get_by_role("button", name="Each keeps its own").click()
    viewer_page.row("disc").locator("input[type=color]").fill("#13f0a7")
    viewer_page.page.get_by_label("Opacity").fill("70")
    for button in ("Fill", "Outline", "Masks"):
        viewer_page.page.get_by_role("button", name=button, exact=True).click()
    viewer_page.row("map 0").get_by_role("button", name="Show map 0").click()
    for key in ("+", "-", "0", "1", "o", " "):
        viewer_page.press(key)
    viewer_page.page.wait_for_timeout(400)
    assert (len(viewer_page.sent), len(viewer_page.received)) == before
    measure(viewer_page)
    viewer_page.page.get_by_text("levels {").wait_for()
    assert len(viewer_page.sent) == before[0] + 1


def test_the_panel_says_whether_the_numbers_follow_the_screen(viewer_page):
    viewer_page.open(masks=2)
    state = viewer_page.page.locator(".levels")
    assert state.inner_text() == ""
    viewer_page.set_threshold("disc", 90)
    assert "press Measure" in state.inner_text()
    measure(viewer_page)
    assert "use what is on screen" in state.inner_text()
    viewer_page.one_label()
    assert "press Measure" in state.inner_text()
    viewer_page.page.get_by_role("button", name="Each keeps its own").click()
    assert "use what is on screen" in state.inner_text()


def test_a_click_on_measure_sends_no_pixels_back(viewer_page):
    viewer_page.open(height=512, width=512, masks=3)
    viewer_page.page.wait_for_timeout(300)
    large = len(viewer_page.large_messages())
    measure(viewer_page)
    viewer_page.page.get_by_text("levels {").wait_for()
    viewer_page.ready()
    assert len(viewer_page.large_messages()) == large


@pytest.mark.parametrize("query", [{"masks": 0}, {"masks": 0, "maps": 1}, {"bare": 1}])
def test_without_masks_or_where_nothing_is_measured_there_is_no_button(viewer_page, query):
    viewer_page.open(**query)
    assert not viewer_page.page.get_by_role("button", name="Measure", exact=True).is_visible()
