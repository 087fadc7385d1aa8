"""Finished reviews of small drawn pictures, for the tests of exports: a real store and desk."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from core.export.review_set import export_review
from core.export.set_options import SetOptions
from core.export.tree import zip_into
from core.imaging import Budget, open_upload
from core.png import encode_png
from core.review.blobs import LocalBlobs
from core.review.intake import item_of
from core.review.masks import mask_sha256
from core.review.store import open_store
from core.review.values import NewLabel, Rules
from tests.core.review.review_scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.review.desk import Desk
    from core.review.values import NewItem

HEIGHT, WIDTH = 40, 60
READER = "Anna Invented"


@dataclass
class Read:
    """A project that has been read, and its files as an export gives them."""

    scene: Scene
    reader: Desk

    def add(self, *items: NewItem) -> tuple[str, ...]:
        return self.scene.owner.add_items(items)

    def read(self, item_id: str, *answers: tuple[str, np.ndarray | None]) -> None:
        """Answer for each label with a verdict, and a mask where one was drawn."""
        reading = self.reader.open(item_id)
        for label, (verdict, mask) in zip(reading.item.labels, answers, strict=True):
            if mask is not None:
                digest = mask_sha256(mask)
                self.reader.save_edit(reading.id, label.id, mask, sha256=digest, base=0)
            self.reader.decide(reading.id, label.id, verdict, base=0)
        self.reader.finish(reading.id)

    def export(self, **options: object) -> dict[str, bytes]:
        """The files of an export, out of its ZIP, by name and in order."""
        with zipfile.ZipFile(io.BytesIO(self.packed(**options))) as archive:
            assert archive.testzip() is None
            return {name: archive.read(name) for name in archive.namelist()}

    def packed(self, **options: object) -> bytes:
        target = io.BytesIO()
        zip_into(export_review(self.scene.owner, SetOptions(**options), Budget()), target)
        return target.getvalue()

    def manifest(self, **options: object) -> dict:
        return json.loads(self.export(**options)["manifest.json"])


@contextmanager
def opened(tmp_path: Path, rules: Rules | None = None) -> Iterator[Read]:
    """An empty project with one reader."""
    store = open_store(f"sqlite:///{tmp_path / 'review.db'}", LocalBlobs(tmp_path / "blobs"))
    scene = Scene(store, rules or Rules(order="given"))
    yield Read(scene, scene.join(READER))
    store.engine.dispose()


def picture(number: int = 0, height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """A grey gradient that differs with the number, uint8 (H, W)."""
    y, x = np.mgrid[:height, :width]
    return ((3 * y + 2 * x + 17 * number) % 256).astype(np.uint8)


def item(
    data: bytes | np.ndarray,
    *phrases: str,
    name: str = "Doe^Invented.png",
    ai: np.ndarray | None = None,
    index: int = 0,
) -> NewItem:
    """An item with a label for each phrase; ``ai`` is the mask of all of them, else none."""
    content = data if isinstance(data, bytes) else encode_png(data)
    probability = None if ai is None else (ai * np.uint8(255)).astype(np.uint8)
    labels = tuple(NewLabel(phrase, probability) for phrase in phrases)
    frame = open_upload(content, name).frame(index)
    engine = "Invented engine" if ai is not None else ""
    source = "empty" if ai is None else "model"
    return item_of(frame, labels, name=name, data=content, source=source, engine=engine)


def blob(top: int, left: int, bottom: int, right: int, shape=(HEIGHT, WIDTH)) -> np.ndarray:
    """A mask that is a rectangle without its lower right corner, so that no flip keeps it."""
    mask = np.zeros(shape, bool)
    mask[top:bottom, left:right] = True
    mask[(top + bottom) // 2 : bottom, (left + right) // 2 : right] = False
    return mask


def pixels(data: bytes) -> np.ndarray:
    """A picture as Pillow reads it."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


def texts(data: bytes) -> dict[str, str]:
    """The texts in a PNG."""
    with Image.open(io.BytesIO(data)) as image:
        return dict(image.info)
