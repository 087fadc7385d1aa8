"""Small, exact PNG files: the header, the pixels, and only the text that we put there."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
from isal import isal_zlib

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_GREY, _RGB = 0, 2
_FILTER_NONE, _FILTER_UP = 0, 2


def encode_png(pixels: npt.NDArray[np.uint8], text: Mapping[str, str] | None = None) -> bytes:
    """Write an 8-bit PNG with chunks IHDR, IDAT and IEND, and ``iTXt`` where text is given.

    Every row is filtered against the row above (PNG filter type 2) and deflated by ISA-L at its
    fastest level: about a tenth of the time of the usual encoders for the same kind of image.

    Args:
        pixels: uint8 (H, W) for grey or (H, W, 3) for RGB.
        text: Keyword (Latin-1, 1 to 79 characters) to text (any Unicode).
    """
    height, width = pixels.shape[:2]
    rows = np.ascontiguousarray(pixels).reshape(height, -1)
    filtered = np.empty((height, rows.shape[1] + 1), dtype=np.uint8)
    filtered[:, 0] = _FILTER_UP
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    return _file((width, height), _GREY if pixels.ndim == 2 else _RGB, filtered, text)


def encode_mask_png(mask: npt.NDArray[np.bool_], text: Mapping[str, str] | None = None) -> bytes:
    """Write a mask as an 8-bit grey PNG with the values 0 and 255.

    Args:
        mask: bool (H, W), True is foreground.
        text: As in :func:`encode_png`.
    """
    height, width = mask.shape
    filtered = np.zeros((height, width + 1), dtype=np.uint8)
    filtered[:, 0] = _FILTER_NONE
    np.multiply(mask, 255, out=filtered[:, 1:], casting="unsafe")
    return _file((width, height), _GREY, filtered, text)


def _file(
    size: tuple[int, int],
    colour: int,
    filtered: npt.NDArray[np.uint8],
    text: Mapping[str, str] | None,
) -> bytes:
    header = struct.pack(">IIBBBBB", *size, 8, colour, 0, 0, 0)
    notes = [
        # Keyword, no compression, no language, no translated keyword, text.
        _chunk(b"iTXt", keyword.encode("latin-1") + b"\0\0\0\0\0" + value.encode("utf-8"))
        for keyword, value in (text or {}).items()
    ]
    pixels = isal_zlib.compress(filtered, 1)
    return b"".join(
        [SIGNATURE, _chunk(b"IHDR", header), *notes, _chunk(b"IDAT", pixels), _chunk(b"IEND", b"")]
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
