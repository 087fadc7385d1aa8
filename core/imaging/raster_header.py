"""Sizes and depths from the headers of pictures, before a decoder sees them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from core.imaging.sniff import Kind

# Start-of-frame markers of JPEG; C4, C8 and CC in their range are other segments (T.81, B.1).
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Markers without a length: TEM, RST0 to RST7, SOI.
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
_JP2 = b"\0\0\0\x0cjP  "
_SOS, _EOI = 0xDA, 0xD9
_GIF_IMAGE, _GIF_EXTENSION = 0x2C, 0x21


@dataclass(frozen=True)
class PictureHeader:
    """What the header says.

    Attributes:
        width: Pixel columns.
        height: Pixel rows.
        bits: Bits per sample.
    """

    width: int
    height: int
    bits: int = 8


def read_picture_header(data: bytes, kind: Kind) -> PictureHeader:
    """Read the size that a decoder would allocate.

    Args:
        data: The whole file.
        kind: PNG, JPEG, GIF, BMP or WEBP.

    Raises:
        ValueError: The header is cut off or makes no sense.
    """
    header = _READERS[kind](data)
    if header is None or min(header.width, header.height) < 1:
        raise ValueError("no size in the header")
    return header


def jpeg_header(data: bytes) -> PictureHeader | None:
    """Find the frame header of a JPEG or JPEG-LS stream; None when there is none."""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if marker in _BARE:
            at += 2
            continue
        if marker in (_SOS, _EOI):
            return None
        if marker in _SOF or marker == 0xF7:  # F7 is the frame header of JPEG-LS
            height, width = (_big(data, at + 5, 2), _big(data, at + 7, 2))
            return PictureHeader(width, height, data[at + 4])
        at += 2 + _big(data, at + 2, 2)
    return None


def jpeg2000_header(data: bytes) -> PictureHeader | None:
    """Read the SIZ segment of a JPEG 2000 stream (T.800, A.5.1), with or without a JP2 wrapper.

    Returns:
        The header, or None where the wrapper's boxes or the first two markers are not as they
        have to be; pydicom would walk broken boxes for ever.
    """
    start = _codestream(data) if data.startswith(_JP2) else 0
    if data[start : start + 4] != b"\xff\x4f\xff\x51" or len(data) < start + 43:
        return None
    width = _big(data, start + 8, 4) - _big(data, start + 16, 4)
    height = _big(data, start + 12, 4) - _big(data, start + 20, 4)
    return PictureHeader(width, height, (data[start + 42] & 0x7F) + 1)


def png_is_whole(data: bytes) -> bool:
    """True when every critical chunk up to IEND is there and has the right checksum.

    Decoders differ in what they forgive; a picture with wrong pixels in it is not shown.
    """
    at = 8
    while at + 12 <= len(data):
        length = _big(data, at, 4)
        kind = data[at + 4 : at + 8]
        end = at + 8 + length
        critical = not kind[:1].islower()
        if critical and zlib.crc32(data[at + 4 : end]) != _big(data, end, 4):
            return False
        if kind == b"IEND":
            return True
        at = end + 4
    return False


def _codestream(data: bytes) -> int:
    """Where the codestream starts in a JP2 file (T.800, I.4); its length when there is none."""
    at = 0
    while at + 8 <= len(data):
        if data[at + 4 : at + 8] == b"jp2c":
            return at + 8
        length = _big(data, at, 4)
        if length < 8:
            break
        at += length
    return len(data)


def _png(data: bytes) -> PictureHeader | None:
    if data[12:16] != b"IHDR" or len(data) < 33:
        return None
    return PictureHeader(_big(data, 16, 4), _big(data, 20, 4), data[24])


def _gif(data: bytes) -> PictureHeader | None:
    """The canvas, or the first picture where that is larger."""
    if len(data) < 13:
        return None
    width, height = _little(data, 6, 2), _little(data, 8, 2)
    return PictureHeader(width, height)


def gif_frames(data: bytes, most: int) -> int:
    """Count the pictures of a GIF without decoding them, up to one more than ``most``.

    Args:
        data: The whole file.
        most: Where counting may stop.
    """
    at = 13 + _colour_table(data[10]) if len(data) > 10 else len(data)
    count = 0
    while at < len(data) and count <= most:
        kind = data[at]
        if kind == _GIF_IMAGE and at + 10 <= len(data):
            count += 1
            at = _after_blocks(data, at + 11 + _colour_table(data[at + 9]))
        elif kind == _GIF_EXTENSION:
            at = _after_blocks(data, at + 2)
        else:
            break
    return count


def _colour_table(flags: int) -> int:
    """Bytes of the colour table that a packed field announces."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    """Skip sub-blocks up to and with their terminator."""
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return at + 1


def _bmp(data: bytes) -> PictureHeader | None:
    if len(data) < 26:
        return None
    if _little(data, 14, 4) == 12:
        return PictureHeader(_little(data, 18, 2), _little(data, 20, 2))
    width = int.from_bytes(data[18:22], "little", signed=True)
    # A negative height means that the rows are stored from the top.
    height = abs(int.from_bytes(data[22:26], "little", signed=True))
    return PictureHeader(width, height)


def _webp(data: bytes) -> PictureHeader | None:
    if len(data) < 30:
        return None
    kind = data[12:16]
    if kind == b"VP8X":
        return PictureHeader(_little(data, 24, 3) + 1, _little(data, 27, 3) + 1)
    if kind == b"VP8L":
        packed = _little(data, 21, 4)
        return PictureHeader((packed & 0x3FFF) + 1, ((packed >> 14) & 0x3FFF) + 1)
    if kind == b"VP8 ":
        return PictureHeader(_little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF)
    return None


def _big(data: bytes, at: int, count: int) -> int:
    return int.from_bytes(data[at : at + count], "big")


def _little(data: bytes, at: int, count: int) -> int:
    return int.from_bytes(data[at : at + count], "little")


_READERS = {
    Kind.PNG: _png,
    Kind.JPEG: jpeg_header,
    Kind.GIF: _gif,
    Kind.BMP: _bmp,
    Kind.WEBP: _webp,
}
