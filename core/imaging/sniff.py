"""What a file is, by its content; the name and its extension are never asked."""

from __future__ import annotations

import zlib
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Literal

_DICOM_PREAMBLE = 128
# Value representations (PS3.5 6.2) that the first element of a DICOM data set can have.
_FIRST_VRS = frozenset({b"UL", b"CS", b"UI", b"OB", b"DA", b"TM", b"LO", b"SH", b"UN"})
_NIFTI1_MAGIC_AT, _NIFTI2_MAGIC_AT = 344, 4
# Bytes of a compressed header that are looked at.
_GZIP_PEEK = 560


class Kind(Enum):
    """Formats that are read here; the value is the media type."""

    PNG = "image/png"
    JPEG = "image/jpeg"
    GIF = "image/gif"
    BMP = "image/bmp"
    WEBP = "image/webp"
    TIFF = "image/tiff"
    DICOM = "application/dicom"
    NIFTI = "application/x-nifti"
    NIFTI_GZ = "application/x-nifti+gzip"
    GZIP = "application/gzip"
    ZIP = "application/zip"


# Other content that people upload, and the way out.
_KNOWN_OTHERS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF document", "Export its page as PNG, or upload the image it was made from."),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 file", "Save it as PNG or TIFF."),
    (b"NRRD", "an NRRD volume", "Save it as NIfTI (.nii.gz), for example with 3D Slicer."),
    (b"ObjectType", "a MetaImage volume", "Save it as NIfTI (.nii.gz), for example with ITK-SNAP."),
    (b"\x89HDF", "an HDF5 file", "Export the image in it as TIFF or NIfTI."),
    (b"Rar!", "a RAR archive", "Unpack it and upload its images, or pack them as ZIP."),
    (b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it and upload its images, or pack them as ZIP."),
)


def sniff(data: bytes) -> Kind | None:
    """Tell the format by the content.

    Args:
        data: The whole file, at least one byte.

    Returns:
        The format, or None when it is none that is read here.
    """
    # The preamble of a DICOM file may be a TIFF header, so DICOM comes first.
    if _is_dicom(data):
        return Kind.DICOM
    if kind := _by_signature(data):
        return kind
    if _is_nifti(data):
        return Kind.NIFTI
    if data.startswith(b"\x1f\x8b"):
        return Kind.NIFTI_GZ if _is_nifti(_peek_gzip(data)) else Kind.GZIP
    return None


def describe_other(data: bytes) -> tuple[str, str]:
    """Say what content that is not read here is, and what to do; empty texts when unknown."""
    for signature, found, next_step in _KNOWN_OTHERS:
        if data.startswith(signature):
            return found, next_step
    if data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"mif1", b"avif"}:
        return "a HEIC or AVIF photo", "Save it as JPEG or PNG."
    if _is_header_of_pair(data):
        return _PAIR
    return "", ""


_PAIR = (
    "the header of an Analyze or NIfTI pair (.hdr and .img)",
    "Save both as one NIfTI file (.nii or .nii.gz), for example with nibabel or dcm2niix.",
)


def _by_signature(data: bytes) -> Kind | None:
    kinds = (
        (b"\x89PNG\r\n\x1a\n", Kind.PNG),
        (b"\xff\xd8\xff", Kind.JPEG),
        (b"GIF87a", Kind.GIF),
        (b"GIF89a", Kind.GIF),
        (b"II*\0", Kind.TIFF),
        (b"MM\0*", Kind.TIFF),
        (b"II+\0", Kind.TIFF),
        (b"MM\0+", Kind.TIFF),
        (b"PK\x03\x04", Kind.ZIP),
        (b"PK\x05\x06", Kind.ZIP),
    )
    for signature, kind in kinds:
        if data.startswith(signature):
            return kind
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return Kind.WEBP
    # "BM" alone is any text; the size of the header that follows is one of a few.
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return Kind.BMP
    return None


_BMP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})


def _is_dicom(data: bytes) -> bool:
    """True with the "DICM" prefix, or when it starts with a plausible first data element.

    Files without preamble are accepted only when the first tag is in group 0002 or 0008 and its
    value ends inside the file, so that text does not pass for DICOM.
    """
    if data[_DICOM_PREAMBLE : _DICOM_PREAMBLE + 4] == b"DICM":
        return True
    return _starts_data_set(data, "little") or _starts_data_set(data, "big")


def _starts_data_set(data: bytes, order: Literal["little", "big"]) -> bool:
    group = int.from_bytes(data[0:2], order)
    element = int.from_bytes(data[2:4], order)
    if len(data) < 16 or group not in (0x0002, 0x0008) or element > 0x0070:
        return False
    if data[4:6] in _FIRST_VRS:
        return True
    length = int.from_bytes(data[4:8], order)
    # An implicit first element is a group length (4 bytes), a character set, or an image type.
    return order == "little" and length % 2 == 0 and length <= min(len(data) - 8, 256)


def _is_nifti(data: bytes) -> bool:
    first = data[0:4]
    if first in (_le(348), _be(348)):
        return data[_NIFTI1_MAGIC_AT : _NIFTI1_MAGIC_AT + 4] == b"n+1\0"
    if first in (_le(540), _be(540)):
        return data[_NIFTI2_MAGIC_AT : _NIFTI2_MAGIC_AT + 4] == b"n+2\0"
    return False


def _is_header_of_pair(data: bytes) -> bool:
    return data[0:4] in (_le(348), _be(348), _le(540), _be(540))


def _le(number: int) -> bytes:
    return number.to_bytes(4, "little")


def _be(number: int) -> bytes:
    return number.to_bytes(4, "big")


def _peek_gzip(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(data[:65536], _GZIP_PEEK)
    except zlib.error:
        return b""
