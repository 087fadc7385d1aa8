"""From the NIfTI that MedImageParse 3D answers with to one label a phrase.

The model card calls the answer a mask whose labels are read with ``numpy.unique``, 0 for the
background; its notes speak of probabilities with the threshold 0.5. Both are read. That label k is
the k-th phrase is what the public inference code of the same model does (it takes the largest of
the phrases' probabilities and a background of 0.5); the card does not say it, so a notice does.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from core.errors import ImageError, InvalidReply
from core.imaging.model import Notice
from core.imaging.nifti_header import HEADER_BYTES, read_nifti_header
from core.imaging.refusals import read_or_refuse
from core.prompts.parse import MAX_PHRASES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from core.imaging.nifti_header import NiftiHeader

    Float64 = npt.NDArray[np.float64]
    Uint8 = npt.NDArray[np.uint8]

# Bytes after the header, such as extensions, that are read past at most.
_MOST_BEFORE_VOXELS = 1 << 20
# How far a place may be off by rounding to single precision, in millimetres.
_SAME_PLACE_MM = 1e-2
_NAME = "The NIfTI file in the answer"
_HALF, _HALF_OF_255 = 0.5, 128
# More different values than any answer has labels; and a number that no label has.
_MANY, _HIGHEST = 256, 65535


@dataclass(frozen=True, eq=False)
class VolumeReply:
    """What the model answered for one volume.

    Attributes:
        labels: uint8 (I, J, K) in the order in which the volume was sent: 0 for nothing, k for
            the k-th of ``names``; read-only.
        names: The phrases in order, then the numbers of labels for which there is no phrase.
        notices: What the user should know about the answer.
    """

    labels: Uint8
    names: tuple[str, ...]
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        self.labels.setflags(write=False)


def read_labels(
    packed: bytes, shape: tuple[int, int, int], affine: Float64, phrases: tuple[str, ...]
) -> VolumeReply:
    """Read the volume in an answer.

    Args:
        packed: A NIfTI file, gzipped or not. No more of it is unpacked than its header says, and
            nothing unless its header says the shape that was sent.
        shape: Of the volume that was sent.
        affine: (4, 4) of the volume that was sent, in millimetres.
        phrases: What was asked for.

    Raises:
        InvalidReply: It is no such file, has another shape or place, or values that are neither
            labels nor probabilities.
    """
    header, stored = _open(packed, shape)
    notices = _check_place(header, affine)
    values = _Values(stored, header.slope, header.intercept)
    high, whole, seen = values.survey()
    if not whole:
        if high > 1.0:
            raise invalid_volume(f"Its values run to {high:g}: neither labels nor probabilities.")
        found = VolumeReply(_above(values, _HALF, phrases), phrases, (_PROBABILITIES,))
    elif len(phrases) == 1:
        # Two levels are a mask whatever their numbers; many, up to 255, are probabilities.
        soft = len(seen) > 3 and _HALF_OF_255 <= high <= 255
        labels = _above(values, _HALF_OF_255 if soft else 1, phrases)
        found = VolumeReply(labels, phrases, (_SOFT,) if soft else ())
    else:
        found = _by_order(values, seen, phrases)
    return replace(found, notices=(*notices, *found.notices))


def _open(
    packed: bytes, shape: tuple[int, int, int]
) -> tuple[NiftiHeader, npt.NDArray[np.generic]]:
    """Header and voxels, unpacked only as far as they go."""
    gzipped = packed[:2] == b"\x1f\x8b"
    unpacker = zlib.decompressobj(wbits=31)
    try:
        start = unpacker.decompress(packed, HEADER_BYTES) if gzipped else packed[:HEADER_BYTES]
        header = read_or_refuse(_NAME, partial(read_nifti_header, start, _NAME))
        _check_shape(header, shape)
        needed = header.offset + header.data_bytes
        if gzipped:
            # One byte more than needed, so that the end is reached and its checksum verified.
            left = max(0, needed - len(start)) + 1
            packed = start + unpacker.decompress(unpacker.unconsumed_tail, left)
    except ImageError as problem:
        raise invalid_volume(problem.what) from None
    except zlib.error:
        raise invalid_volume(f"{_NAME} is damaged.") from None
    if len(packed) < needed:
        raise invalid_volume(f"{_NAME} ends after {len(packed)} of {needed} bytes.")
    voxels = np.frombuffer(packed, header.dtype, header.voxels, header.offset)
    return header, voxels.reshape(shape, order="F")


def _check_shape(header: NiftiHeader, shape: tuple[int, int, int]) -> None:
    if header.shape != shape:
        found, sent = (" × ".join(map(str, sides)) for sides in (header.shape, shape))
        raise invalid_volume(f"Its volume has {found} voxels, but {sent} were sent.")
    if header.colour or header.dtype.kind == "c" or header.offset > _MOST_BEFORE_VOXELS:
        raise invalid_volume("Its volume holds no labels.")


def _check_place(header: NiftiHeader, affine: Float64) -> tuple[Notice, ...]:
    """Refuse another place; a file that says nothing of it is taken as it was sent."""
    found = header.grid.affine
    if header.grid.known and np.allclose(found, affine, rtol=1e-4, atol=_SAME_PLACE_MM):
        return ()
    if not header.grid.known or np.array_equal(found, np.eye(4)):
        text = (
            "The endpoint's answer does not say where its voxels lie. They are taken in the order "
            "in which they were sent: check the masks against the picture, left and right above "
            "all."
        )
        return (Notice("no_place", text, "warning"),)
    raise invalid_volume(
        "Its volume lies in another place or orientation than the one that was sent."
    )


@dataclass(frozen=True, eq=False)
class _Values:
    """Voxels as numbers, a slab at a time so that no floating-point copy of all is made."""

    stored: npt.NDArray[np.generic]
    slope: float
    intercept: float

    def slabs(self) -> Iterator[tuple[int, npt.NDArray[np.float32]]]:
        """Every plane along the last axis, in which the file is stored."""
        for index in range(self.stored.shape[2]):
            plane = self.stored[:, :, index].astype(np.float32)
            if (self.slope, self.intercept) != (1.0, 0.0):
                plane = plane * np.float32(self.slope) + np.float32(self.intercept)
            yield index, plane

    def survey(self) -> tuple[float, bool, set[float]]:
        """The largest value, whether all are whole, and the different values while they are few.

        Raises:
            InvalidReply: A value is below 0, infinite or missing, or there are too many labels.
        """
        high, whole = 0.0, True
        seen: set[float] = set()
        for _, plane in self.slabs():
            if not (np.isfinite(plane).all() and plane.min() >= 0):
                raise invalid_volume("Its volume holds values below 0 or that are no numbers.")
            high = max(high, float(plane.max()))
            whole = whole and bool((plane == np.rint(plane)).all())
            if whole and len(seen) <= _MANY:
                seen.update(np.unique(plane).tolist())
        if whole and high > _HIGHEST:
            raise invalid_volume(f"Its labels run to {high:g}.")
        return high, whole, seen


def _by_order(values: _Values, seen: set[float], phrases: tuple[str, ...]) -> VolumeReply:
    """Label k for the k-th phrase; the labels beyond follow, by their numbers."""
    beyond = sorted(int(value) for value in seen if value > len(phrases))
    if len(beyond) > MAX_PHRASES:
        raise invalid_volume(f"It has {len(beyond)} labels beyond the {len(phrases)} phrases.")
    known = [*range(len(phrases) + 1), *beyond]
    table = np.zeros(max(known) + 1, dtype=np.uint8)
    table[known] = np.arange(len(known))
    labels = _empty(values)
    for index, plane in values.slabs():
        labels[:, :, index] = table[plane.astype(np.intp)]
    listed = ", ".join(f"{number} {phrase}" for number, phrase in enumerate(phrases, start=1))
    text = (
        "The endpoint numbers its labels and does not name them. They are taken in the order of "
        f"the phrases: {listed}."
    )
    notices = [Notice("labels_by_order", text)]
    if beyond:
        text = (
            "The endpoint marked more than it was asked for. What has no phrase is shown by the "
            f"number of its label: {', '.join(map(str, beyond))}."
        )
        notices.append(Notice("extra_labels", text, "warning"))
    names = (*phrases, *(f"label {number}" for number in beyond))
    return VolumeReply(labels, names, tuple(notices))


def _above(values: _Values, level: float, phrases: tuple[str, ...]) -> Uint8:
    if len(phrases) > 1:
        raise InvalidReply(
            f"The endpoint sent one volume of probabilities for {len(phrases)} phrases.",
            "Run the phrases one at a time.",
        )
    labels = _empty(values)
    for index, plane in values.slabs():
        labels[:, :, index] = plane >= level
    return labels


def _empty(values: _Values) -> Uint8:
    return np.empty(values.stored.shape, dtype=np.uint8, order="F")


_PROBABILITIES = Notice(
    "volume_probabilities",
    "The endpoint sent probabilities; voxels with one half and more are counted.",
)
_SOFT = Notice(
    "volume_levels",
    "The endpoint sent levels from 0 to 255; they are taken for probabilities, and voxels with "
    "128 and more are counted.",
    "warning",
)


def invalid_volume(what: str, details: str = "") -> InvalidReply:
    """The error for an answer that is no volume as the contract says.

    Args:
        what: One sentence for what was found.
        details: For support.
    """
    return InvalidReply(
        f"The endpoint's answer cannot be read. {what}",
        "Run it again; if it stays, check that MIP_3D_ENDPOINT is a MedImageParse 3D endpoint.",
        details=details,
    )
