"""Embeddings that were computed already, so that a new phrase costs only text and decoder."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from core.backends.local.model import Embedding

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

E = TypeVar("E", bound=Embedding)


@dataclass(frozen=True)
class EmbeddingKey:
    """Whose embedding of which picture; nobody gets what was computed for somebody else.

    Attributes:
        owner: A browser session, or another user of this process.
        sha256: SHA-256 (hex) of the picture's bytes.
    """

    owner: str
    sha256: str

    @classmethod
    def of(cls, owner: str, picture: npt.NDArray[np.uint8]) -> EmbeddingKey:
        """The key of a picture, uint8 (1024, 1024, 3)."""
        return cls(owner, hashlib.sha256(picture.tobytes()).hexdigest())


class EmbeddingShelf(Generic[E]):
    """The embeddings used last, up to a number of bytes; safe to use from any thread.

    Args:
        budget: Bytes to keep at most; the newest embedding stays in any case.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._kept: OrderedDict[EmbeddingKey, E] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Bytes of all that is kept."""
        with self._lock:
            return self._size()

    def get(self, key: EmbeddingKey) -> E | None:
        """The embedding, when it is still there."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: EmbeddingKey, embedding: E) -> None:
        """Keep an embedding; those that were not used for longest go when there are too many."""
        with self._lock:
            self._kept[key] = embedding
            self._kept.move_to_end(key)
            while len(self._kept) > 1 and self._size() > self._budget:
                self._kept.popitem(last=False)

    def forget(self, owner: str) -> None:
        """Drop all of one owner."""
        with self._lock:
            for key in [key for key in self._kept if key.owner == owner]:
                del self._kept[key]

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._kept.clear()

    def _size(self) -> int:
        return sum(embedding.nbytes for embedding in self._kept.values())
