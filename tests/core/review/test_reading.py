"""A reader's work on an item: labels, comments at points, time, finishing and reopening."""

from __future__ import annotations

import math

import pytest
from review_scene import HEIGHT, WIDTH, Scene, box, draw, new_item, read_through

from core.errors import AccessRefused, InputError, PhraseError, ReviewError
from core.review.values import Pin, Rules


@pytest.fixture
def scene(any_store):
    return Scene(any_store, Rules(reads=2))


@pytest.fixture
def reading(scene):
    [item_id] = scene.owner.add_items([new_item()])
    return scene.owner.open(item_id)


def test_a_new_reading_is_empty(reading):
    assert (reading.purpose, reading.done, reading.seconds) == ("read", False, 0.0)
    assert (reading.edits, reading.decisions, reading.pins) == ({}, {}, ())
    assert [label.phrase for label in reading.item.labels] == ["liver", "spleen"]


def test_an_item_that_is_not_there_is_refused(scene):
    with pytest.raises(AccessRefused):
        scene.owner.open("0" * 32)


def test_time_adds_up_and_one_call_counts_an_hour_at_most(scene, reading):
    for seconds in (1.5, 0, 20.25, 9000):
        scene.owner.touch(reading.id, seconds)
    assert scene.owner.open(reading.item.id).seconds == 3621.75


@pytest.mark.parametrize("seconds", [-1, math.nan, math.inf])
def test_what_is_no_length_of_time_is_refused(scene, reading, seconds):
    with pytest.raises(InputError):
        scene.owner.touch(reading.id, seconds)
    assert scene.owner.open(reading.item.id).seconds == 0


def test_time_stops_when_a_reading_is_finished(scene):
    [item_id] = scene.owner.add_items([new_item()])
    done = read_through(scene.owner, item_id, "accept", "accept")
    scene.owner.touch(done.id, 100)
    assert scene.owner.open(item_id).seconds == 0


def test_a_missing_label_is_added_empty_and_drawn(scene, reading):
    label = scene.owner.add_label(reading.id, "  tumor in\n liver ")
    assert (label.phrase, label.ai, label.added, label.score) == (
        "tumor in liver",
        None,
        True,
        None,
    )
    again = scene.owner.open(reading.item.id)
    assert again.item.labels == (*reading.item.labels, label)
    assert not scene.owner.current_mask(again, label).any()
    draw(scene.owner, again, 2, box(4, 4))
    assert scene.owner.current_mask(again, label).sum() == 16
    assert scene.owner.queue()[0].phrases == ("liver", "spleen", "tumor in liver")


def test_a_label_that_is_added_again_is_acknowledged(scene, reading):
    first = scene.owner.add_label(reading.id, "tumor")
    assert scene.owner.add_label(reading.id, "Tumor") == first
    assert len(scene.owner.open(reading.item.id).item.labels) == 3


@pytest.mark.parametrize("phrase", ["", " \n", "x" * 301, "LIVER", " spleen "])
def test_a_label_needs_a_phrase_of_its_own(scene, reading, phrase):
    with pytest.raises(PhraseError):
        scene.owner.add_label(reading.id, phrase)
    assert scene.owner.open(reading.item.id).item == reading.item


def test_comments_at_points_come_back_in_the_order_they_were_made(scene, reading):
    pins = []
    for row, column, text in ((0, 0, "corner"), (HEIGHT - 1, WIDTH - 1, "other corner")):
        scene.clock.forward(1)
        pins.append(scene.owner.pin(reading.id, row, column, text))
    assert scene.owner.open(reading.item.id).pins == tuple(pins)
    assert pins[1] == Pin(pins[1].id, HEIGHT - 1, WIDTH - 1, "other corner")


def test_a_comment_that_is_sent_again_is_acknowledged(scene, reading):
    assert scene.owner.pin(reading.id, 1, 2, "gas") == scene.owner.pin(reading.id, 1, 2, "gas")
    scene.clock.forward(1)
    scene.owner.pin(reading.id, 1, 2, "more gas")
    assert [pin.text for pin in scene.owner.open(reading.item.id).pins] == ["gas", "more gas"]


