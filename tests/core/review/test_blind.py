"""Nobody sees anything of another one's reading before the item is complete."""

from __future__ import annotations

import inspect
from dataclasses import replace

import numpy as np
import pytest
from review_scene import Scene, box, draw, new_item, read_through

from core.errors import AccessRefused, ReviewError
from core.review.desk import Desk
from core.review.masks import mask_sha256
from core.review.queue import Filter
from core.review.values import Rules

ROLES = ("reader", "adjudicator", "owner")
SECRETS = ("polyp of Ada", "comment of Ada", "pinned by Ada", "reason of Ada")


@pytest.fixture(params=ROLES)
def setting(request, any_store):
    """A project for three reads, with Ada who reads and Eve, in each role, who looks."""
    scene = Scene(any_store, Rules(reads=3))
    ids = scene.owner.add_items([new_item(n) for n in range(2)])
    return scene, ids[0], scene.join("Ada"), scene.join("Eve", request.param)


def work(ada, item_id):
    """Everything that a reader can leave, finished."""
    reading = ada.open(item_id)
    added = ada.add_label(reading.id, "polyp of Ada")
    for place in range(3):
        draw(ada, ada.open(item_id), place, box(2 + place, 3))
    pin = ada.pin(reading.id, 4, 4, "pinned by Ada")
    for label in ada.open(item_id).item.labels:
        ada.decide(
            reading.id,
            label.id,
            "flag",
            base=0,
            difficulty=3,
            reason="reason of Ada",
            comment="comment of Ada",
        )
    ada.touch(reading.id, 77)
    ada.finish(reading.id)
    return ada.open(item_id), added, pin


def view(desk, item_id):
    """All that a reader can look at."""
    reading = desk.open(item_id)
    item = reading.item
    person = {m.reader.name: m.reader.id for m in desk.members()}["Eve"]
    filters = (
        Filter(),
        Filter(undecided=True),
        Filter(flagged=True),
        Filter(doubtful=True),
        Filter(phrase="polyp of Ada"),
        Filter(reader=person),
    )
    return (
        reading,
        desk.project(),
        desk.members(),
        desk.progress(),
        [desk.queue(wanted) for wanted in filters],
        [desk.neighbour(item_id, step, w) for step in (-1, 1) for w in filters],
        desk.image(item),
        [desk.probability(item, label).tobytes() for label in item.labels],
        [desk.ai_mask(item, label).tobytes() for label in item.labels],
        [desk.current_mask(reading, label).tobytes() for label in item.labels],
    )


def test_whatever_another_reader_does_and_finishes_nothing_looks_different(setting):
    scene, item_id, ada, eve = setting
    eve.open(item_id)
    before = view(eve, item_id)
    work(ada, item_id)
    after = view(eve, item_id)
    assert after == before
    assert not [secret for secret in SECRETS if secret in repr(after)]
    scene.audit()


def test_results_of_an_item_that_is_not_complete_are_not_given(setting):
    _, item_id, ada, eve = setting
    done, _, _ = work(ada, item_id)
    if eve.project().role == "reader":
        with pytest.raises(AccessRefused):
            eve.cases()
        with pytest.raises(AccessRefused):
            eve.examples()
        return
    assert eve.cases() == ()
    assert eve.examples() == ()
    for label in done.item.labels:
        with pytest.raises(ReviewError):
            eve.set_outcome(label.id, method="majority", verdict="reject", mask=None)
    with pytest.raises(ReviewError, match="not complete"):
        eve.open(item_id, "adjudicate")


def _attempts(eve, own, reading, added, pin):
    """Every method that takes an id or a value, with those of another reader."""
    drawn, label, mask = reading.edits[reading.item.labels[0].id], reading.item.labels[0], box(9, 9)
    sha = mask_sha256(mask)
    # What a forger would make of both readings.
    forged = replace(reading, id=own.id)
    return {
        "touch": [lambda: eve.touch(reading.id, 1)],
        "release": [lambda: eve.release(reading.id)],
        "finish": [lambda: eve.finish(reading.id)],
        "reopen": [lambda: eve.reopen(reading.id)],
        "mask": [
            lambda: eve.mask(reading.item, drawn.mask),
            lambda: eve.mask(own.item, drawn.mask),
        ],
        "probability": [lambda: eve.probability(reading.item, added)],
        "ai_mask": [lambda: eve.ai_mask(reading.item, added)],
        "current_mask": [
            lambda: eve.current_mask(reading, label),
            lambda: eve.current_mask(forged, added),
        ],
        "save_edit": [
            lambda: eve.save_edit(reading.id, label.id, mask, sha256=sha, base=1),
            lambda: eve.save_edit(own.id, added.id, mask, sha256=sha, base=0),
        ],
        "decide": [
            lambda: eve.decide(reading.id, label.id, "accept", base=1),
            lambda: eve.decide(own.id, added.id, "accept", base=0),
        ],
        "add_label": [lambda: eve.add_label(reading.id, "polyp")],
        "pin": [lambda: eve.pin(reading.id, 1, 1, "mine")],
        "unpin": [lambda: eve.unpin(reading.id, pin.id), lambda: eve.unpin(own.id, pin.id)],
        "set_outcome": [
            lambda: eve.set_outcome(added.id, method="majority", verdict="reject", mask=None)
        ],
    }


