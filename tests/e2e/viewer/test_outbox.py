"""What a reader draws and decides gets to the server, whatever happens on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from outbox_page import OutboxPage
from outbox_store import mask_from
from viewer_app_parts import soft_mask

from core.review.masks import mask_sha256

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser

SHAPE = (96, 128)
AI = soft_mask(*SHAPE, 0) >= 128


def other_tab(outbox: OutboxPage, context: BrowserContext) -> OutboxPage:
    return OutboxPage(context.new_page(), outbox.url, outbox.folder)


def newest(outbox: OutboxPage, label: str = "label0", item: int = 1) -> np.ndarray:
    return mask_from(outbox.stored(item).edits(label)[-1]["mask"], SHAPE)


def test_a_stroke_is_stored_as_it_was_drawn(outbox):
    outbox.open_item()
    outbox.stroke(20, 30)
    outbox.wait_for_status("Saving")
    outbox.wait_until_saved()
    drawn = outbox.mask()
    assert drawn.sum() > AI.sum()
    assert outbox.stored().edits("label0")[0]["sha256"] == mask_sha256(drawn)
    assert np.array_equal(newest(outbox), drawn)


def test_what_was_drawn_is_there_after_a_reload_and_is_sent_then(outbox):
    outbox.open_item()
    outbox.hold_back()
    outbox.stroke(20, 30)
    outbox.wait_until_kept()
    drawn = outbox.mask()
    assert outbox.stored().edits("label0") == []
    outbox.page.reload()
    outbox.wait_until_saved()
    assert np.array_equal(outbox.mask(), drawn)
    assert np.array_equal(newest(outbox), drawn)
    assert len(outbox.stored().edits("label0")) == 1


def test_drawing_on_and_on_is_stored_on_the_way_and_ends_as_it_was_drawn(outbox):
    outbox.open_item()
    for n in range(8):
        outbox.stroke(10 + n * 10, 20 + n * 4)
        outbox.page.wait_for_timeout(300)
    outbox.wait_until_saved()
    drawn = outbox.mask()
    edits = outbox.stored().edits("label0")
    assert np.array_equal(newest(outbox), drawn)
    # Nobody has to stop for it: the oldest stroke waits for two seconds at most.
    assert 2 <= len(edits) <= 8
    assert outbox.page.locator(".question").count() == 0
    # And what was stored in the middle of it is no stranger's after a reload.
    outbox.stroke(85, 20)
    outbox.wait_until_kept()
    outbox.page.reload()
    outbox.wait_until_saved()
    assert outbox.page.locator(".question").count() == 0
    assert outbox.mask().sum() > drawn.sum()
    assert np.array_equal(newest(outbox), outbox.mask())


def test_what_was_drawn_while_the_server_was_dead_arrives_when_it_is_back(outbox, server):
    outbox.open_item()
    server.kill()
    outbox.stroke(20, 30)
    outbox.wait_for_status("Not saved yet: kept in this browser")
    outbox.go_on_without_server()
    outbox.edit("editor.activate('label1')")
    outbox.stroke(40, 30)
    outbox.press("f")
    drawn = [outbox.mask(label) for label in ("label0", "label1")]
    server.start()
    outbox.wait_until_saved()
    assert [mask_sha256(newest(outbox, label)) for label in ("label0", "label1")] == [
        mask_sha256(mask) for mask in drawn
    ]
    assert outbox.stored().decisions("label1")[-1]["verdict"] == "flag"


def test_a_tab_that_was_closed_while_the_server_was_dead_loses_nothing(outbox, server, context):
    outbox.open_item()
    server.kill()
    outbox.stroke(20, 30)
    outbox.press("r")
    outbox.wait_until_kept()
    drawn = outbox.mask()
    outbox.page.close()
    server.start()
    fresh = other_tab(outbox, context)
    fresh.open_item()
    fresh.wait_until_saved()
    assert np.array_equal(fresh.mask(), drawn)
    assert np.array_equal(newest(fresh), drawn)
    assert fresh.stored().decisions("label0")[-1]["verdict"] == "reject"


def test_two_tabs_on_one_reading_ask_the_one_that_drew_on_what_was_old(outbox, context):
    outbox.open_item()
    late = other_tab(outbox, context)
    late.open_item()
    outbox.stroke(20, 30)
    outbox.wait_until_saved()
    late.stroke(70, 30)
    drawn = late.mask()
    question = late.page.locator(".question")
    question.wait_for()
    assert "“disc” was changed elsewhere after you drew this" in question.inner_text()
    assert late.page.locator(".saving").inner_text() == "Waiting for your answer"
    assert len(late.stored().edits("label0")) == 1
    question.get_by_role("button", name="Use mine").click()
    late.wait_until_saved()
    assert np.array_equal(newest(late), drawn)
    assert len(late.stored().edits("label0")) == 2
    # The first tab shows it as soon as it hears of it.
    outbox.click_and_wait("Rerun")
    outbox.page.wait_for_timeout(500)
    assert np.array_equal(outbox.mask(), drawn)


def test_a_reader_may_keep_what_is_stored_and_take_that_back(outbox, context):
    outbox.open_item()
    late = other_tab(outbox, context)
    late.open_item()
    outbox.stroke(20, 30)
    outbox.wait_until_saved()
    late.stroke(70, 30)
    mine = late.mask()
    late.page.get_by_role("button", name="Keep the stored one").click()
    late.wait_until_saved()
    late.page.wait_for_timeout(300)
    assert np.array_equal(late.mask(), outbox.mask())
    assert len(late.stored().edits("label0")) == 1
    late.picture.hover()
    late.page.keyboard.press("Control+z")
    late.wait_until_saved()
    late.page.wait_for_timeout(1500)
    assert np.array_equal(newest(late), mine)


def test_a_decision_on_a_mask_in_question_waits_for_the_answer(outbox, context):
    outbox.open_item()
    late = other_tab(outbox, context)
    late.open_item()
    outbox.stroke(20, 30)
    outbox.wait_until_saved()
    late.stroke(70, 30)
    late.press("r")
    late.page.locator(".question").wait_for()
    late.page.wait_for_timeout(5000)
    assert late.stored().decisions("label0") == []
    late.page.get_by_role("button", name="Use mine").click()
    late.wait_until_saved()
    assert [len(late.stored().edits("label0")), len(late.stored().decisions("label0"))] == [2, 1]


def test_a_decision_takes_the_stroke_that_was_not_sent_yet_with_it(outbox):
    outbox.open_item()
    outbox.stroke(20, 30)
    outbox.press("a")
    outbox.wait_until_saved()
    [message] = outbox.stored().kept["messages"]
    assert message[1:] == [1, 1, ""]
    # The server says what it became; the next label is up.
    assert outbox.row("disc").locator(".verdict").inner_text() == "accepted with changes"
    assert outbox.page.locator(".asked .about").inner_text() == "stripe"


def test_a_mask_that_was_damaged_on_the_way_is_refused_and_comes_again(outbox):
    outbox.open_item()
    outbox.edit(
        """(() => {
            const {courier} = editor.outbox, send = courier.trigger;
            courier.trigger = (name, value) => send(name, {...value,
                edits: value.edits.map(edit => ({...edit, sha256: "0".repeat(64)}))});
        })()"""
    )
    outbox.stroke(20, 30)
    outbox.page.get_by_text("A mask that arrived is not the one that was drawn").wait_for()
    assert outbox.stored().kept["edits"] == {}
    outbox.wait_until_saved()
    assert np.array_equal(newest(outbox), outbox.mask())
    assert outbox.page.locator(".server-said").is_hidden()


def test_what_the_store_does_not_take_stays_in_the_browser_until_it_does(outbox):
    outbox.open_item()
    (outbox.folder / "refuse").touch()
    outbox.stroke(20, 30)
    outbox.page.get_by_text("The store does not answer").wait_for()
    outbox.wait_for_status("Not saved yet: kept in this browser")
    (outbox.folder / "refuse").unlink()
    outbox.wait_until_saved()
    assert np.array_equal(newest(outbox), outbox.mask())


def test_without_a_database_in_the_browser_the_reader_is_told_to_keep_the_tab_open(outbox):
    outbox.page.add_init_script("Object.defineProperty(window, 'indexedDB', {value: undefined})")
    outbox.open_item()
    (outbox.folder / "refuse").touch()
    outbox.stroke(20, 30)
    outbox.wait_for_status("Not saved yet: keep this tab open")
    assert outbox.edit("editor.outbox.drafts.unsafe")
    (outbox.folder / "refuse").unlink()
    outbox.wait_until_saved()
    assert np.array_equal(newest(outbox), outbox.mask())
    assert not outbox.edit("editor.outbox.drafts.unsafe")


def test_what_was_taken_back_at_once_stores_nothing(outbox):
    outbox.open_item()
    outbox.press("w")
    assert outbox.page.locator(".saving").inner_text() == "Saving…"
    outbox.page.keyboard.press("Control+z")
    outbox.wait_until_saved()
    outbox.wait_until_kept()
    outbox.page.reload()
    outbox.settled()
    outbox.wait_until_saved()
    assert np.array_equal(outbox.mask(), AI)
    assert outbox.stored().edits("label0") == []


def test_work_on_another_image_is_offered_where_it_waits(outbox):
    outbox.open_item()
    outbox.hold_back()
    outbox.stroke(20, 30)
    outbox.wait_until_kept()
    drawn = outbox.mask()
    outbox.open_item(2)
    outbox.page.get_by_role("link", name="Work on another image waits in this browser").click()
    outbox.page.get_by_text("1 of 3").wait_for()
    outbox.wait_until_saved()
    assert np.array_equal(newest(outbox), drawn)
    assert outbox.page.get_by_role("link", name="waits in this browser").count() == 0


def test_changing_the_language_in_the_middle_of_it_loses_nothing(outbox):
    outbox.open_item()
    (outbox.folder / "refuse").touch()
    outbox.stroke(20, 30)
    outbox.press("f")
    drawn = outbox.mask()
    outbox.page.get_by_text("Italiano").click()
    outbox.page.get_by_role("button", name="Accetta").wait_for()
    (outbox.folder / "refuse").unlink()
    outbox.wait_until_saved()
    assert np.array_equal(newest(outbox), drawn)
    assert outbox.stored().decisions("label0")[-1]["verdict"] == "flag"
