"""Masks that readers draw: what is drawn is stored, and nothing that was drawn is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from review_scene import HEIGHT, WIDTH, Scene, box, draw, new_item, read_through
from sqlalchemy import func, select

from core.errors import AccessRefused, EditConflict, EditDamaged, ReviewError, StoreDamaged
from core.review.masks import mask_sha256
from core.review.tables import EditRow
from core.review.values import Rules


@pytest.fixture
def scene(any_store):
    return Scene(any_store)


@pytest.fixture
def reading(scene):
    [item_id] = scene.owner.add_items([new_item()])
    return scene.owner.open(item_id)


def count(store):
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(EditRow))


def test_what_was_drawn_comes_back_pixel_by_pixel(scene, reading):
    drawn = np.random.default_rng(1).random((HEIGHT, WIDTH)) < 0.4
    liver, spleen = reading.item.labels
    edit = draw(scene.owner, reading, 0, drawn)
    assert (edit.revision, edit.sha256, edit.at) == (1, mask_sha256(drawn), scene.clock.now)
    again = scene.owner.open(reading.item.id)
    assert again.edits == {liver.id: edit}
    assert np.array_equal(scene.owner.current_mask(again, liver), drawn)
    assert np.array_equal(scene.owner.mask(again.item, edit.mask), drawn)
    # The other label, and the AI's original, are as they were.
    for label in (liver, spleen):
        ai = scene.owner.probability(reading.item, label) >= 128
        assert np.array_equal(scene.owner.ai_mask(reading.item, label), ai)
    assert np.array_equal(scene.owner.current_mask(again, spleen), ai)


def test_every_revision_stays(scene, reading):
    masks = [box(n, n) for n in range(4)]
    edits = [draw(scene.owner, reading, 0, mask, n) for n, mask in enumerate(masks)]
    assert [edit.revision for edit in edits] == [1, 2, 3, 4]
    for edit, mask in zip(edits, masks, strict=True):
        assert np.array_equal(scene.owner.mask(reading.item, edit.mask), mask)


def test_an_empty_mask_is_an_edit_too(scene, reading):
    edit = draw(scene.owner, reading, 0, np.zeros((HEIGHT, WIDTH), bool))
    assert edit.revision == 1
    assert not scene.owner.current_mask(reading, reading.item.labels[0]).any()


def test_a_mask_that_is_sent_again_is_acknowledged_and_not_stored_twice(scene, reading):
    first = draw(scene.owner, reading, 0, box(1, 1))
    before = scene.audit()
    for base in (0, 1, 7):
        assert draw(scene.owner, reading, 0, box(1, 1), base) == first
    assert count(scene.store) == 1
    assert scene.audit() == before


def test_undoing_back_to_an_older_mask_is_a_new_revision(scene, reading):
    draw(scene.owner, reading, 0, box(1, 1), 0)
    draw(scene.owner, reading, 0, box(2, 2), 1)
    assert draw(scene.owner, reading, 0, box(1, 1), 2).revision == 3


@pytest.mark.parametrize("base", [0, 1, 3])
def test_a_mask_drawn_on_another_revision_than_the_newest_is_refused(scene, reading, base):
    draw(scene.owner, reading, 0, box(1, 1), 0)
    newest = draw(scene.owner, reading, 0, box(2, 2), 1)
    with pytest.raises(EditConflict, match=f"number 2, and this one was drawn on number {base}"):
        draw(scene.owner, reading, 0, box(3, 3), base)
    assert scene.owner.open(reading.item.id).edits[reading.item.labels[0].id] == newest


def test_two_tabs_at_the_same_moment_never_overwrite_one_another(scene, reading):
    def attempt(n):
        try:
            return draw(scene.owner, reading, 0, box(n, n)).sha256
        except EditConflict:
            return None

    with ThreadPoolExecutor(8) as pool:
        stored = [sha for sha in pool.map(attempt, range(8)) if sha]
    assert len(stored) == count(scene.store) == 1
    assert scene.owner.open(reading.item.id).edits[reading.item.labels[0].id].sha256 == stored[0]


def test_a_mask_that_changed_on_the_way_is_refused(scene, reading):
    label = reading.item.labels[0].id
    with pytest.raises(EditDamaged, match="not the mask that was drawn"):
        scene.owner.save_edit(reading.id, label, box(1, 1), sha256=mask_sha256(box(1, 2)), base=0)
    assert count(scene.store) == 0


@pytest.mark.parametrize(
    "mask",
    [
        np.zeros((WIDTH, HEIGHT), bool),
        np.zeros((HEIGHT, WIDTH, 1), bool),
        np.zeros((0, 0), bool),
        np.zeros((HEIGHT, WIDTH), np.uint8),
    ],
    ids=["turned", "three axes", "nothing", "not yes and no"],
)
def test_a_mask_of_another_shape_or_kind_is_refused(scene, reading, mask):
    with pytest.raises(EditDamaged):
        scene.owner.save_edit(reading.id, reading.item.labels[0].id, mask, sha256="0" * 64, base=0)
    assert count(scene.store) == 0


def test_an_edit_is_noted_with_the_hashes_of_both_masks(scene, reading):
    one, two = box(1, 1), box(2, 2)
    draw(scene.owner, reading, 0, one, 0)
    draw(scene.owner, reading, 0, two, 1)
    subject = f"label {reading.item.labels[0].id}"
    assert scene.audit()[-2:] == [
        ("edit", subject, "", mask_sha256(one)),
        ("edit", subject, mask_sha256(one), mask_sha256(two)),
    ]


def test_a_finished_reading_takes_no_more_edits_until_it_is_reopened(any_store):
    scene = Scene(any_store, Rules(reads=2))
    [item_id] = scene.owner.add_items([new_item()])
    done = read_through(scene.owner, item_id, "accept", "accept")
    with pytest.raises(ReviewError, match="finished"):
        draw(scene.owner, done, 0, box(1, 1))
    scene.owner.reopen(done.id)
    assert draw(scene.owner, done, 0, box(1, 1)).revision == 1


def test_an_edit_whose_answer_got_lost_is_acknowledged_even_after_finishing(scene, reading):
    edit = draw(scene.owner, reading, 0, box(1, 1))
    for label in reading.item.labels:
        scene.owner.decide(reading.id, label.id, "accept", base=0)
    scene.owner.finish(reading.id)
    assert draw(scene.owner, reading, 0, box(1, 1)) == edit


def test_a_label_of_another_item_is_refused(scene, reading):
    [other] = scene.owner.add_items([new_item(1)])
    foreign = scene.owner.open(other).item.labels[0]
    mask = box(1, 1)
    with pytest.raises(AccessRefused):
        scene.owner.save_edit(reading.id, foreign.id, mask, sha256=mask_sha256(mask), base=0)
    with pytest.raises(AccessRefused):
        scene.owner.probability(reading.item, foreign)


def test_a_stored_mask_that_was_tampered_with_is_not_shown(scene, reading, tmp_path):
    edit = draw(scene.owner, reading, 0, box(1, 1))
    [file] = (tmp_path / "blobs").rglob(edit.mask)
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(StoreDamaged):
        scene.owner.current_mask(reading, reading.item.labels[0])


def test_when_the_row_cannot_be_written_nothing_is_half_written(scene, reading, monkeypatch):
    from core.review import marks

    def fail(*_):
        raise RuntimeError

    before = scene.audit()
    monkeypatch.setattr(marks, "keep", fail)  # the last thing that happens in the transaction
    with pytest.raises(RuntimeError):
        draw(scene.owner, reading, 0, box(1, 1))
    assert count(scene.store) == 0
    assert scene.audit() == before