# What these give is compared as a whole above, or is the business of an owner.
VIEWED = {
    "add_items", "assign", "cases", "change", "examples", "image", "members", "neighbour", "open",
    "progress", "project", "queue", "set_role",
}  # fmt: skip


def test_every_method_is_tried():
    methods = {n for n, _ in inspect.getmembers(Desk, inspect.isfunction) if not n.startswith("_")}
    assert methods - VIEWED == set(TRIED)


TRIED = (
    "touch", "release", "finish", "reopen", "mask", "probability", "ai_mask", "current_mask",
    "save_edit", "decide", "add_label", "pin", "unpin", "set_outcome",
)  # fmt: skip


@pytest.mark.parametrize("finished", [False, True], ids=["while she reads", "when she has done"])
@pytest.mark.parametrize("method", TRIED)
@pytest.mark.parametrize("role", ROLES)
def test_the_ids_of_another_reader_open_and_change_nothing(store, role, method, finished):
    scene = Scene(store, Rules(reads=3))
    [item_id] = scene.owner.add_items([new_item()])
    ada, eve = scene.join("Ada"), scene.join("Eve", role)
    reading, added, pin = work(ada, item_id)
    if not finished:
        ada.reopen(reading.id)
        reading = ada.open(item_id)
    own, before = eve.open(item_id), scene.audit()
    for attempt in _attempts(eve, own, reading, added, pin)[method]:
        with pytest.raises(AccessRefused) as refused:
            attempt()
        assert not [secret for secret in SECRETS if secret in str(refused.value)]
    assert ada.open(item_id) == reading
    assert eve.open(item_id) == own
    assert scene.audit() == before


def test_two_readers_may_add_the_same_label_without_knowing_of_one_another(any_store):
    scene = Scene(any_store, Rules(reads=2))
    [item_id] = scene.owner.add_items([new_item()])
    ada, bert = scene.join("Ada"), scene.join("Bert")
    labels = [desk.add_label(desk.open(item_id).id, "polyp") for desk in (ada, bert)]
    assert labels[0].id != labels[1].id
    assert bert.open(item_id).item.labels[2:] == (labels[1],)


def test_a_reader_never_sees_the_others_not_even_afterwards(any_store):
    scene = Scene(any_store, Rules(reads=2))
    [item_id] = scene.owner.add_items([new_item()])
    ada, bert = scene.join("Ada"), scene.join("Bert")
    done, added, _ = work(ada, item_id)
    mine = read_through(bert, item_id, "accept", "accept")
    for drawn in done.edits.values():
        with pytest.raises(AccessRefused):
            bert.mask(mine.item, drawn.mask)
    with pytest.raises(AccessRefused):
        bert.probability(mine.item, added)
    with pytest.raises(AccessRefused):
        bert.open(item_id, "adjudicate")
    assert not [secret for secret in SECRETS if secret in repr((mine, bert.queue()))]


def test_nobody_begins_to_read_a_complete_item(any_store):
    scene = Scene(any_store, Rules(reads=1))
    [item_id] = scene.owner.add_items([new_item()])
    ada, eve = scene.join("Ada"), scene.join("Eve", "adjudicator")
    work(ada, item_id)
    assert len(eve.cases()) == 3
    for desk in (eve, scene.owner):
        with pytest.raises(ReviewError):
            desk.open(item_id)


def test_when_the_item_is_complete_adjudicators_and_owners_see_all_of_it(any_store):
    scene = Scene(any_store, Rules(reads=2))
    [item_id] = scene.owner.add_items([new_item()])
    ada, bert, carla = scene.join("Ada"), scene.join("Bert"), scene.join("Carla", "adjudicator")
    done, added, _ = work(ada, item_id)
    read_through(bert, item_id, "accept", "accept")
    for desk in (carla, scene.owner):
        assert [case.label.phrase for case in desk.cases()] == ["liver", "spleen", "polyp of Ada"]
        for place, label in enumerate(done.item.labels):
            drawn = done.edits[label.id].mask
            assert np.array_equal(desk.mask(done.item, drawn), box(2 + place, 3))
        assert not desk.probability(done.item, added).any()


def test_an_unfinished_reading_of_a_complete_item_stays_its_readers_own(any_store):
    scene = Scene(any_store, Rules(reads=1))
    [item_id] = scene.owner.add_items([new_item()])
    ada, bert, carla = scene.join("Ada"), scene.join("Bert"), scene.join("Carla", "adjudicator")
    reading = ada.open(item_id)
    added = ada.add_label(reading.id, "polyp of Ada")
    drawn = draw(ada, ada.open(item_id), 2, box(5, 5))
    scene.clock.forward(31)
    read_through(bert, item_id, "accept", "accept")
    assert [case.label.phrase for case in carla.cases()] == ["liver", "spleen"]
    with pytest.raises(AccessRefused):
        carla.mask(reading.item, drawn.mask)
    with pytest.raises(AccessRefused):
        carla.ai_mask(reading.item, added)
    assert np.array_equal(ada.mask(reading.item, drawn.mask), box(5, 5))
