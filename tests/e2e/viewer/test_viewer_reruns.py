"""Streamlit reruns the page for every widget: the viewer must not notice, nor the network."""

from __future__ import annotations

import pytest
import viewer_app_parts as parts

pytestmark = pytest.mark.browser


def test_an_unrelated_rerun_sends_no_pixels_and_redraws_nothing(viewer_page):
    viewer_page.open(height=512, width=512, masks=3)
    viewer_page.page.wait_for_timeout(300)
    frames, messages = viewer_page.frames(), len(viewer_page.received)
    for _ in range(4):
        viewer_page.click_and_wait("Rerun")
    sent = viewer_page.received[messages:]
    assert len(sent) > 0
    assert max(sent) < 8_000
    assert sum(sent) / 4 < 12_000
    assert viewer_page.frames() == frames


def test_one_more_phrase_sends_only_its_mask(viewer_page):
    viewer_page.open(height=512, width=512, masks=3)
    messages = len(viewer_page.large_messages())
    viewer_page.click_and_wait("One more phrase")
    assert viewer_page.page.locator("li.row").count() == 4
    assert len(viewer_page.large_messages()) - messages == 1


def test_settings_and_view_survive_reruns_and_new_phrases(viewer_page):
    viewer_page.open()
    viewer_page.set_threshold("disc", 77)
    viewer_page.row("dark corner").get_by_role("button", name="Show dark corner").click()
    viewer_page.row("disc").locator("input[type=color]").fill("#123456")
    viewer_page.page.get_by_label("Opacity").fill("80")
    viewer_page.call("viewer.zoomTo(9, 30, 40)")
    place = viewer_page.call("viewer.toCanvas(30, 40)")
    for button in ("Rerun", "One more phrase", "Other picture"):
        viewer_page.click_and_wait(button)
        assert "77 · p ≥ 0.30" in viewer_page.row("disc").inner_text(), button
        eye = viewer_page.row("dark corner").get_by_role("button", name="Show dark corner")
        assert eye.get_attribute("aria-pressed") == "false"
        assert viewer_page.row("disc").locator("input[type=color]").input_value() == "#123456"
        assert viewer_page.page.get_by_label("Opacity").input_value() == "80"
        assert viewer_page.call("viewer.toCanvas(30, 40)") == pytest.approx(place), button


def test_settings_survive_when_the_viewer_leaves_the_page_and_comes_back(viewer_page):
    viewer_page.open()
    viewer_page.set_threshold("disc", 77)
    viewer_page.call("viewer.zoomTo(9, 30, 40)")
    place = viewer_page.call("viewer.toCanvas(30, 40)")
    show = viewer_page.page.get_by_test_id("stCheckbox").locator("label")
    show.click()
    viewer_page.page.locator(".medviewer").wait_for(state="detached")
    show.click()
    viewer_page.ready()
    assert viewer_page.call("viewer.toCanvas(30, 40)") == pytest.approx(place)
    assert viewer_page.row("disc").locator("input[type=range]").input_value() == "77"


def test_what_no_viewer_shows_is_dropped_after_a_while(viewer_page):
    viewer_page.page.clock.install()
    viewer_page.open(height=256, width=256)
    stored = "() => window.medImageViewer.store.byteLength"
    assert viewer_page.page.evaluate(stored) > 100_000
    viewer_page.page.get_by_test_id("stCheckbox").locator("label").click()
    viewer_page.page.locator(".medviewer").wait_for(state="detached")
    viewer_page.page.clock.run_for(61_000)
    assert viewer_page.page.evaluate(stored) == 0


def test_the_picture_and_its_masks_change_together(viewer_page):
    viewer_page.open()
    viewer_page.click_and_wait("Other picture")
    assert viewer_page.pixel_at(2, 2) == parts.picture(96, 128, 1)[2, 2].tolist()


def test_the_wheel_browses_slices_and_going_back_sends_nothing(viewer_page):
    viewer_page.open(height=256, width=256, masks=2, slices=40)
    viewer_page.picture.hover()
    for n in (1, 2):
        viewer_page.page.mouse.wheel(0, 120)
        viewer_page.page.get_by_text(f"below the viewer, slice {n}").wait_for()
        viewer_page.ready()
    assert viewer_page.page.locator(".slice-label").inner_text() == "axial 3 / 40"
    messages = len(viewer_page.large_messages())
    viewer_page.page.mouse.wheel(0, -120)
    viewer_page.page.get_by_text("below the viewer, slice 1").wait_for()
    viewer_page.ready()
    assert viewer_page.pixel_at(2, 2) == parts.picture(256, 256, 1)[2, 2].tolist()
    assert len(viewer_page.large_messages()) == messages
    viewer_page.click_and_wait("Rerun")
    assert viewer_page.pixel_at(2, 2) == parts.picture(256, 256, 1)[2, 2].tolist()


def test_spinning_the_wheel_ends_at_the_slice_that_was_wanted_last(viewer_page):
    viewer_page.open(height=64, width=64, masks=1, slices=60)
    viewer_page.picture.hover()
    for _ in range(25):
        viewer_page.page.mouse.wheel(0, 120)
    viewer_page.page.get_by_text("below the viewer, slice 25").wait_for()
    viewer_page.ready()
    assert viewer_page.page.locator(".slice-label").inner_text() == "axial 26 / 60"
    assert viewer_page.pixel_at(2, 2) == parts.picture(64, 64, 25)[2, 2].tolist()


def test_a_packet_that_the_browser_has_lost_is_sent_again(viewer_page):
    viewer_page.open(height=256, width=256, masks=1, slices=40)
    viewer_page.picture.hover()
    viewer_page.page.mouse.wheel(0, 120)
    viewer_page.page.get_by_text("below the viewer, slice 1").wait_for()
    viewer_page.ready()
    viewer_page.page.evaluate(
        """() => {
            const full = window.medImageViewer.store;
            const empty = new full.constructor();
            empty.hashes = () => full.hashes();  // what the server is told is no longer so
            window.medImageViewer.store = empty;
        }"""
    )
    viewer_page.page.mouse.wheel(0, -120)
    viewer_page.page.get_by_text("below the viewer, slice 0").wait_for()
    viewer_page.ready()
    assert viewer_page.pixel_at(2, 2) == parts.picture(256, 256, 0)[2, 2].tolist()


def test_the_carriers_take_no_room_on_the_page(viewer_page):
    viewer_page.open(masks=6)
    stage = viewer_page.page.locator(".medviewer").bounding_box()
    caption = viewer_page.page.get_by_text("below the viewer").bounding_box()
    assert stage is not None
    assert caption is not None
    assert 0 < caption["y"] - (stage["y"] + stage["height"]) < 24
