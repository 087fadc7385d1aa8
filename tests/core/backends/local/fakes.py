"""A local model without torch: what it says depends on picture and phrase, and it counts calls."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import numpy as np

from core.backends.base import ModelReply
from core.backends.local.device import Placement
from core.backends.local.loading import Loaded

CUDA_WORDS = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 8 GiB"


@dataclass(frozen=True)
class FakeEmbedding:
    picture: int
    nbytes: int = 100


@dataclass
class FakeModel:
    """Has room for so many pictures in a batch, and for so many phrases in a pass."""

    room: int = 100
    phrases: int = 100
    words: str = CUDA_WORDS
    name: str = "Fake"
    device: str = "cpu"
    embedded: list[int] = field(default_factory=list)
    answered: list[list[tuple[str, ...]]] = field(default_factory=list)

    def embed(self, pictures):
        if len(pictures) > self.room:
            raise RuntimeError(self.words)
        self.embedded.append(len(pictures))
        return [FakeEmbedding(zlib.crc32(picture.tobytes())) for picture in pictures]

    def answer(self, embeddings, phrases):
        if len(embeddings) > self.room or max(map(len, phrases)) > self.phrases:
            raise RuntimeError(self.words)
        self.answered.append(list(phrases))
        return [
            ModelReply(
                np.stack([_mask(embedding, phrase) for phrase in row]),
                tuple(f"is {p}" for p in row),
            )
            for embedding, row in zip(embeddings, phrases, strict=True)
        ]


def _mask(embedding, phrase):
    level = (embedding.picture + zlib.crc32(phrase.encode())) % 256
    return np.full((1024, 1024), level, np.uint8)


def loads(model, *notices, device="cpu"):
    """What a runner takes to load: gives the model, on a device that is not really asked for."""
    return lambda _settings: Loaded(model, Placement(device), notices)
