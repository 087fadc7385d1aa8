"""Damage for files that readers must not be brought down by."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

_HEAD_BYTES = 600


def damaged(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """A file, damaged in one of five ways.

    Args:
        chance: Decides how and where.
        data: The file.
        other: Another file, whose tail it may get.
    """
    content = bytearray(data)
    way = chance.randrange(5)
    if way == 0:  # single bits
        for _ in range(chance.choice((1, 2, 8, 64))):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    elif way == 1:  # cut off
        del content[chance.randrange(len(content)) :]
    elif way == 2:  # a run of zeros or ones
        start = chance.randrange(len(content))
        content[start : start + chance.randrange(1, 40)] = bytes([chance.choice((0, 255))]) * 20
    elif way == 3:  # numbers in the header
        for _ in range(chance.choice((1, 3, 8))):
            at = chance.randrange(min(len(content), _HEAD_BYTES))
            content[at] = chance.choice((0, 1, 127, 128, 255))
    else:  # the tail of another file
        content[chance.randrange(len(content)) :] = other[chance.randrange(len(other)) :]
    return bytes(content)
