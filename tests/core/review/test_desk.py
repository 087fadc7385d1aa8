"""What an owner arranges, and what nobody without a role may do."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from review_scene import HEIGHT, WIDTH, Scene, box, new_item, soft_disc

from core.errors import AccessRefused, InputError, PhraseError, ReviewError
from core.png import encode_png
from core.review.desk import Desk
from core.review.masks import mask_sha256
from core.review.projects import create_project
from core.review.values import FrameChoice, NewLabel, Rules


def test_an_item_comes_back_as_it_was_put_in(any_store):
    scene = Scene(any_store)
    given = new_item(
        7,
        frame=FrameChoice(3, "axial", 1, 0, ("lung", -600.0, 1500.0)),
        modality="CT",
        spacing_mm=(0.7, 0.8),
        source="file",
        engine="BiomedParse",
        labels=(
            NewLabel("liver", soft_disc(9), "organ", 100, "doubtful", 0.25),
            NewLabel("tumor in liver"),
        ),
    )
    [item_id] = scene.owner.add_items([given])
    item = scene.owner.open(item_id).item
    liver, tumor = item.labels
    assert (item.name, item.position, item.modality, item.source) == (given.name, 0, "CT", "file")
    assert (item.frame, item.frame_sha256) == (given.frame, given.frame_sha256)
    assert (item.height, item.width, item.spacing_mm) == (HEIGHT, WIDTH, (0.7, 0.8))
    assert (item.engine, item.wanted) == ("BiomedParse", 1)
    assert (liver.phrase, liver.category, liver.threshold) == ("liver", "organ", 100)
    assert (liver.presence, liver.score, liver.added) == ("doubtful", 0.25, False)
    assert (tumor.phrase, tumor.ai) == ("tumor in liver", None)
    assert scene.owner.image(item) == given.data
    assert np.array_equal(scene.owner.probability(item, liver), given.labels[0].probability)
    assert np.array_equal(scene.owner.ai_mask(item, liver), given.labels[0].probability >= 100)
    assert not scene.owner.probability(item, tumor).any()
    assert not scene.owner.ai_mask(item, tumor).any()


def test_items_that_are_added_later_come_behind(any_store):
    scene = Scene(any_store, Rules(order="given"))
    scene.owner.add_items(new_item(n) for n in range(3))
    scene.owner.add_items([new_item(3)])
    assert [(e.position, e.name) for e in scene.owner.queue()] == [
        (n, f"scan-{n}.png") for n in range(4)
    ]


UNUSABLE = {
    "another size": (NewLabel("liver", np.zeros((WIDTH, HEIGHT), np.uint8)),),
    "the same phrase twice": (NewLabel("liver"), NewLabel(" Liver")),
    "no phrase": (NewLabel("  "),),
    "a long phrase": (NewLabel("x" * 301),),
    "a threshold of 0": (NewLabel("liver", threshold=0),),
    "a threshold of 256": (NewLabel("liver", threshold=256),),
}


@pytest.mark.parametrize("labels", UNUSABLE.values(), ids=UNUSABLE)
def test_one_unusable_item_keeps_out_all(store, labels):
    scene = Scene(store)
    with pytest.raises(InputError):
        scene.owner.add_items([new_item(0), new_item(1, labels=labels)])
    assert scene.owner.queue() == ()


def test_members_see_one_another_by_name(any_store):
    scene = Scene(any_store)
    ada = scene.join("Ada", "adjudicator")
    scene.join("Bert")
    assert [(m.reader.name, m.role) for m in ada.members()] == [
        ("Ada", "adjudicator"),
        ("Bert", "reader"),
        ("Olga", "owner"),
    ]


def test_a_role_that_is_taken_away_ends_everything_at_once(any_store):
    scene = Scene(any_store, Rules(reads=1))
    [item_id] = scene.owner.add_items([new_item()])
    ada, bert = scene.join("Ada"), scene.join("Bert")
    reading = ada.open(item_id)
    scene.owner.set_role(scene.person("Ada").id, None)
    with pytest.raises(AccessRefused):
        ada.touch(reading.id, 1)
    with pytest.raises(AccessRefused):
        ada.image(reading.item)
    # What she held is free for others.
    assert bert.open(item_id).item.id == item_id


def test_the_last_owner_stays(any_store):
    scene = Scene(any_store)
    for role in ("reader", "adjudicator", None):
        with pytest.raises(ReviewError, match="needs an owner"):
            scene.owner.set_role(scene.olga.id, role)
    scene.join("Ada", "owner")
    scene.owner.set_role(scene.olga.id, "reader")
    assert scene.owner.project().role == "reader"


def test_a_reader_who_never_came_gets_no_role(store):
    scene = Scene(store)
    with pytest.raises(AccessRefused, match="no such reader"):
        scene.owner.set_role("0" * 32, "reader")


def test_the_same_role_again_is_not_noted(store):
    scene = Scene(store)
    scene.join("Ada")
    scene.join("Ada")
    assert [action for action, *_ in scene.audit()] == ["create", "role"]


def test_items_and_readers_of_elsewhere_are_not_assigned(store):
    scene = Scene(store)
    [item_id] = scene.owner.add_items([new_item()])
    other = Desk(store, create_project(store, scene.olga, "Other"), scene.olga)
    [foreign] = other.add_items([new_item()])
    stranger = scene.person("Eve")
    for items, readers in (([item_id, foreign], [scene.olga.id]), ([item_id], [stranger.id])):
        with pytest.raises(AccessRefused):
            scene.owner.assign(items, readers)


def _calls(desk, reading, label, pin):
    """Every method of a desk, with what names things of a reading."""
    mask = box(1, 1)
    item = reading.item
    return {
        "project": desk.project,
        "add_items": lambda: desk.add_items([new_item(5)]),
        "change": lambda: desk.change(name="Mine"),
        "members": desk.members,
        "set_role": lambda: desk.set_role("0" * 32, "owner"),
        "assign": lambda: desk.assign([item.id], []),
        "queue": desk.queue,
        "progress": desk.progress,
        "neighbour": lambda: desk.neighbour(item.id, 1),
        "open": lambda: desk.open(item.id),
        "touch": lambda: desk.touch(reading.id, 1.0),
        "release": lambda: desk.release(reading.id),
        "image": lambda: desk.image(item),
        "probability": lambda: desk.probability(item, label),
        "mask": lambda: desk.mask(item, reading.edits[label.id].mask),
        "ai_mask": lambda: desk.ai_mask(item, label),
        "current_mask": lambda: desk.current_mask(reading, label),
        "save_edit": lambda: desk.save_edit(
            reading.id, label.id, mask, sha256=mask_sha256(mask), base=1
        ),
        "add_label": lambda: desk.add_label(reading.id, "tumor"),
        "decide": lambda: desk.decide(reading.id, label.id, "accept", base=0),
        "pin": lambda: desk.pin(reading.id, 1, 1, "here"),
        "unpin": lambda: desk.unpin(reading.id, pin.id),
        "finish": lambda: desk.finish(reading.id),
        "reopen": lambda: desk.reopen(reading.id),
        "cases": desk.cases,
        "set_outcome": lambda: desk.set_outcome(
            label.id, method="majority", verdict="accept", mask=mask
        ),
        "examples": desk.examples,
    }


METHODS = sorted(name for name, _ in inspect.getmembers(Desk, inspect.isfunction) if name[0] != "_")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("who", ["nobody", "owner of another project", "reader who left"])
def test_without_a_role_nothing_of_a_project_is_seen_or_done(store, who, method):
    scene = Scene(store)
    [item_id] = scene.owner.add_items([new_item()])
    desk = scene.desk(scene.person("Eve"))
    if who == "owner of another project":
        create_project(store, scene.person("Eve"), "Another")
    elif who == "reader who left":
        scene.join("Eve")
        scene.owner.set_role(scene.person("Eve").id, None)
    reading = scene.owner.open(item_id)
    label = reading.item.labels[0]
    drawn = box(3, 3)
    scene.owner.save_edit(reading.id, label.id, drawn, sha256=mask_sha256(drawn), base=0)
    pin = scene.owner.pin(reading.id, 2, 2, "look")
    reading, before = scene.owner.open(item_id), scene.audit()
    with pytest.raises(AccessRefused, match="no such project"):
        _calls(desk, reading, label, pin)[method]()
    assert scene.audit() == before
    assert scene.owner.open(item_id) == reading


@pytest.mark.parametrize("method", METHODS)
def test_what_is_named_from_another_project_is_never_reached(store, method):
    scene = Scene(store)
    [item_id] = scene.owner.add_items([new_item()])
    reading = scene.owner.open(item_id)
    label = reading.item.labels[0]
    drawn = box(3, 3)
    scene.owner.save_edit(reading.id, label.id, drawn, sha256=mask_sha256(drawn), base=0)
    pin = scene.owner.pin(reading.id, 2, 2, "look")
    reading = scene.owner.open(item_id)
    # The same person, by the door of another project of hers.
    other = Desk(store, create_project(store, scene.olga, "Other"), scene.olga, clock=scene.clock)
    call = _calls(other, reading, label, pin)[method]
    if method in {"project", "add_items", "change", "members", "queue", "progress", "cases"} or (
        method == "examples"
    ):
        call()  # names nothing
    elif method == "neighbour":
        assert call() is None
    else:
        with pytest.raises(AccessRefused):
            call()
    assert scene.owner.open(item_id) == reading


OWNERS_ONLY = ("add_items", "change", "set_role", "assign")
OVERSEERS_ONLY = ("cases", "set_outcome", "examples")


@pytest.mark.parametrize(
    ("role", "methods"),
    [("reader", (*OWNERS_ONLY, *OVERSEERS_ONLY)), ("adjudicator", OWNERS_ONLY)],
)
def test_a_lesser_role_is_told_which_one_is_needed(any_store, role, methods):
    scene = Scene(any_store)
    [item_id] = scene.owner.add_items([new_item()])
    desk = scene.join("Ada", role)
    reading = desk.open(item_id)
    for method in methods:
        needed = "Only owners" if method in OWNERS_ONLY else "Only adjudicators and owners"
        with pytest.raises(AccessRefused, match=needed):
            _calls(desk, reading, reading.item.labels[0], None)[method]()


def test_two_items_with_the_same_picture_share_one_file(store, tmp_path):
    scene = Scene(store)
    same = encode_png(np.full((HEIGHT, WIDTH), 9, np.uint8))
    scene.owner.add_items([new_item(n, data=same, labels=()) for n in range(3)])
    assert sum(path.is_file() for path in (tmp_path / "blobs").rglob("*")) == 1


def test_a_label_with_spaces_around_it_is_tidied(store):
    scene = Scene(store)
    [item_id] = scene.owner.add_items([new_item(labels=(NewLabel("  left \n kidney "),))])
    assert scene.owner.open(item_id).item.labels[0].phrase == "left kidney"
    with pytest.raises(PhraseError):
        scene.owner.add_label(scene.owner.open(item_id).id, " LEFT kidney")
