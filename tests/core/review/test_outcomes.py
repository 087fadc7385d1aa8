"""What all readers made of complete items, adjudication, outcomes, and what a rule learns of it."""

from __future__ import annotations

import numpy as np
import pytest
from review_scene import HEIGHT, WIDTH, Scene, box, draw, new_item, read_through, soft_disc

from core.analysis.presence_fit import FittedRule, fit_rule
from core.errors import AccessRefused, EditDamaged, InputError, ItemTaken, ReviewError
from core.review.values import NewLabel, Rules


@pytest.fixture
def scene(any_store):
    return Scene(any_store, Rules(reads=2, order="given"))


@pytest.fixture
def people(scene):
    return scene.join("Ada"), scene.join("Bert"), scene.join("Carla", "adjudicator")


def complete_item(scene, people, number=0, phrases=("liver",), verdicts=("accept", "reject")):
    [item_id] = scene.owner.add_items([new_item(number, phrases)])
    for desk, verdict in zip(people[:2], verdicts, strict=True):
        scene.clock.forward(1)
        read_through(desk, item_id, *[verdict] * len(phrases))
    return item_id


def test_a_case_holds_what_each_reader_made_of_a_label(scene, people):
    ada, bert, carla = people
    [item_id] = scene.owner.add_items([new_item(phrases=("liver",))])
    reading = bert.open(item_id)
    drawn = draw(bert, reading, 0, box(6, 6))
    bert.touch(reading.id, 40)
    bert.decide(reading.id, reading.item.labels[0].id, "accept", base=0, difficulty=2)
    bert.finish(reading.id)
    assert scene.owner.cases() == ()
    scene.clock.forward(5)
    reading = ada.open(item_id)
    ada.decide(reading.id, reading.item.labels[0].id, "reject", base=0, reason="Blur", comment="no")
    ada.finish(reading.id)
    [case] = carla.cases()
    assert (case.item.id, case.item.labels, case.outcome) == (item_id, (case.label,), None)
    first, second = case.reads
    assert (first.reader.name, first.verdict, first.mask) == ("Bert", "change", drawn.mask)
    assert (first.edited, first.seconds, first.difficulty) == (True, 40.0, 2)
    assert (second.reader.name, second.verdict, second.edited) == ("Ada", "reject", False)
    assert (second.reason, second.comment, second.purpose) == ("Blur", "no", "read")
    assert second.at == scene.clock.now
    ai = carla.ai_mask(case.item, case.label)
    assert np.array_equal(carla.mask(case.item, second.mask), ai)
    assert np.array_equal(carla.mask(case.item, first.mask), box(6, 6))


def test_cases_come_in_the_order_of_the_project(scene, people):
    for number in range(3):
        complete_item(scene, people, number, ("liver", "spleen"))
    scene.owner.add_items([new_item(9)])
    assert [(c.item.position, c.label.phrase) for c in people[2].cases()] == [
        (number, phrase) for number in range(3) for phrase in ("liver", "spleen")
    ]


def test_an_outcome_is_set_and_the_newest_holds(scene, people):
    complete_item(scene, people)
    carla = people[2]
    [case] = carla.cases()
    first = carla.set_outcome(case.label.id, method="majority", verdict="change", mask=box(1, 1))
    assert (first.method, first.verdict, first.by) == ("majority", "change", "")
    assert carla.cases()[0].outcome == first
    assert np.array_equal(scene.owner.mask(case.item, first.mask), box(1, 1))
    scene.clock.forward(1)
    second = scene.owner.set_outcome(
        case.label.id, method="adjudicated", verdict="reject", mask=None
    )
    assert (second.by, second.mask, second.at) == ("Olga", None, scene.clock.now)
    assert carla.cases()[0].outcome == second
    scene.audit()


def test_the_same_outcome_again_is_acknowledged(scene, people):
    complete_item(scene, people)
    carla = people[2]
    label = carla.cases()[0].label.id
    first = carla.set_outcome(label, method="staple", verdict="accept", mask=box(1, 1))
    before = scene.audit()
    scene.clock.forward(1)
    again = carla.set_outcome(label, method="staple", verdict="accept", mask=box(1, 1))
    assert again == first
    assert scene.audit() == before


def test_what_is_not_present_has_no_mask_in_the_end(scene, people):
    complete_item(scene, people)
    label = people[2].cases()[0].label.id
    absent = people[2].set_outcome(label, method="majority", verdict="absent", mask=box(1, 1))
    assert absent.mask is None


def test_an_outcome_that_makes_no_sense_is_refused(scene, people):
    complete_item(scene, people)
    carla = people[2]
    label = carla.cases()[0].label.id
    with pytest.raises(InputError, match="needs a mask"):
        carla.set_outcome(label, method="majority", verdict="accept", mask=None)
    with pytest.raises(EditDamaged):
        carla.set_outcome(
            label, method="majority", verdict="accept", mask=np.zeros((WIDTH, HEIGHT), bool)
        )
    with pytest.raises(AccessRefused):
        carla.set_outcome("0" * 32, method="majority", verdict="reject", mask=None)
    assert carla.cases()[0].outcome is None


def test_a_third_adjudicates_and_that_is_the_outcome(scene, people):
    item_id = complete_item(scene, people, phrases=("liver", "spleen"))
    carla = people[2]
    scene.clock.forward(1)
    reading = carla.open(item_id, "adjudicate")
    liver, spleen = reading.item.labels
    assert (reading.purpose, reading.edits, reading.decisions) == ("adjudicate", {}, {})
    edit = draw(carla, reading, 0, box(7, 7))
    carla.decide(reading.id, liver.id, "accept", base=0)
    with pytest.raises(ReviewError, match="spleen"):
        carla.finish(reading.id)
    carla.decide(reading.id, spleen.id, "absent", base=0)
    carla.finish(reading.id)
    cases = scene.owner.cases()
    assert [(c.outcome.method, c.outcome.verdict, c.outcome.mask, c.outcome.by) for c in cases] == [
        ("adjudicated", "change", edit.mask, "Carla"),
        ("adjudicated", "absent", None, "Carla"),
    ]
    assert [[read.purpose for read in case.reads] for case in cases] == [
        ["read", "read", "adjudicate"]
    ] * 2
    scene.audit()


