"""Deflated content within a byte limit."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from core.errors import TooLarge
from core.imaging.budget import MEBI
from core.imaging.refusals import damaged, shown_name

if TYPE_CHECKING:
    from core.imaging.budget import Budget

GZIP, RAW_DEFLATE = 31, -15
"""Values of zlib's ``wbits``: a gzip member with its checksum; a bare deflate stream."""

_STEP = 1 << 20


def unpack(packed: bytes, name: str, budget: Budget, *, wbits: int) -> bytes:
    """Unpack a stream that should fit the budget for a file.

    The stream is measured first, without keeping what comes out, so that a bomb costs no memory.

    Args:
        packed: The stream; what follows it is ignored.
        name: The file's name, for sentences.
        budget: The limits.
        wbits: :data:`GZIP` or :data:`RAW_DEFLATE`.

    Raises:
        TooLarge: It unpacks to more than the limit.
        DamagedFile: It is cut off.
    """
    limit = budget.max_file_bytes
    if _measure(packed, wbits, limit) > limit:
        raise TooLarge(
            f"{shown_name(name)} unpacks to more than {limit / MEBI:.0f} MB, which is the limit.",
            "Export a part of it or single slices, or have the limit raised (MIP_MAX_FILE_MB).",
        )
    unpacker = zlib.decompressobj(wbits)
    content = unpacker.decompress(packed, limit)
    if not unpacker.eof:
        raise damaged(name)
    return content


def _measure(packed: bytes, wbits: int, limit: int) -> int:
    """Bytes that come out, counted to just above the limit."""
    unpacker = zlib.decompressobj(wbits)
    count, waiting = 0, packed
    while waiting and not unpacker.eof and count <= limit:
        count += len(unpacker.decompress(waiting, _STEP))
        waiting = unpacker.unconsumed_tail
    return count
