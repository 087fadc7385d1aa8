"""Masks of volumes as NIfTI: the right slice, turned as the image is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import ImageError
from core.imaging.nifti import read_voxels
from core.imaging.refusals import read_or_refuse, shown_name
from core.imaging.rescaling import rescale
from core.masks_in.labels import codes_in, mask_of, parts_of
from core.masks_in.names import links_of
from core.masks_in.space import order_of, to_shown
from core.masks_in.values import MaskFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from core.imaging import Budget
    from core.imaging.grid import VolumeGrid
    from core.imaging.nifti_header import NiftiHeader
    from core.imaging.sniff import Kind
    from core.masks_in.names import ImageNames
    from core.masks_in.values import ClassIndex, ImageOffer, Link, Part

    Bool = npt.NDArray[np.bool_]
    Values = npt.NDArray[Any]

_HALF = 0.5


@dataclass(frozen=True, eq=False)
class _Block:
    """The smallest box around the labels of one volume; outside all is 0.

    Attributes:
        start: Where the box begins, along the three array axes.
        codes: Whole numbers, (i, j, k) of the box.
        shape: Of the volume.
    """

    start: tuple[int, int, int]
    codes: Values
    shape: tuple[int, int, int]

    def plane(self, along: int, index: int) -> Values:
        """The plane across one array axis, in file order (A, B)."""
        first, second = (axis for axis in range(3) if axis != along)
        plane = np.zeros((self.shape[first], self.shape[second]), self.codes.dtype)
        at = index - self.start[along]
        if 0 <= at < self.codes.shape[along]:
            rows, columns = (
                slice(self.start[axis], self.start[axis] + self.codes.shape[axis])
                for axis in (first, second)
            )
            plane[rows, columns] = self.codes.take(at, axis=along)
        return plane


class VolumeMasks(MaskFile):
    """A NIfTI volume of labels, of 0 and 1, or of probabilities.

    Args:
        data: The whole file, gzipped or not.
        name: As given by the user.
        kind: ``Kind.NIFTI`` or ``Kind.NIFTI_GZ``.
        index: The class list.
        budget: The limits; they bound the unpacking.

    Raises:
        ImageError: It cannot be decoded, or holds no labels.
    """

    def __init__(
        self, data: bytes, name: str, kind: Kind, index: ClassIndex, budget: Budget
    ) -> None:
        self.name, self._index = name, index
        header, voxels = read_or_refuse(name, partial(read_voxels, data, name, kind, budget))
        self._grid = header.grid
        self._blocks = read_or_refuse(name, partial(_blocks, header, voxels, name))
        found = {code for block in self._blocks for code in codes_in(block.codes)}
        self._found = tuple(sorted(found - {0}))

    def links(self, names: ImageNames) -> Iterator[Link]:
        """By name, every slice of the image."""
        images, target = names.find(self.name)
        yield from links_of(self.name, images, target, slices=True)

    def parts(self, link: Link) -> tuple[Part, ...]:
        """The classes with a pixel on the slice; a volume of one class has it on every slice."""
        if link.image is None:
            return ()
        codes, caution = self._codes(link.image)
        present = self._found if len(self._found) <= 1 else codes_in(codes)
        if self._found and not any(present):
            return ()
        found = parts_of(
            codes, self.name, self._index, present=present, alone=len(self._found) <= 1
        )
        return tuple(replace(part, caution=part.caution or caution) for part in found)

    def mask(self, part: Part, image: ImageOffer) -> Bool:
        """As :meth:`MaskFile.mask` says."""
        return mask_of(self._codes(image)[0], part)

    def _codes(self, image: ImageOffer) -> tuple[Values, str]:
        """Labels of the slice as the image is shown, and what to look at."""
        shown = shown_name(self.name)
        if image.grid is None or image.spot is None:
            raise ImageError(
                f"{shown} is a volume, and the image is no slice of a volume in space.",
                "Give a mask as PNG or TIFF of the size of the image.",
            )
        if len(self._blocks) not in {1, image.volumes}:
            raise ImageError(
                f"{shown} has {len(self._blocks)} volumes, the image {image.volumes}.",
                "Give a mask with one volume, or with as many as the image.",
            )
        block = self._blocks[image.frame.volume if len(self._blocks) > 1 else 0]
        grid, caution = order_of(image.grid, self._grid, self.name)
        axis, index = image.spot
        view = grid.view(axis)
        plane = block.plane(view.along, view.file_index(index))
        return to_shown(plane, view, image), caution


def _blocks(header: NiftiHeader, voxels: Values, name: str) -> tuple[_Block, ...]:
    """Each volume of (I, J, K, N) voxels, cut to the box around its labels."""
    if header.colour or header.dtype.kind not in "iuf":
        raise ImageError(
            f"{shown_name(name)} has colours or complex values, not labels.",
            "Give a volume whose voxels are 0 and 1, or numbered classes.",
        )
    volumes = range(voxels.shape[3])
    return tuple(_block(_labels(voxels[..., n], header), header.grid) for n in volumes)


def _labels(stored: Values, header: NiftiHeader) -> Values:
    """Whole numbers; what is not whole is taken for a probability, of which a half counts."""
    native = stored.astype(stored.dtype.newbyteorder("="), copy=False)
    values = rescale(native, header.slope, header.intercept)
    if values.dtype.kind != "f":
        return values
    clean = np.nan_to_num(values, posinf=0, neginf=0)
    if np.array_equal(clean, np.rint(clean)):
        return clean.astype(np.int64)
    return (clean >= _HALF).astype(np.uint8)


def _block(labels: Values, grid: VolumeGrid) -> _Block:
    spans = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        used = np.flatnonzero(labels.any(axis=others))
        spans.append(slice(int(used[0]), int(used[-1]) + 1) if used.size else slice(0, 0))
    start = (spans[0].start, spans[1].start, spans[2].start)
    return _Block(start, labels[tuple(spans)].copy(), grid.shape)