def test_an_adjudicator_sees_the_labels_that_readers_have_added(scene, people):
    ada, bert, carla = people
    [item_id] = scene.owner.add_items([new_item(phrases=("liver",))])
    ada.add_label(ada.open(item_id).id, "polyp")
    read_through(ada, item_id, "accept", "accept")
    read_through(bert, item_id, "accept")
    assert [(c.label.phrase, len(c.reads)) for c in carla.cases()] == [("liver", 2), ("polyp", 1)]
    reading = carla.open(item_id, "adjudicate")
    assert [label.phrase for label in reading.item.labels] == ["liver", "polyp"]
    draw(carla, reading, 1, box(1, 1))
    for label in reading.item.labels:
        carla.decide(reading.id, label.id, "accept", base=0)
    carla.finish(reading.id)
    assert [c.outcome.verdict for c in carla.cases()] == ["accept", "change"]


def test_who_has_read_an_item_does_not_adjudicate_it(scene, people):
    complete_item(scene, people)
    for name in ("Ada", "Bert"):
        scene.owner.set_role(scene.person(name).id, "adjudicator")
    ada = people[0]
    item_id = ada.cases()[0].item.id
    with pytest.raises(AccessRefused, match="read this item yourself"):
        ada.open(item_id, "adjudicate")
    assert ada.open(item_id).purpose == "read"


def test_who_began_an_item_that_others_completed_may_adjudicate_it(scene, people):
    carla = people[2]
    [item_id] = scene.owner.add_items([new_item(phrases=("liver",))])
    begun = carla.open(item_id)
    draw(carla, begun, 0, box(1, 1))
    scene.clock.forward(31)
    for desk in people[:2]:
        read_through(desk, item_id, "accept")
    with pytest.raises(ItemTaken):
        carla.open(item_id)
    reading = carla.open(item_id, "adjudicate")
    assert (reading.id, reading.purpose, len(reading.edits)) == (begun.id, "adjudicate", 1)


def test_one_adjudicates_at_a_time_and_an_item_is_adjudicated_once(scene, people):
    item_id = complete_item(scene, people)
    carla, dora = people[2], scene.join("Dora", "adjudicator")
    reading = carla.open(item_id, "adjudicate")
    with pytest.raises(ItemTaken):
        dora.open(item_id, "adjudicate")
    carla.decide(reading.id, reading.item.labels[0].id, "flag", base=0)
    carla.finish(reading.id)
    scene.clock.forward(100)
    with pytest.raises(ItemTaken):
        dora.open(item_id, "adjudicate")
    # Whoever adjudicated may think again.
    carla.reopen(reading.id)
    carla.decide(reading.id, reading.item.labels[0].id, "reject", base=1)
    carla.finish(reading.id)
    assert carla.cases()[0].outcome.verdict == "reject"


def test_an_adjudication_is_no_reading_in_the_queue(scene, people):
    item_id = complete_item(scene, people)
    carla = people[2]
    carla.open(item_id, "adjudicate")
    [entry] = carla.queue()
    assert (entry.state, entry.verdicts) == ("taken", {})
    assert carla.progress().complete == 1


def test_examples_follow_the_outcome_or_readers_who_agree(scene, people):
    verdicts = {
        ("accept", "accept"): True,
        ("reject", "absent"): False,
        ("accept", "flag"): True,
        ("accept", "reject"): None,
        ("flag", "flag"): None,
    }
    for number, pair in enumerate(verdicts):
        complete_item(scene, people, number, verdicts=pair)
    found = people[2].examples()
    assert [e.accepted for e in found] == [p for p in verdicts.values() if p is not None]
    differ = people[2].cases()[3]
    people[2].set_outcome(differ.label.id, method="adjudicated", verdict="absent", mask=None)
    assert [e.accepted for e in people[2].examples()] == [True, False, True, False]


def test_an_example_holds_the_evidence_of_the_ais_mask_and_of_no_drawing(scene, people):
    ada, bert, carla = people
    soft = soft_disc(20)
    labels = (NewLabel("liver", soft, "organ", 100), NewLabel("polyp"))
    [item_id] = scene.owner.add_items([new_item(labels=labels)])
    for desk in (ada, bert):
        draw(desk, desk.open(item_id), 0, box(0, 0))
        read_through(desk, item_id, "accept", "accept")
    [example] = carla.examples()
    assert example.accepted
    assert (example.evidence.threshold, example.evidence.pixels) == (100, int((soft >= 100).sum()))
    assert example.evidence.peak == soft.max() / 255


def test_a_rule_is_fitted_to_what_the_readers_decided(store):
    scene = Scene(store)
    rng = np.random.default_rng(5)
    for number in range(50):
        present = number % 2 == 0
        soft = soft_disc(20) if present else rng.integers(0, 140, (HEIGHT, WIDTH)).astype(np.uint8)
        [item_id] = scene.owner.add_items([new_item(number, labels=(NewLabel("x", soft),))])
        read_through(scene.owner, item_id, "accept" if present else "reject")
    rule = fit_rule(scene.owner.examples())
    assert isinstance(rule, FittedRule)
    assert (rule.accepted, rule.rejected) == (25, 25)
