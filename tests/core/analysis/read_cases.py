"""Cases as a project gives them, made by hand."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import numpy as np

from core.review.masks import mask_sha256
from core.review.results import Case, Outcome, ReadLabel
from core.review.values import FrameChoice, Item, Label, Reader

HEIGHT, WIDTH = 12, 20
AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def box(top, left, height=4, width=4):
    """A mask that is a rectangle."""
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[top : top + height, left : left + width] = True
    return mask


class Pile:
    """Makes cases, keeps their masks, and gives them as a desk does."""

    def __init__(self):
        self.masks = {}
        self.loaded = []

    def load(self, item, blob):
        self.loaded.append((item.id, blob))
        return self.masks[blob]

    def keep(self, mask):
        if mask is None:
            return None
        blob = mask_sha256(mask)
        self.masks[blob] = mask
        return blob

    def case(self, *reads, position=0, phrase="liver", wanted=None, outcome=None):
        """A case of (reader's name, verdict, mask or None); "adjudicate" in fourth place."""
        made = tuple(self._read(*read) for read in reads)
        label = Label(_id(f"{phrase}{position}"), phrase, None, 128, "ai", None, None)
        item = Item(
            id=_id(f"item {position}"),
            position=position,
            name=f"scan-{position}.png",
            image="0" * 64,
            frame=FrameChoice(),
            frame_sha256="0" * 64,
            height=HEIGHT,
            width=WIDTH,
            modality="",
            spacing_mm=None,
            source="model",
            engine="Engine",
            wanted=len(reads) if wanted is None else wanted,
            labels=(label,),
        )
        return Case(item, label, made, outcome)

    def outcome(self, method, verdict, mask):
        return Outcome(method, verdict, self.keep(mask), "Carla", AT)

    def _read(self, name, verdict, mask=None, purpose="read"):
        return ReadLabel(
            reader=Reader(_id(name), name),
            purpose=purpose,
            verdict=verdict,
            difficulty=None,
            reason="",
            comment="",
            mask=self.keep(mask),
            edited=True,
            seconds=0.0,
            at=AT,
        )


def _id(text):
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
