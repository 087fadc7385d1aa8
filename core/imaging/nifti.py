"""NIfTI volumes, browsed along three axes and shown radiologically by their affine."""

from __future__ import annotations

import zlib
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from core.imaging.colours import over_black
from core.imaging.model import Choices, Upload
from core.imaging.nifti_header import HEADER_BYTES, read_nifti_header
from core.imaging.offers import LOOKS_LIKE_HU, unsure_offer
from core.imaging.picture import Plane, frame_of
from core.imaging.refusals import (
    check_choice,
    check_decoded_size,
    check_frame_count,
    check_picture_size,
    damaged,
    read_or_refuse,
)
from core.imaging.rescaling import rescale
from core.imaging.sniff import Kind

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.imaging.budget import Budget
    from core.imaging.model import Frame, Selection
    from core.imaging.nifti_header import NiftiHeader
    from core.imaging.windows import Voi

    Values = npt.NDArray[Any]


# Bytes after the voxels that are unpacked to reach the checksum.
_MOST_AFTER_VOXELS = 1 << 20


class NiftiUpload(Upload):
    """A NIfTI volume; planes are cut from the file's own bytes when they are asked for.

    Args:
        data: The whole file, gzipped or not.
        name: As given by the user.
        kind: ``Kind.NIFTI`` or ``Kind.NIFTI_GZ``.
        budget: The limits; they bound the unpacking.

    Raises:
        ImageError: It is too large, too small or cannot be decoded.
    """

    def __init__(self, data: bytes, name: str, kind: Kind, budget: Budget) -> None:
        self.name, self.media_type = name, kind.value
        self._header, self._voxels = read_voxels(data, name, kind, budget)
        self._grid = self.grid = self._header.grid
        sides = sorted(self._grid.shape)
        check_picture_size(name, sides[2], sides[1], budget)
        check_frame_count(name, self._grid.views[0].count, budget)
        volumes = self._header.voxels // int(np.prod(self._grid.shape))
        check_frame_count(name, volumes, budget)
        self._vois = self._offered()
        self.notices = (*self._grid.notices, *((LOOKS_LIKE_HU,) if self._vois else ()))
        self.choices = Choices(
            axes=self._grid.axes,
            windows=tuple(voi.window for voi in self._vois),
            volumes=tuple(f"volume {n + 1}" for n in range(volumes)) if volumes > 1 else (),
        )

    def _frame(self, wanted: Selection) -> Frame:
        check_choice("channel", wanted.channel, 1)
        view = self._grid.view(wanted.axis)
        stored = self._voxels[(*self._grid.slice_key(wanted.axis, wanted.index), wanted.volume)]
        values, steps = read_or_refuse(self.name, partial(_native, stored, self._header))
        plane = Plane(
            np.ascontiguousarray(view.layout.to_display(values)),
            spacing_mm=view.spacing_mm,
            orientation=view.orientation,
            layout=view.layout,
            vois=self._vois,
            steps=(self._header.words, *steps),
            notices=self.notices,
        )
        return frame_of(plane, wanted)

    def _offered(self) -> tuple[Voi, ...]:
        """Offer CT windows where the middle slice has values from air to bone."""
        view = self._grid.views[0]
        key = self._grid.slice_key(view.name, view.count // 2)
        middle, _ = _native(self._voxels[(*key, 0)], self._header)
        return unsure_offer(middle)


def read_voxels(
    data: bytes, name: str, kind: Kind, budget: Budget
) -> tuple[NiftiHeader, npt.NDArray[np.generic]]:
    """The header, and the voxels (I, J, K, N) as a view on the unpacked bytes, as stored.

    Args:
        data: The whole file, gzipped or not.
        name: Its name, for sentences.
        kind: ``Kind.NIFTI`` or ``Kind.NIFTI_GZ``.
        budget: The limits, looked at in the header; they bound the unpacking.

    Raises:
        ImageError: It is too large, cut off, or of a type that cannot be shown.
    """
    packed = kind is Kind.NIFTI_GZ
    unpacker = zlib.decompressobj(wbits=31)
    start = unpacker.decompress(data, HEADER_BYTES) if packed else data
    header = read_nifti_header(start[:HEADER_BYTES], name)
    check_decoded_size(name, header.voxels, header.data_bytes, budget)
    needed = header.offset + header.data_bytes
    if packed:
        rest = unpacker.decompress(unpacker.unconsumed_tail, max(1, needed - len(start)))
        # What follows the voxels is short; reading on to the end has the checksum verified.
        unpacker.decompress(unpacker.unconsumed_tail, _MOST_AFTER_VOXELS)
        data = start + rest
    if len(data) < needed:
        raise damaged(name, f"it ends after {len(data)} of {needed} bytes")
    flat = np.frombuffer(data, header.dtype, header.voxels, header.offset)
    return header, flat.reshape((*header.grid.shape, -1), order="F")


def _native(stored: Values, header: NiftiHeader) -> tuple[Values, tuple[str, ...]]:
    """Native units in file order (A, B) or (A, B, 3), and what was done."""
    if header.colour:
        parts = [stored[part] for part in header.dtype.names or ()]
        rgb = np.stack(parts[:3], axis=-1)
        if len(parts) == 4:
            return over_black(rgb, parts[3])
        return rgb, ()
    values: Values = stored.astype(stored.dtype.newbyteorder("="))
    steps: tuple[str, ...] = ()
    if values.dtype.kind == "c":
        values, steps = np.abs(values), ("magnitude of complex values",)
    if (header.slope, header.intercept) != (1.0, 0.0):
        values = rescale(values, header.slope, header.intercept)
        words = f"rescaled with slope {header.slope:g} and intercept {header.intercept:g}"
        steps = (*steps, words)
    return values, steps
