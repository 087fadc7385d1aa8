"""A reader's queue: its order, its filters, and what it costs."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from review_scene import Scene, box, draw, new_item, read_through
from sqlalchemy import event, insert

from core.errors import AccessRefused
from core.review.queue import Filter, Progress
from core.review.tables import ItemRow, LabelRow, ReadingRow
from core.review.values import NewLabel, Rules


@contextmanager
def statements(store):
    """The statements that are sent to the database meanwhile."""
    sent = []

    def listen(_connection, _cursor, statement, *_):
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(store.engine, "before_cursor_execute", listen)
    try:
        yield sent
    finally:
        event.remove(store.engine, "before_cursor_execute", listen)


def names(entries):
    return [int(entry.name.removeprefix("scan-").removesuffix(".png")) for entry in entries]


def test_the_worst_comes_first_and_what_nobody_has_looked_at_comes_last(any_store):
    scene = Scene(any_store)
    scores = [(0.9, 0.8), (None, None), (0.5, 0.1), (None, 0.5), (0.8, None), (0.5, 0.9)]
    scene.owner.add_items([new_item(n, scores=pair) for n, pair in enumerate(scores)])
    assert names(scene.owner.queue()) == [2, 3, 5, 0, 4, 1]
    assert [entry.score for entry in scene.owner.queue()] == [0.1, 0.5, 0.5, 0.8, 0.8, None]
    scene.owner.change(rules=Rules(order="given"))
    assert names(scene.owner.queue()) == [0, 1, 2, 3, 4, 5]


def test_an_entry_tells_how_this_reader_stands_to_the_item(any_store):
    scene = Scene(any_store, Rules(reads=1, order="given"))
    ids = scene.owner.add_items([new_item(n) for n in range(4)])
    ada, bert = scene.join("Ada"), scene.join("Bert")
    read_through(ada, ids[0], "accept", "flag")
    reading = ada.open(ids[1])
    ada.decide(reading.id, reading.item.labels[1].id, "reject", base=0)
    bert.open(ids[2])
    entries = ada.queue()
    assert [entry.state for entry in entries] == ["done", "mine", "taken", "open"]
    assert [entry.undecided for entry in entries] == [0, 1, 2, 2]
    assert [list(entry.verdicts.values()) for entry in entries] == [
        ["accept", "flag"],
        ["reject"],
        [],
        [],
    ]
    assert [entry.state for entry in bert.queue()] == ["taken", "taken", "mine", "open"]
    assert all(entry.phrases == ("liver", "spleen") for entry in entries)


def test_the_newest_decision_counts(any_store):
    scene = Scene(any_store)
    [item_id] = scene.owner.add_items([new_item()])
    reading = scene.owner.open(item_id)
    label = reading.item.labels[0].id
    for base, verdict in enumerate(("flag", "reject", "absent")):
        scene.owner.decide(reading.id, label, verdict, base=base)
    assert scene.owner.queue()[0].verdicts == {label: "absent"}
    assert scene.owner.queue(Filter(flagged=True)) == ()


def test_filters_hold_together(any_store):
    scene = Scene(any_store, Rules(order="given"))
    ids = scene.owner.add_items(
        [
            new_item(0, labels=(NewLabel("Liver", presence="none"),)),
            new_item(1, labels=(NewLabel("liver", presence="plausible"),)),
            new_item(2, labels=(NewLabel("liver"), NewLabel("spleen", presence="doubtful"))),
            new_item(3, labels=(NewLabel("spleen"),)),
        ]
    )
    ada = scene.join("Ada")
    read_through(ada, ids[0], "flag")
    read_through(ada, ids[2], "flag", "accept")
    assert [entry.presence for entry in ada.queue()] == ["none", "plausible", "doubtful", None]
    assert names(ada.queue(Filter(doubtful=True))) == [0, 2]
    assert names(ada.queue(Filter(flagged=True))) == [0, 2]
    assert names(ada.queue(Filter(undecided=True))) == [1, 3]
    assert names(ada.queue(Filter(phrase="LIVER"))) == [0, 1, 2]
    assert names(ada.queue(Filter(phrase="live"))) == []
    assert names(ada.queue(Filter(flagged=True, phrase="spleen"))) == [2]
    assert names(ada.queue(Filter(undecided=True, doubtful=True))) == []


def test_items_are_read_by_those_they_are_assigned_to(any_store):
    scene = Scene(any_store, Rules(order="given", reads=2))
    ids = scene.owner.add_items([new_item(n) for n in range(3)])
    ada, bert = scene.join("Ada"), scene.join("Bert")
    scene.owner.assign(ids[:2], [scene.person("Ada").id])
    assert names(ada.queue()) == [0, 1, 2]
    assert names(bert.queue()) == [2]
    assert names(ada.queue(Filter(reader=scene.person("Ada").id))) == [0, 1]
    with pytest.raises(AccessRefused):
        bert.open(ids[0])
    with pytest.raises(AccessRefused):
        bert.image(ada.open(ids[0]).item)
    # The owner sees all of them, and reads only her own.
    assert [e.state for e in scene.owner.queue()] == ["taken", "taken", "open"]
    scene.owner.assign(ids[:2], [])
    assert names(bert.queue()) == [0, 1, 2]


def test_another_readers_part_is_for_adjudicators_and_owners(any_store):
    scene = Scene(any_store, Rules(order="given"))
    ids = scene.owner.add_items([new_item(n) for n in range(4)])
    ada, bert, carla = scene.join("Ada"), scene.join("Bert"), scene.join("Carla", "adjudicator")
    scene.owner.assign(ids[:1], [scene.person("Ada").id])
    ada.open(ids[2])
    of_ada = Filter(reader=scene.person("Ada").id)
    assert names(carla.queue(of_ada)) == names(scene.owner.queue(of_ada)) == [0, 2]
    assert names(ada.queue(of_ada)) == [0, 2]
    for asked in (bert.queue, lambda wanted: bert.neighbour(ids[1], 1, wanted)):
        with pytest.raises(AccessRefused):
            asked(of_ada)


def test_next_and_previous_skip_what_others_hold(any_store):
    scene = Scene(any_store, Rules(order="given"))
    ids = scene.owner.add_items([new_item(n) for n in range(6)])
    ada, bert = scene.join("Ada"), scene.join("Bert")
    for place in (1, 4):
        bert.open(ids[place])
    read_through(ada, ids[3], "accept", "accept")
    todo = Filter(undecided=True)
    assert ada.neighbour(ids[0], 1) == ids[2]
    assert ada.neighbour(ids[2], 1) == ids[3]
    assert ada.neighbour(ids[2], 1, todo) == ids[5]
    assert ada.neighbour(ids[3], 1, todo) == ids[5]
    assert ada.neighbour(ids[5], -1, todo) == ids[2]
    assert ada.neighbour(ids[5], -2, todo) == ids[0]
    assert ada.neighbour(ids[5], 1) is None
    assert ada.neighbour(ids[0], -1) is None
    scene.clock.forward(31)
    assert ada.neighbour(ids[0], 1) == ids[1]


def test_next_follows_the_order_of_the_queue(any_store):
    scene = Scene(any_store)
    ids = scene.owner.add_items([new_item(n, scores=(s,)) for n, s in enumerate((0.9, 0.1, 0.5))])
    assert scene.owner.neighbour(ids[1], 1) == ids[2]
    assert scene.owner.neighbour(ids[2], 1) == ids[0]


def test_progress_counts_what_is_done_and_what_this_reader_can_still_do(any_store):
    scene = Scene(any_store, Rules(reads=2, order="given"))
    ids = scene.owner.add_items([new_item(n) for n in range(5)])
    ada, bert, carla = scene.join("Ada"), scene.join("Bert"), scene.join("Carla")
    for desk in (ada, bert):
        read_through(desk, ids[0], "accept", "accept")
    read_through(ada, ids[1], "accept", "accept")
    bert.open(ids[2])
    carla.open(ids[2])
    scene.owner.assign(ids[4:], [scene.person("Carla").id])
    assert ada.progress() == Progress(items=5, complete=1, mine_done=2, mine_left=1)
    assert bert.progress() == Progress(items=5, complete=1, mine_done=1, mine_left=3)
    assert carla.progress() == Progress(items=5, complete=1, mine_done=0, mine_left=4)


def test_an_empty_project_has_an_empty_queue(store):
    scene = Scene(store)
    assert scene.owner.queue() == ()
    assert scene.owner.progress() == Progress(0, 0, 0, 0)
    assert scene.owner.neighbour("0" * 32, 1) is None


def _large(scene, count):
    """Items with three labels each, and a reading of Bert's on every third one."""
    [first] = scene.owner.add_items([new_item(0, ("a", "b", "c"))])
    reader = scene.person("Bert").id
    with scene.store.change(scene.project_id) as (session, _):
        made = session.get(ItemRow, first)
        shared = {c.key: getattr(made, c.key) for c in ItemRow.__table__.columns}
        items = [{**shared, "id": f"{n:032x}", "position": n} for n in range(1, count)]
        session.execute(insert(ItemRow), items)
        label = {
            "category": None,
            "threshold": 128,
            "ai": None,
            "cut_sha256": "0" * 64,
            "presence": "doubtful",
            "reading_id": None,
        }
        labels = [
            {
                **label,
                "id": f"{3 * n + k:032x}",
                "item_id": item["id"],
                "position": k,
                "phrase": "abc"[k],
                "score": (n * 7919 + k) % 1000 / 1000,
            }
            for n, item in enumerate(items)
            for k in range(3)
        ]
        session.execute(insert(LabelRow), labels)
        session.execute(
            insert(ReadingRow),
            [
                {
                    "id": item["id"],
                    "item_id": item["id"],
                    "reader_id": reader,
                    "purpose": "read",
                    "claimed_until": None,
                    "seconds": 0.0,
                    "created_at": scene.clock.now,
                    "finished_at": scene.clock.now,
                }
                for item in items[::3]
            ],
        )


