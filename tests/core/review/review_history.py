"""A project in which everything has happened that can happen."""

from __future__ import annotations

import copy
import shutil
from typing import TYPE_CHECKING

from review_scene import Scene, box, draw, new_item, read_through

from core.review.blobs import LocalBlobs
from core.review.rows import project_rows
from core.review.store import open_store
from core.review.values import Rules
from core.review.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

    from core.review.rows import ProjectRows
    from core.review.store import Store
    from core.review.verify import Head


def lived_in(store: Store) -> Scene:
    """Three items: one read twice and adjudicated, one begun, one untouched."""
    scene = Scene(store, Rules(reads=2))
    first, second, _ = scene.owner.add_items([new_item(number) for number in range(3)])
    anna, ben, cleo = scene.join("Anna"), scene.join("Ben"), scene.join("Cleo", "adjudicator")
    scene.owner.assign([second], [scene.person("Anna").id])
    reading = anna.open(first)
    draw(anna, reading, 0, box(2, 3))
    draw(anna, reading, 0, box(2, 4), base=1)
    added = anna.add_label(reading.id, "gallbladder")
    anna.pin(reading.id, 3, 7, "a “cyst”, è chiaro")
    anna.unpin(reading.id, anna.pin(reading.id, 4, 8, "slip of the mouse").id)
    for label in (*reading.item.labels, added):
        anna.decide(reading.id, label.id, "accept", base=0, difficulty=2, comment="sì\nno")
    anna.touch(reading.id, 12.25)
    anna.finish(reading.id)
    read_through(ben, first, "accept", "reject")
    _adjudicate(cleo, first)
    draw(anna, anna.open(second), 1, box(9, 9))
    scene.owner.change(name="Livers and spleens")
    return scene


def _adjudicate(cleo, item_id) -> None:
    reading = cleo.open(item_id, "adjudicate")
    draw(cleo, reading, 1, box(5, 5))
    for label in reading.item.labels:
        cleo.decide(reading.id, label.id, "accept", base=0)
    cleo.finish(reading.id)


def copy_of(scene: Scene, kept: Path, folder: Path) -> Scene:
    """The same project in a copy of its store, whose folder is ``kept``."""
    shutil.copytree(kept, folder, dirs_exist_ok=True)
    twin = copy.copy(scene)
    twin.store = open_store(f"sqlite:///{folder / 'review.db'}", LocalBlobs(folder / "blobs"))
    twin.owner = twin.desk(twin.olga)
    return twin


def rows_now(scene: Scene) -> ProjectRows:
    with scene.store.change(scene.project_id) as (session, _):
        return project_rows(session, scene.project_id)


def audited(scene: Scene, noted: str = "") -> Head:
    """Verify the project as the command does."""
    return verify(rows_now(scene), scene.store.blobs.get, noted)