def test_a_comment_that_is_taken_back_is_gone_and_can_be_made_anew(scene, reading):
    first = scene.owner.pin(reading.id, 1, 2, "gas")
    scene.owner.unpin(reading.id, first.id)
    scene.owner.unpin(reading.id, first.id)
    assert scene.owner.open(reading.item.id).pins == ()
    assert scene.owner.pin(reading.id, 1, 2, "gas").id != first.id
    actions = [action for action, *_ in scene.audit() if action.endswith("pin")]
    assert actions == ["pin", "unpin", "pin"]


@pytest.mark.parametrize(
    ("row", "column", "text"),
    [
        (-1, 0, "x"),
        (0, -1, "x"),
        (HEIGHT, 0, "x"),
        (0, WIDTH, "x"),
        (0, 0, " "),
        (0, 0, "x" * 2001),
    ],
)
def test_a_comment_needs_a_text_and_a_point_in_the_image(scene, reading, row, column, text):
    with pytest.raises(InputError):
        scene.owner.pin(reading.id, row, column, text)
    assert scene.owner.open(reading.item.id).pins == ()


def test_a_comment_of_another_reading_is_not_taken_back(scene, reading):
    [other] = scene.owner.add_items([new_item(1)])
    pin = scene.owner.pin(scene.owner.open(other).id, 1, 1, "gas")
    with pytest.raises(AccessRefused):
        scene.owner.unpin(reading.id, pin.id)
    assert scene.owner.open(other).pins == (pin,)


def test_finishing_twice_is_the_same_as_once(scene):
    [item_id] = scene.owner.add_items([new_item()])
    done = read_through(scene.owner, item_id, "accept", "reject")
    before = scene.audit()
    scene.owner.finish(done.id)
    assert scene.audit() == before
    assert scene.owner.open(item_id).done


def test_a_finished_reading_is_sealed_until_it_is_reopened(scene):
    [item_id] = scene.owner.add_items([new_item()])
    reading = scene.owner.open(item_id)
    pin = scene.owner.pin(reading.id, 1, 1, "gas")
    done = read_through(scene.owner, item_id, "accept", "reject")
    changes = {
        "label": lambda: scene.owner.add_label(done.id, "tumor"),
        "pin": lambda: scene.owner.pin(done.id, 2, 2, "more"),
        "unpin": lambda: scene.owner.unpin(done.id, pin.id),
    }
    for change in changes.values():
        with pytest.raises(ReviewError, match="finished"):
            change()
    assert scene.owner.open(item_id) == done
    scene.owner.reopen(done.id)
    assert not scene.owner.open(item_id).done
    for change in changes.values():
        change()


def test_a_reading_is_reopened_only_while_others_have_not_finished(scene):
    [item_id] = scene.owner.add_items([new_item()])
    ada, bert = scene.join("Ada"), scene.join("Bert")
    done = read_through(ada, item_id, "accept", "accept")
    ada.reopen(done.id)
    ada.finish(done.id)
    read_through(bert, item_id, "accept", "accept")
    with pytest.raises(ReviewError, match="All readers have finished"):
        ada.reopen(done.id)
    assert ada.open(item_id).done
    scene.audit()


def test_reopening_what_is_open_keeps_the_place(scene, reading):
    scene.clock.forward(25)
    scene.owner.reopen(reading.id)
    scene.clock.forward(25)
    scene.join("Ada").open(reading.item.id)
    with pytest.raises(ReviewError):
        scene.join("Bert").open(reading.item.id)


def test_two_items_of_one_reader_are_two_readings(scene):
    first, second = scene.owner.add_items([new_item(0), new_item(1)])
    scene.owner.pin(scene.owner.open(first).id, 1, 1, "gas")
    assert scene.owner.open(second).pins == ()