def test_five_thousand_items_cost_as_many_statements_as_one(store):
    scene = Scene(store)
    scene.join("Bert")
    ada = scene.join("Ada")
    _large(scene, 5000)
    calls = {
        "queue": ada.queue,
        "filtered": lambda: ada.queue(Filter(undecided=True, doubtful=True, phrase="b")),
        "progress": ada.progress,
        "neighbour": lambda: ada.neighbour(f"{9:032x}", 1),
        "cases": scene.owner.cases,
    }
    cost = {}
    for name, call in calls.items():
        with statements(store) as sent:
            found = call()
        cost[name] = len(sent)
        if name == "queue":
            assert len(found) == 5000
            assert sum(entry.state == "taken" for entry in found) == 1667
        if name == "cases":
            assert len(found) == 3 * 1667
    assert cost == {"queue": 6, "filtered": 6, "progress": 4, "neighbour": 6, "cases": 7}


def test_an_item_with_many_edits_opens_with_a_few_statements(store):
    scene = Scene(store)
    [item_id] = scene.owner.add_items([new_item()])
    reading = scene.owner.open(item_id)
    with statements(store) as before:
        scene.owner.open(item_id)
    for base in range(6):
        draw(scene.owner, reading, 0, box(base, base), base)
    with statements(store) as after:
        opened = scene.owner.open(item_id)
    assert len(after) == len(before) <= 12
    assert opened.edits[reading.item.labels[0].id].revision == 6
