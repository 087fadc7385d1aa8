"""Figures, agreement and consensus of a real project: readers at their desks, a real database."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from review_scene import Scene, box, draw, new_item, read_through, soft_disc

from core.about import NOTICE
from core.analysis.agreement import agreement_of
from core.analysis.consensus import consensus_of
from core.analysis.presence_calibration import wilson
from core.review.figures import figures_of
from core.review.figures_csv import figures_csv
from core.review.values import NewLabel, Rules

CUT = 64


@pytest.fixture
def scene(store):
    return Scene(store, Rules(reads=2, quorum=2, order="given"))


@pytest.fixture
def people(scene):
    return scene.join("Ada"), scene.join("Bert"), scene.join("Carla", "adjudicator")


def add(scene, number=0, phrase="liver", modality="CT", **changed):
    labels = (NewLabel(phrase, soft_disc(12), threshold=CUT),)
    item = new_item(number, labels=labels, modality=modality, **changed)
    return scene.owner.add_items([item])[0]


def ai():
    return soft_disc(12) >= CUT


def correct(desk, item_id, mask, seconds=10, purpose="read"):
    """Draw a mask for the only label, accept it and finish."""
    reading = desk.open(item_id, purpose)
    draw(desk, reading, 0, mask)
    desk.touch(reading.id, seconds)
    desk.decide(reading.id, reading.item.labels[0].id, "accept", base=0)
    desk.finish(reading.id)


def figures(desk):
    return figures_of(desk.cases(), desk.mask, desk.ai_mask)


def rows_of(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"))))


def test_acceptance_is_the_share_of_readings_that_leave_the_mask_as_it_is(scene, people):
    ada, bert, carla = people
    verdicts = [("accept", "accept"), ("accept", "reject"), ("flag", "absent")]
    for number, (of_ada, of_bert) in enumerate(verdicts):
        item_id = add(scene, number)
        read_through(ada, item_id, of_ada)
        read_through(bert, item_id, of_bert)
    found = figures(carla).total
    assert (found.labels, found.readings) == (3, 6)
    counts = (found.accepted, found.changed, found.rejected, found.flagged, found.absent)
    assert counts == (3, 0, 1, 1, 1)
    assert found.acceptance.value == 0.5
    assert (found.acceptance.low, found.acceptance.high) == wilson(3, 6)
    assert (found.dice, found.added_px) == (1.0, None)


def test_changes_are_measured_against_the_mask_of_the_ai_at_its_threshold(scene, people):
    ada, bert, carla = people
    item_id = add(scene)
    more, less = ai() | box(18, 30), ai() & ~box(8, 10)
    correct(ada, item_id, more, seconds=30)
    correct(bert, item_id, less, seconds=50)
    found = figures(carla).total
    area = int(ai().sum())
    removed = int((ai() & box(8, 10)).sum())
    assert removed > 0
    assert (found.changed, found.added_px, found.removed_px) == (2, 8, removed / 2)
    assert found.added_share == pytest.approx(16 / (area + 16) / 2)
    assert found.removed_share == pytest.approx(removed / area / 2)
    dices = [2 * area / (2 * area + 16), 2 * (area - removed) / (2 * area - removed)]
    assert found.dice == pytest.approx(np.median(dices))
    assert found.seconds == 40


def test_what_was_accepted_does_not_hide_how_large_a_change_is(scene, people):
    ada, bert, carla = people
    item_id = add(scene)
    read_through(ada, item_id, "accept")
    correct(bert, item_id, ai() | box(18, 30))
    found = figures(carla).total
    assert (found.accepted, found.changed, found.added_px) == (1, 1, 16)
    assert found.dice > 2 * ai().sum() / (2 * ai().sum() + 16)


def test_phrases_and_modalities_have_figures_of_their_own(scene, people):
    ada, bert, carla = people
    for number, (phrase, modality, verdict) in enumerate(
        [("Liver", "CT", "accept"), ("liver", "MR", "reject"), ("spleen", "", "accept")]
    ):
        item_id = add(scene, number, phrase, modality)
        read_through(ada, item_id, verdict)
        read_through(bert, item_id, "accept")
    found = figures(carla)
    phrases = [(one.name, one.readings, one.acceptance.value) for one in found.phrases]
    assert phrases == [("Liver", 4, 0.75), ("spleen", 2, 1.0)]
    modalities = [(one.name, one.readings, one.rejected) for one in found.modalities]
    assert modalities == [("", 2, 0), ("CT", 2, 0), ("MR", 2, 1)]


def test_a_label_that_started_empty_says_nothing_about_the_ai(scene, people):
    ada, bert, carla = people
    [item_id] = scene.owner.add_items([new_item(labels=(NewLabel("liver"),))])
    correct(ada, item_id, box(2, 2), seconds=20)
    correct(bert, item_id, box(2, 2), seconds=40)
    found = figures(carla).total
    assert (found.labels, found.readings, found.started_empty) == (0, 0, 2)
    assert (found.acceptance, found.dice, found.added_px) == (None, None, None)
    assert found.seconds == 30


def test_an_adjudication_shows_in_what_is_settled_and_not_among_the_readings(scene, people):
    ada, bert, carla = people
    item_id = add(scene)
    read_through(ada, item_id, "accept")
    read_through(bert, item_id, "reject")
    correct(carla, item_id, ai() | box(18, 30), seconds=900, purpose="adjudicate")
    found = figures(carla).total
    assert (found.readings, found.changed, found.seconds) == (2, 0, 0)
    area = ai().sum()
    assert found.settled == 1
    assert found.settled_dice == pytest.approx(2 * area / (2 * area + 16))


def test_the_time_of_an_item_counts_once_whatever_the_number_of_its_labels(scene, people):
    ada, bert, carla = people
    for number, (phrases, seconds) in enumerate(
        ((("liver", "spleen", "colon"), 100), (("a",), 10))
    ):
        [item_id] = scene.owner.add_items([new_item(number, phrases)])
        for desk in (ada, bert):
            reading = desk.open(item_id)
            desk.touch(reading.id, seconds)
            read_through(desk, item_id, *["accept"] * len(phrases))
    assert figures(carla).total.seconds == 55


def test_the_table_has_a_row_for_each_reader_of_each_label_and_no_names(scene, people):
    ada, bert, carla = people
    item_id = add(scene, name="Rossi_Mario.png")
    read_through(ada, item_id, "accept")
    scene.clock.forward(1)
    reading = bert.open(item_id)
    label = reading.item.labels[0]
    bert.decide(reading.id, label.id, "reject", base=0, reason="Blur", comment="=Mr Rossi moved")
    bert.finish(reading.id)
    scene.clock.forward(1)
    correct(carla, item_id, ai() | box(18, 30), purpose="adjudicate")
    found = figures(carla)
    data = figures_csv(found)
    for name in (b"Rossi", b"Ada", b"Bert", b"Carla"):
        assert name not in data
    rows = rows_of(data)
    assert [row["purpose"] for row in rows] == ["read", "read", "adjudicate"]
    assert {row["reader"] for row in rows} == {"R1", "R2", "R3"}
    accepted, rejected, adjudicated = rows
    area = int(ai().sum())
    assert (accepted["item"], accepted["phrase"], accepted["modality"]) == ("1", "liver", "CT")
    assert (accepted["verdict"], accepted["dice_ai_final"], accepted["drawn"]) == (
        "accept", "1", "no",
    )  # fmt: skip
    assert (rejected["reason"], rejected["final_px"], rejected["ai_px"]) == ("Blur", "", "")
    assert (adjudicated["final_px"], adjudicated["added_px"]) == (str(area + 16), "16")
    assert {row["outcome_method"] for row in rows} == {"adjudicated"}
    assert {row["outcome_verdict"] for row in rows} == {"change"}
    assert {row["notice"] for row in rows} == {NOTICE}


def test_names_and_comments_stand_in_the_table_when_they_are_asked_for(scene, people):
    ada, bert, carla = people
    item_id = add(scene, name="Rossi_Mario.png")
    reading = ada.open(item_id)
    ada.decide(reading.id, reading.item.labels[0].id, "reject", base=0, comment="=Mr Rossi moved")
    ada.finish(reading.id)
    scene.clock.forward(1)
    read_through(bert, item_id, "accept")
    rows = rows_of(figures_csv(figures(carla), names=True))
    assert [(row["reader"], row["item_name"]) for row in rows] == [
        ("Ada", "Rossi_Mario.png"),
        ("Bert", "Rossi_Mario.png"),
    ]
    # A spreadsheet must not take it for a formula.
    assert rows[0]["comment"] == "'=Mr Rossi moved"


def test_a_project_without_complete_items_has_a_table_with_a_header_only(scene, people):
    add(scene)
    found = figures(people[2])
    assert (found.total.readings, found.total.seconds, found.phrases) == (0, None, ())
    assert figures_csv(found).startswith(b"item,phrase,")
    assert rows_of(figures_csv(found)) == []


def test_a_desk_gives_all_that_agreement_and_consensus_need(scene, people):
    ada, bert, carla = people
    item_id = add(scene)
    a, b = box(2, 2, 8), box(2, 3, 8)
    correct(ada, item_id, a)
    correct(bert, item_id, b)
    other = add(scene, 1)
    read_through(ada, other, "accept")
    read_through(bert, other, "absent")
    cases = carla.cases()
    found = agreement_of(cases, carla.mask)
    both, total = np.count_nonzero(a & b), np.count_nonzero(a) + np.count_nonzero(b)
    assert [row.dice for row in found.cases] == [0.0, pytest.approx(2 * both / total)]
    rules = carla.project().rules
    proposals = [consensus_of(case, carla.mask, rules) for case in cases]
    assert [one.agreed for one in proposals] == [True, False]
    for case, one in zip(cases, proposals, strict=True):
        if one.agreed:
            carla.set_outcome(case.label.id, method=one.method, verdict=one.verdict, mask=one.mask)
    settled = carla.cases()[0]
    assert settled.outcome.verdict == "change"
    assert np.array_equal(carla.mask(settled.item, settled.outcome.mask), a & b)
    scene.audit()
