"""Decisions hold for the mask that the reader saw."""

from __future__ import annotations

import numpy as np
import pytest
from review_scene import HEIGHT, WIDTH, Scene, box, draw, new_item
from sqlalchemy import func, select

from core.errors import EditConflict, InputError, ReviewError
from core.review.tables import DecisionRow
from core.review.values import VERDICTS, Rules


@pytest.fixture
def scene(any_store):
    return Scene(any_store)


@pytest.fixture
def reading(scene):
    [item_id] = scene.owner.add_items([new_item()])
    return scene.owner.open(item_id)


def decide(scene, reading, verdict, base=0, **more):
    return scene.owner.decide(reading.id, reading.item.labels[0].id, verdict, base=base, **more)


def count(store):
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(DecisionRow))


def ai_of(scene, reading):
    return scene.owner.ai_mask(reading.item, reading.item.labels[0])


def test_a_decision_comes_back_as_it_was_made(scene, reading):
    made = decide(
        scene, reading, "reject", difficulty=3, reason="Wrong structure", comment="Überall Gas."
    )
    assert (made.revision, made.verdict, made.difficulty) == (1, "reject", 3)
    assert (made.reason, made.comment, made.at) == (
        "Wrong structure",
        "Überall Gas.",
        scene.clock.now,
    )
    again = scene.owner.open(reading.item.id)
    assert again.decisions == {reading.item.labels[0].id: made}


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_decision_on_an_untouched_label_holds_for_the_ais_own_mask(scene, reading, verdict):
    made = decide(scene, reading, verdict)
    assert made.verdict == ("accept" if verdict == "change" else verdict)
    if verdict == "absent":
        assert made.mask is None
    else:
        kept = scene.owner.mask(reading.item, made.mask)
        assert np.array_equal(kept, ai_of(scene, reading))


@pytest.mark.parametrize("verdict", ["accept", "change"])
def test_accepting_a_drawn_mask_accepts_with_changes(scene, reading, verdict):
    edit = draw(scene.owner, reading, 0, box(2, 2))
    made = decide(scene, reading, verdict)
    assert (made.verdict, made.mask) == ("change", edit.mask)


def test_a_mask_that_was_drawn_back_to_the_ais_is_accepted_as_it_is(scene, reading):
    draw(scene.owner, reading, 0, box(2, 2))
    draw(scene.owner, reading, 0, ai_of(scene, reading), 1)
    assert decide(scene, reading, "change").verdict == "accept"


def test_a_label_that_starts_empty_is_changed_by_drawing_and_accepted_empty(scene, reading):
    label = scene.owner.add_label(reading.id, "tumor")
    empty = scene.owner.decide(reading.id, label.id, "change", base=0)
    assert empty.verdict == "accept"
    assert not scene.owner.mask(reading.item, empty.mask).any()
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[3, 4] = True
    draw(scene.owner, scene.owner.open(reading.item.id), 2, mask)
    assert scene.owner.decide(reading.id, label.id, "accept", base=1).verdict == "change"


def test_a_decision_that_is_sent_again_is_acknowledged_and_not_stored_twice(scene, reading):
    first = decide(scene, reading, "flag", comment="see me")
    before = scene.audit()
    for base in (0, 1):
        assert decide(scene, reading, "flag", base=base, comment="see me") == first
    assert count(scene.store) == 1
    assert scene.audit() == before


def test_the_same_decision_again_on_another_mask_is_a_new_one(scene, reading):
    decide(scene, reading, "accept")
    edit = draw(scene.owner, reading, 0, box(2, 2))
    # The first message once more, because its answer got lost: it is known.
    assert decide(scene, reading, "accept", base=0).revision == 1
    # And the reader, who has seen the answer, accepts what they have drawn.
    again = decide(scene, reading, "accept", base=1)
    assert (again.revision, again.verdict, again.mask) == (2, "change", edit.mask)


@pytest.mark.parametrize("base", [0, 3])
def test_a_decision_on_another_revision_than_the_newest_is_refused(scene, reading, base):
    decide(scene, reading, "accept")
    newest = decide(scene, reading, "reject", base=1)
    with pytest.raises(EditConflict, match="newer decision"):
        decide(scene, reading, "flag", base=base)
    assert scene.owner.open(reading.item.id).decisions[reading.item.labels[0].id] == newest


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": "maybe"},
        {"verdict": "accept", "difficulty": 0},
        {"verdict": "accept", "difficulty": 4},
        {"verdict": "accept", "comment": "x" * 2001},
        {"verdict": "accept", "reason": "x" * 2001},
    ],
)
def test_a_value_that_makes_no_sense_is_refused(scene, reading, wrong):
    with pytest.raises(InputError):
        decide(scene, reading, **wrong)
    assert count(scene.store) == 0


def test_decisions_are_noted_with_what_was_decided_before(scene, reading):
    decide(scene, reading, "accept")
    decide(scene, reading, "reject", base=1)
    first, second = [entry for entry in scene.audit() if entry[0] == "decide"]
    assert first[1] == second[1] == f"label {reading.item.labels[0].id}"
    assert first[2] == ""
    assert second[2] == first[3] != second[3]


def test_finishing_needs_a_decision_on_every_label(scene, reading):
    decide(scene, reading, "accept")
    scene.owner.add_label(reading.id, "tumor")
    with pytest.raises(ReviewError, match="spleen, tumor"):
        scene.owner.finish(reading.id)
    assert not scene.owner.open(reading.item.id).done


def test_drawing_after_deciding_and_then_finishing_decides_for_what_was_drawn(scene, reading):
    liver, spleen = (label.id for label in reading.item.labels)
    decide(scene, reading, "accept", comment="fine")
    scene.owner.decide(reading.id, spleen, "absent", base=0)
    edits = [draw(scene.owner, reading, place, box(2, 2)) for place in (0, 1)]
    scene.owner.finish(reading.id)
    done = scene.owner.open(reading.item.id).decisions
    assert (done[liver].verdict, done[liver].mask) == ("change", edits[0].mask)
    assert (done[liver].revision, done[liver].comment) == (2, "fine")
    # What is not present has no mask, whatever was drawn.
    assert (done[spleen].verdict, done[spleen].mask, done[spleen].revision) == ("absent", None, 1)
    scene.audit()


def test_a_finished_reading_takes_no_other_decision(any_store):
    scene = Scene(any_store, Rules(reads=2))
    [item_id] = scene.owner.add_items([new_item(phrases=("liver",))])
    reading = scene.owner.open(item_id)
    made = decide(scene, reading, "accept")
    scene.owner.finish(reading.id)
    assert decide(scene, reading, "accept") == made
    with pytest.raises(ReviewError, match="finished"):
        decide(scene, reading, "reject", base=1)
