"""As many people as an item wants have it, each for a while after they last did something."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from review_scene import Scene, box, draw, new_item, read_through

from core.errors import AccessRefused, ItemTaken
from core.review.values import Rules


def one_item(store, **rules):
    scene = Scene(store, Rules(**{"claim_minutes": 30, **rules}))
    [item_id] = scene.owner.add_items([new_item()])
    return scene, item_id, scene.join("Ada"), scene.join("Bert")


def test_an_item_that_is_being_read_is_taken(any_store):
    _, item_id, ada, bert = one_item(any_store)
    ada.open(item_id)
    with pytest.raises(ItemTaken):
        bert.open(item_id)


def test_an_item_for_two_takes_two(any_store):
    scene, item_id, ada, bert = one_item(any_store, reads=2)
    assert ada.open(item_id).id != bert.open(item_id).id
    with pytest.raises(ItemTaken):
        scene.owner.open(item_id)


def test_whoever_opens_an_item_again_goes_on_with_the_same_reading(any_store):
    _, item_id, ada, _ = one_item(any_store)
    assert ada.open(item_id) == ada.open(item_id)


def test_a_claim_runs_out_when_nothing_is_done(any_store):
    scene, item_id, ada, bert = one_item(any_store)
    reading = ada.open(item_id)
    scene.clock.forward(29.75)
    with pytest.raises(ItemTaken):
        bert.open(item_id)
    scene.clock.forward(0.25)
    bert.open(item_id)
    with pytest.raises(ItemTaken):
        ada.touch(reading.id, 1)
    with pytest.raises(ItemTaken):
        ada.open(item_id)


WAYS = {
    "open": lambda desk, reading: desk.open(reading.item.id),
    "touch": lambda desk, reading: desk.touch(reading.id, 5),
    "draw": lambda desk, reading: draw(desk, reading, 0, box(2, 2)),
    "decide": lambda desk, reading: desk.decide(
        reading.id, reading.item.labels[0].id, "reject", base=0
    ),
    "pin": lambda desk, reading: desk.pin(reading.id, 1, 2, "here"),
    "add a label": lambda desk, reading: desk.add_label(reading.id, "tumor"),
}


@pytest.mark.parametrize("way", WAYS)
def test_whatever_a_reader_does_keeps_their_place(store, way):
    scene, item_id, ada, bert = one_item(store)
    reading = ada.open(item_id)
    scene.clock.forward(25)
    WAYS[way](ada, reading)
    scene.clock.forward(25)
    with pytest.raises(ItemTaken):
        bert.open(item_id)


@pytest.mark.parametrize("way", WAYS)
def test_a_claim_that_ran_out_is_taken_up_again_while_nobody_has_come(any_store, way):
    scene, item_id, ada, bert = one_item(any_store)
    reading = ada.open(item_id)
    scene.clock.forward(300)
    WAYS[way](ada, reading)
    with pytest.raises(ItemTaken):
        bert.open(item_id)


@pytest.mark.parametrize("way", [way for way in WAYS if way not in {"open", "touch"}])
def test_what_is_done_after_the_place_was_lost_is_stored_and_takes_nobodys_place(any_store, way):
    scene, item_id, ada, bert = one_item(any_store)
    reading = ada.open(item_id)
    scene.clock.forward(31)
    bert.open(item_id)
    WAYS[way](ada, reading)
    with pytest.raises(ItemTaken):
        ada.touch(reading.id, 1)
    with pytest.raises(ItemTaken):
        ada.finish(reading.id)
    # Bert goes away: all that Ada did is there.
    bert.release(bert.open(item_id).id)
    kept = ada.open(item_id)
    assert kept.id == reading.id
    assert len(kept.edits) + len(kept.decisions) + len(kept.pins) + len(kept.item.labels) == 3
    scene.audit()


def test_a_lost_reading_is_never_counted_beside_the_one_that_took_its_place(any_store):
    scene, item_id, ada, bert = one_item(any_store)
    lost = ada.open(item_id)
    for label in lost.item.labels:
        ada.decide(lost.id, label.id, "reject", base=0)
    scene.clock.forward(31)
    read_through(bert, item_id, "accept", "accept")
    draw(ada, lost, 0, box(2, 2))
    with pytest.raises(ItemTaken):
        ada.finish(lost.id)
    assert [[read.reader.name for read in case.reads] for case in scene.owner.cases()] == [
        ["Bert"],
        ["Bert"],
    ]


def test_who_lets_an_item_go_makes_room_at_once(any_store):
    _, item_id, ada, bert = one_item(any_store)
    ada.release(ada.open(item_id).id)
    bert.open(item_id)
    with pytest.raises(ItemTaken):
        ada.open(item_id)


def test_a_finished_reading_keeps_its_place_and_opens_for_ever(any_store):
    scene, item_id, ada, bert = one_item(any_store)
    done = read_through(ada, item_id, "accept", "flag")
    scene.clock.forward(10_000)
    with pytest.raises(ItemTaken):
        bert.open(item_id)
    assert ada.open(item_id) == done
    ada.touch(done.id, 60)
    ada.release(done.id)
    assert ada.open(item_id) == done


@pytest.mark.parametrize("places", [1, 3])
def test_twenty_readers_at_the_same_moment_take_no_more_places_than_there_are(any_store, places):
    scene = Scene(any_store, Rules(reads=places))
    [item_id] = scene.owner.add_items([new_item()])
    desks = [scene.join(f"Reader {n}") for n in range(20)]

    def attempt(desk):
        try:
            return desk.open(item_id).id
        except ItemTaken:
            return None

    with ThreadPoolExecutor(20) as pool:
        got = [reading for reading in pool.map(attempt, desks) if reading]
    assert len(set(got)) == len(got) == places


def test_a_place_that_ran_out_goes_to_one_of_those_who_want_it(any_store):
    scene, item_id, ada, _ = one_item(any_store)
    reading = ada.open(item_id)
    others = [scene.join(f"Reader {n}") for n in range(8)]
    scene.clock.forward(31)

    def attempt(call):
        try:
            call()
        except ItemTaken:
            return 0
        return 1

    wishes = [lambda desk=desk: desk.open(item_id) for desk in others]
    wishes.insert(4, lambda: ada.touch(reading.id, 1))
    with ThreadPoolExecutor(9) as pool:
        assert sum(pool.map(attempt, wishes)) == 1


def test_a_reassigned_item_is_not_begun_again_by_who_had_it(any_store):
    scene, item_id, ada, bert = one_item(any_store)
    reading = ada.open(item_id)
    scene.owner.assign([item_id], [scene.person("Bert").id])
    ada.touch(reading.id, 1)  # her claim holds until it runs out
    scene.clock.forward(31)
    with pytest.raises(ItemTaken):
        ada.open(item_id)
    with pytest.raises(ItemTaken):
        ada.touch(reading.id, 1)
    bert.open(item_id)
    with pytest.raises(AccessRefused):
        scene.join("Carla").open(item_id)


def test_opening_and_letting_go_are_noted_but_not_every_touch(store):
    scene, item_id, ada, _ = one_item(store)
    reading = ada.open(item_id)
    for _ in range(3):
        ada.touch(reading.id, 2)
        ada.open(item_id)
    ada.release(reading.id)
    ada.release(reading.id)
    ada.open(item_id)
    about = [action for action, subject, *_ in scene.audit() if subject == f"reading {reading.id}"]
    assert about == ["open", "release", "open"]
