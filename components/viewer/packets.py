"""What goes to the browser: one packet for each picture or mask, made once and kept for a while."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import TYPE_CHECKING

from isal import isal_zlib

from components.viewer import bundle
from core.png import encode_png

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

HASH_LENGTH = 24
"""Hexadecimal digits of a content hash that go to the browser: 96 bits, and a short message."""


class PacketCache:
    """Packets by content hash, the ones used last, up to a number of bytes.

    Args:
        budget: Bytes to keep at most.
    """

    def __init__(self, budget: int = 64 * 2**20) -> None:
        self._budget = budget
        self._packets: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    def get(self, key: str, make: Callable[[], bytes]) -> bytes:
        """The packet with this key; made when it is not there."""
        if key in self._packets:
            self._packets.move_to_end(key)
            return self._packets[key]
        packet = make()
        self._packets[key] = packet
        self._size += len(packet)
        while self._size > self._budget and len(self._packets) > 1:
            _, oldest = self._packets.popitem(last=False)
            self._size -= len(oldest)
        return packet

    @property
    def size(self) -> int:
        """Bytes kept now."""
        return self._size


def pack_picture(key: str, rgb: npt.NDArray[np.uint8]) -> bytes:
    """Packet of a picture as a lossless PNG.

    Args:
        key: Its content hash.
        rgb: uint8 (H, W, 3).
    """
    return pack(key, encode_png(rgb))


def pack_mask(key: str, probability: npt.NDArray[np.uint8]) -> bytes:
    """Packet of a soft mask, deflated at the fastest level.

    Args:
        key: Its content hash.
        probability: uint8 (H, W).
    """
    height, width = probability.shape
    body = isal_zlib.compress(probability.tobytes(), 1)
    return pack(key, body, height=height, width=width)


def pack_library() -> bytes:
    """Packet of the viewer's own code and styles."""
    return pack(bundle.library_hash(), bundle.library_js())


def pack(key: str, body: bytes, **head: int) -> bytes:
    """One line of JSON with the hash, then the bytes."""
    return json.dumps({"hash": key, **head}).encode() + b"\n" + body
