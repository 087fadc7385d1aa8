"""MedImageParse 3D's request and response: volumes to bytes and back, and nothing about HTTP.

The request is that of the 2D model with a base64 ``.nii.gz`` in the place of the picture. The
response is a list with one object, whose ``nifti_file`` is a string that holds JSON with ``data``,
a base64 ``.nii.gz`` of the same shape (Microsoft Learn, "How to use MedImageParse 3D", and the
model card, version 6).
"""

from __future__ import annotations

import binascii
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import nibabel
import numpy as np
import orjson
import pybase64
from isal import isal_zlib
from nibabel.spatialimages import HeaderDataError

from core.errors import InvalidReply
from core.prompts import join_phrases
from core.reply_json import kind_of, parse_reply
from core.volume_labels import VolumeReply, invalid_volume, read_labels

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Float64 = npt.NDArray[np.float64]
    Voxels = npt.NDArray[np.generic]

# Code of NIfTI for coordinates of the scanner (NIFTI_XFORM_SCANNER_ANAT).
_SCANNER = 1
# Bytes that are packed at a time; base64 goes on without a seam where three divide them.
_PIECE = 3 << 20


@dataclass(frozen=True, eq=False)
class VolumeRequest:
    """One request, and what its answer has to fit.

    Attributes:
        body: JSON as UTF-8.
        shape: Of the volume that was sent.
        affine: float64 (4, 4) of the volume that was sent, in millimetres, RAS+.
        phrases: What to look for, in order.
    """

    body: bytes
    shape: tuple[int, int, int]
    affine: Float64
    phrases: tuple[str, ...]


def encode_volume(voxels: Voxels, affine: Float64, phrases: tuple[str, ...]) -> VolumeRequest:
    """Write the body of a ``/score`` request.

    Args:
        voxels: (I, J, K), uint8, int16 or float32; quickest in Fortran order, as NIfTI has it.
        affine: (4, 4), from indices to millimetres in RAS+.
        phrases: What to look for.

    Returns:
        JSON with the columns image and text, one row, base64 without line breaks.
    """
    body = io.BytesIO()
    body.write(b'{"input_data": {"columns": ["image", "text"], "index": [0], "data": [["')
    rest = b""
    for packed in _gzipped(voxels, affine):
        # Only a multiple of three bytes is encoded before the end, so that no padding comes within.
        block = rest + packed
        whole = len(block) // 3 * 3
        body.write(pybase64.b64encode(block[:whole]))
        rest = block[whole:]
    body.write(pybase64.b64encode(rest))
    body.write(b'", %b]]}}' % orjson.dumps(join_phrases(phrases)))
    shape = (voxels.shape[0], voxels.shape[1], voxels.shape[2])
    return VolumeRequest(body.getvalue(), shape, affine, phrases)


def decode_volume(body: bytes, request: VolumeRequest) -> VolumeReply:
    """Read the body of a ``/score`` response.

    Accepts ``nifti_file`` as a JSON string, an object, a list of one, or bare base64; the list of
    results as one object; and a whole body that is JSON inside a JSON string. See
    :func:`core.volume_labels.read_labels` for the volume in it.

    Args:
        body: The bytes received.
        request: What was sent.

    Raises:
        InvalidReply: Anything else, with what was found.
    """
    row = _only(parse_reply(body, invalid_volume))
    if not isinstance(row, dict) or "nifti_file" not in row:
        if isinstance(row, dict) and "image_features" in row:
            raise InvalidReply(
                "The endpoint answered with masks of a picture instead of a volume.",
                "Check that MIP_3D_ENDPOINT is the address of MedImageParse 3D; this one looks "
                "like MedImageParse for 2D images.",
            )
        raise invalid_volume(f"It has no nifti_file; it holds {kind_of(row)}.")
    return read_labels(_packed(row["nifti_file"]), request.shape, request.affine, request.phrases)


def _gzipped(voxels: Voxels, affine: Float64) -> Iterator[bytes]:
    """A fresh ``.nii.gz`` in pieces: voxels and where they lie, and not one name.

    The gzip header holds neither a file name nor a time, so the same volume gives the same bytes.
    """
    packer = isal_zlib.compressobj(1, isal_zlib.DEFLATED, 31)
    yield packer.compress(_header(voxels, affine))
    flat = np.ravel(voxels, order="F").view(np.uint8)
    for start in range(0, len(flat), _PIECE):
        yield packer.compress(flat[start : start + _PIECE])
    yield packer.flush()


def _header(voxels: Voxels, affine: Float64) -> bytes:
    """A NIfTI-1 header made from nothing but these, with its empty extension flag."""
    header = nibabel.Nifti1Header(endianness="<")
    header.set_data_dtype(voxels.dtype)
    header.set_data_shape(voxels.shape)
    header.set_sform(affine, code=_SCANNER)
    try:
        header.set_qform(affine, code=_SCANNER, strip_shears=False)
    except HeaderDataError:  # a shear, which a quaternion cannot say: the sform alone says it
        header.set_qform(None)
        header.set_zooms(np.sqrt((affine[:3, :3] ** 2).sum(axis=0)))
    header.set_xyzt_units("mm")
    header["scl_slope"], header["scl_inter"] = 1, 0
    header["magic"], header["vox_offset"] = b"n+1", 352
    return bytes(header.binaryblock) + bytes(4)


def _only(value: object) -> object:
    """The one result in a list of one, also when the whole is JSON in a string."""
    if isinstance(value, str):
        value = parse_reply(value, invalid_volume)
    if isinstance(value, list):
        if len(value) != 1:
            raise invalid_volume(f"It holds {len(value)} results for one volume.")
        value = value[0]
    return value


def _packed(value: object) -> bytes:
    """The file inside ``nifti_file``."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        return _packed(parse_reply(value, invalid_volume))
    if isinstance(value, dict):
        value = value.get("data")
    if not isinstance(value, str) or not value:
        raise invalid_volume(f"nifti_file has no data; it holds {kind_of(value)}.")
    try:
        return pybase64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        raise invalid_volume("The data of nifti_file is not valid base64.") from None
