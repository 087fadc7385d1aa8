"""A tiny store of readings in one file each, for the page with the editor and for its tests."""

from __future__ import annotations

import json
import time
import zlib
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

import numpy as np

from core.errors import EditConflict

if TYPE_CHECKING:
    from pathlib import Path


class FileStore:
    """Everything that was stored for one reading; every change is on the disk before it is told.

    Attributes:
        kept: ``edits`` and ``decisions`` by label, each a list of revisions, ``labels``, ``pins``,
            ``seconds``, ``messages`` (numbers of what has arrived) and ``times``.
    """

    def __init__(self, folder: Path, reading: str) -> None:
        self._path = folder / f"{reading}.json"
        self.kept = {
            "edits": {}, "decisions": {}, "labels": [], "pins": [], "seconds": 0.0, "messages": [],
            "done": False,
        }  # fmt: skip
        if self._path.exists():
            self.kept = json.loads(self._path.read_text("utf-8"))

    def edits(self, label: str) -> list[dict]:
        return self.kept["edits"].setdefault(label, [])

    def decisions(self, label: str) -> list[dict]:
        return self.kept["decisions"].setdefault(label, [])

    def newest(self, label: str, shape: tuple[int, int]) -> np.ndarray | None:
        return mask_from(self.edits(label)[-1]["mask"], shape) if self.edits(label) else None

    def save_edit(self, label: str, mask: np.ndarray, sha256: str, base: int) -> None:
        edits = self.edits(label)
        if edits and edits[-1]["sha256"] == sha256:
            return
        if base != len(edits):
            raise EditConflict("A newer mask is stored.", "Choose which of the two to keep.")
        edits.append({"sha256": sha256, "mask": text_of(mask), "at": time.time()})
        self.save()

    def decide(self, label: str, words: dict, base: int) -> None:
        decisions = self.decisions(label)
        if len(decisions) == base + 1 and decisions[-1] == words:
            return
        if base != len(decisions):
            raise EditConflict("A newer decision is stored.", "Look at it, then decide again.")
        decisions.append(words)
        self.save()

    def save(self) -> None:
        fresh = self._path.with_suffix(".fresh")
        fresh.write_text(json.dumps(self.kept), "utf-8")
        fresh.replace(self._path)


def text_of(mask: np.ndarray) -> str:
    return b64encode(zlib.compress(np.packbits(mask).tobytes())).decode()


def mask_from(text: str, shape: tuple[int, int]) -> np.ndarray:
    bits = np.frombuffer(zlib.decompress(b64decode(text)), np.uint8)
    return np.unpackbits(bits, count=shape[0] * shape[1]).astype(bool).reshape(shape)
