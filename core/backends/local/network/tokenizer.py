"""CLIP's tokenizer, with its vocabulary beside this file: nothing is downloaded."""

from __future__ import annotations

import bz2
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import torch
from tokenizers.pre_tokenizers import ByteLevel
from transformers import CLIPTokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

CONTEXT = 77  # tokens of a text at most, start and end included
VOCABULARY = 49_408
START, END = "<|startoftext|>", "<|endoftext|>"


class Tokens(NamedTuple):
    """Texts as ids, padded to the longest with end tokens.

    Attributes:
        ids: int64 (N, L).
        present: bool (N, L), False where a text is over.
        ends: int64 (N,), where each text's first end token stands.
    """

    ids: Tensor
    present: Tensor
    ends: Tensor


class Tokenizer:
    """Cuts texts into byte pairs."""

    def __init__(self) -> None:
        self._clip = _clip()

    def __call__(self, texts: Sequence[str]) -> Tokens:
        """Tokenize texts; what goes beyond 77 tokens is cut off."""
        # Half a surrogate pair, which JSON can carry, is no character: it becomes a question mark.
        whole = [text.encode(errors="replace").decode() for text in texts]
        cut = self._clip(
            whole, padding=True, truncation=True, max_length=CONTEXT, return_tensors="np"
        )
        ids = cut["input_ids"]
        # The end token has the greatest id of all, and argmax finds its first place.
        return Tokens(
            torch.from_numpy(ids),
            torch.from_numpy(cut["attention_mask"] == 1),
            torch.from_numpy(ids.argmax(axis=1)),
        )


@cache
def _clip() -> CLIPTokenizer:
    """CLIP's tokenizer: 256 bytes, the same at a word's end, 48,894 merges, start and end."""
    file = Path(__file__).with_name("clip_merges.txt.bz2")
    lines = bz2.decompress(file.read_bytes()).decode().splitlines()
    merges = [tuple(line.split(" ")) for line in lines]
    letters = sorted(ByteLevel.alphabet())
    words = [*letters, *(f"{letter}</w>" for letter in letters), *map("".join, merges), START, END]
    return CLIPTokenizer(
        vocab={word: place for place, word in enumerate(words)},
        merges=merges,  # type: ignore[arg-type]  # its annotation says lines, but it takes pairs
    )
