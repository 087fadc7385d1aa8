"""Decisions, words and moves: from the keyboard, and as the server tells them back."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def test_every_decision_has_its_key_and_the_next_label_comes_up(outbox):
    outbox.open_item()
    assert outbox.word.inner_text() == "undecided"
    outbox.press("a")
    outbox.press("n")
    outbox.wait_until_saved()
    rows = {name: outbox.row(name).locator(".verdict").inner_text() for name in ("disc", "stripe")}
    assert rows == {"disc": "accepted", "stripe": "not present"}
    for key, word in (("f", "flagged"), ("r", "rejected")):
        outbox.press(key)
        outbox.wait_until_saved()
        assert outbox.word.inner_text() == word
    label = outbox.edit("editor.active")
    assert [entry["verdict"] for entry in outbox.stored().decisions(label)][-2:] == [
        "flag",
        "reject",
    ]


def test_difficulty_reason_and_comment_go_with_the_decision(outbox):
    outbox.open_item()
    outbox.press("*")
    outbox.press("*")
    outbox.press("/")
    outbox.page.keyboard.type("narrow, and faint: a r f n")
    outbox.page.keyboard.press("Escape")
    outbox.wait_until_kept()
    assert outbox.stored().decisions("label0") == []
    # What was typed is there after a reload, before anything has been decided.
    outbox.page.reload()
    outbox.settled()
    assert outbox.page.get_by_label("Comment", exact=False).first.input_value().startswith("narrow")
    outbox.press("r")
    outbox.page.locator(".why select").select_option("Border too wide")
    outbox.wait_until_saved()
    outbox.page.wait_for_timeout(300)
    outbox.wait_until_saved()
    assert outbox.stored().decisions("label0")[-1] == {
        "verdict": "reject",
        "difficulty": 2,
        "reason": "Border too wide",
        "comment": "narrow, and faint: a r f n",
    }


def test_a_reason_is_offered_only_where_something_is_wrong(outbox):
    outbox.open_item()
    assert outbox.page.locator(".why").is_hidden()
    outbox.press("f")
    outbox.page.locator(".why").wait_for()
    outbox.page.locator(".why select").select_option("Wrong structure")
    outbox.wait_until_saved()
    outbox.press("a")
    outbox.wait_until_saved()
    assert outbox.stored().decisions("label0")[-1]["reason"] == ""


def test_keys_do_nothing_while_a_text_is_typed(outbox):
    outbox.open_item()
    outbox.press("/")
    outbox.page.keyboard.type("arfn")
    outbox.page.keyboard.press("Backspace")
    assert outbox.word.inner_text() == "undecided"
    assert outbox.page.locator(".position").inner_text() == "1 of 3"
    assert outbox.page.locator(".comment textarea").input_value() == "arf"


def test_enter_and_backspace_go_through_the_queue_and_take_the_work_along(outbox):
    outbox.open_item()
    outbox.stroke(20, 30)
    outbox.press("Enter")
    outbox.page.get_by_text("2 of 3").wait_for()
    outbox.wait_until_saved()
    assert len(outbox.stored().edits("label0")) == 1
    outbox.settled()
    drawn = outbox.stored().edits("label0")[-1]["sha256"]
    outbox.press("Backspace")
    outbox.page.get_by_text("1 of 3").wait_for()
    outbox.settled()
    assert outbox.mask().sum() > 1000
    assert outbox.edit("editor.outbox.drafts.shown.get('label0').sha256") == drawn
    assert outbox.stored(2).kept["edits"] == {}
    assert outbox.page.get_by_role("link", name="waits in this browser").count() == 0


def test_finishing_is_offered_when_all_is_decided(outbox):
    outbox.open_item()
    finish = outbox.page.get_by_role("button", name="Finish")
    assert finish.is_hidden()
    outbox.press("a")
    outbox.press("f")
    finish.wait_for()
    outbox.press("Enter")
    outbox.page.get_by_text("2 of 3").wait_for()
    assert outbox.stored().kept["done"]


def test_the_last_accept_finishes_by_itself_where_the_reader_wants_that(outbox):
    outbox.open_item()
    outbox.page.get_by_label("Finish and go on by itself").check()
    outbox.press("n")
    outbox.press("a")
    outbox.page.get_by_text("2 of 3").wait_for()
    assert outbox.stored().kept["done"]
    assert outbox.stored().kept["messages"][-1][2:] == [1, "finish"]
    outbox.page.reload()
    outbox.settled()
    assert outbox.page.get_by_label("Finish and go on by itself").is_checked()


def test_a_finished_reading_can_be_looked_at_and_reopened(outbox):
    outbox.open_item()
    outbox.press("a")
    outbox.press("a")
    outbox.press("Enter")
    outbox.page.get_by_text("2 of 3").wait_for()
    outbox.settled()
    outbox.press("Backspace")
    outbox.page.get_by_role("button", name="Reopen").wait_for()
    assert outbox.page.get_by_role("button", name="Accept").is_disabled()
    outbox.press("r")
    assert outbox.word.inner_text() == "accepted"
    outbox.page.get_by_role("button", name="Reopen").click()
    outbox.page.get_by_role("button", name="Reopen").wait_for(state="hidden")
    outbox.press("r")
    outbox.wait_until_saved()
    assert outbox.word.inner_text() == "rejected"


def test_a_comment_is_pinned_to_the_point_that_was_clicked(outbox):
    outbox.open_item()
    outbox.press("m")
    outbox.page.mouse.click(*outbox.point(90, 12))
    outbox.page.keyboard.type("a bright spot")
    outbox.page.keyboard.press("Enter")
    outbox.page.locator(".pin-list li").wait_for()
    outbox.wait_until_saved()
    assert outbox.stored().kept["pins"] == [[12, 90, "a bright spot"]]
    outbox.page.reload()
    outbox.settled()
    outbox.page.get_by_role("button", name="Comment 1: a bright spot").wait_for()
    outbox.page.get_by_role("button", name="Remove this comment").click()
    outbox.page.locator(".pin-list li").wait_for(state="detached")
    outbox.wait_until_saved()
    assert outbox.stored().kept["pins"] == []


def test_a_new_label_comes_up_and_can_be_drawn(outbox):
    outbox.open_item()
    outbox.page.get_by_role("button", name="New label").click()
    outbox.page.get_by_label("Name of the new label").fill("cyst")
    outbox.page.keyboard.press("Enter")
    outbox.row("cyst").wait_for()
    outbox.wait_until_saved()
    assert outbox.stored().kept["labels"] == ["cyst"]
    outbox.row("cyst").get_by_role("button", name="cyst", exact=True).click()
    before = outbox.mask("label2").sum()
    outbox.stroke(20, 30)
    outbox.wait_until_saved()
    assert outbox.mask("label2").sum() > before
    assert len(outbox.stored().edits("label2")) == 1


def test_words_of_a_reader_never_become_markup(outbox):
    outbox.open_item()
    outbox.press("m")
    outbox.page.mouse.click(*outbox.point(90, 12))
    outbox.page.keyboard.type("<img src=x onerror='window.hacked=1'>")
    outbox.page.keyboard.press("Enter")
    outbox.page.locator(".pin-list li").wait_for()
    outbox.wait_until_saved()
    assert outbox.page.evaluate("() => window.hacked") is None
    assert outbox.page.locator(".pin-list li").inner_text().startswith("<img")


def test_time_without_any_input_for_a_minute_does_not_count(library):
    seconds = library(
        """(() => {
            let now = 0;
            const real = performance.now;
            performance.now = () => now;
            try {
                const time = new lib.ActiveTime();
                const at = (ms) => { now = ms; window.dispatchEvent(new Event("pointermove")); };
                [20_000, 50_000, 200_000, 230_000].forEach(at);
                const all = time.seconds;
                time.take(30);
                time.destroy();
                at(240_000);
                return [all, time.seconds];
            } finally {
                performance.now = real;
            }
        })()"""
    )
    assert seconds == [80, 50]


@pytest.mark.parametrize(
    ("change", "standing"),
    [
        ({}, "due"),
        ({"sha256": "mine"}, "stored"),
        ({"revision": 2, "sha256": "mine"}, "stored"),
        ({"revision": 2, "sha256": "mine before"}, "own"),
        ({"revision": 2, "sha256": "of another"}, "conflict"),
    ],
)
def test_a_draft_is_judged_by_what_it_was_drawn_on(library, change, standing):
    layer = {"id": "a", "revision": 1, "sha256": "old", **change}
    record = {"kind": "edit", "label": "a", "base": 1, "mark": "mine", "sent": "mine before"}
    found = library("lib.standingOf(values[0], values[1], false)", record, {"layers": [layer]})
    assert found == standing


@pytest.mark.parametrize(
    ("change", "acknowledged", "standing"),
    [
        ({}, False, "due"),
        ({"decision": 1, "verdict": "change"}, False, "stored"),
        ({"decision": 1, "verdict": "reject"}, False, "conflict"),
        ({"decision": 1, "verdict": "reject", "comment": "elsewhere"}, True, "conflict"),
        ({"decision": 0, "verdict": "accept"}, True, "stored"),
    ],
)
def test_a_decision_is_judged_by_its_words(library, change, acknowledged, standing):
    words = {"difficulty": None, "reason": "", "comment": ""}
    layer = {"id": "a", "decision": 0, "verdict": "", **words, **change}
    found = library(
        """(() => {
            const record = {...values[0], mark: lib.wordsMark(values[0])};
            return lib.standingOf(record, values[1], values[2]);
        })()""",
        {"kind": "decision", "label": "a", "base": 0, "sent": None, "verdict": "accept", **words},
        {"layers": [layer]},
        acknowledged,
    )
    assert found == standing


def test_more_masks_than_fit_into_one_message_are_sent_in_turn(library):
    counts = library(
        """(async () => {
            const side = 4096, noise = new Uint8Array(side * side / 8);
            for (let at = 0; at < noise.length; at += 65536) {
                crypto.getRandomValues(noise.subarray(at, at + 65536));
            }
            const size = {width: side, height: side};
            const draft = {kind: "edit", mark: "", base: 0, packed: noise, ...size};
            let drafts = [1, 2, 3, 4, 5].map((label) => ({...draft, label}));
            const counts = [];
            while (drafts.length > 0) {
                const {parts, taken} = await lib.packDrafts(drafts);
                counts.push(parts.edits.length);
                drafts = drafts.slice(taken.length);
            }
            return counts;
        })()"""
    )
    assert counts == [3, 2]


def test_two_tabs_never_overwrite_each_others_drafts(library):
    kept = library(
        """(async () => {
            const [one, other] = [new lib.Drafts(), new lib.Drafts()];
            const record = {reading: "tabs", name: "edit a", owner: "me"};
            const first = one.sign({...record, text: "one"});
            await one.put(first);
            await other.put(other.sign({...record, text: "other"}));
            const newer = one.sign({...record, text: "one, newer"});
            await one.put(newer);
            await other.drop(first);  // too late: it has been replaced
            const all = (await new lib.Drafts().of("tabs")).map(({text}) => text);
            const places = await other.elsewhere("me", "another reading");
            await one.drop(newer);
            const left = (await new lib.Drafts().of("tabs")).map(({text}) => text);
            return {all: all.sort(), left, places, unsafe: one.unsafe};
        })()"""
    )
    assert kept == {
        "all": ["one, newer", "other"],
        "left": ["other"],
        "places": ["/_stcore/health"],
        "unsafe": False,
    }
