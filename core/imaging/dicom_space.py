"""The slices of a volume in space: cut in their own direction, or across."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.imaging.dicom_image import NativeFrame

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from core.imaging.dicom_image import DicomImage
    from core.imaging.grid import SliceView, VolumeGrid


@dataclass(frozen=True, eq=False)
class DicomSlice:
    """One frame of one object, loaded when it is needed.

    Attributes:
        load: Gives the object.
        frame: Frame in it, from 0.
    """

    load: Callable[[], DicomImage]
    frame: int = 0

    def decode(self) -> NativeFrame:
        """Native values in stored order."""
        return self.load().decode(self.frame)


class DicomSpace:
    """One or several volumes on one grid.

    Args:
        grid: Array axes (slices, rows, columns).
        volumes: The slices of every volume in the order of the grid.
    """

    def __init__(self, grid: VolumeGrid, volumes: Sequence[Sequence[DicomSlice]]) -> None:
        self.grid = grid
        self.volumes = tuple(tuple(volume) for volume in volumes)
        self._lock = threading.Lock()
        self._block: tuple[int, NativeFrame] | None = None

    @property
    def own_view(self) -> SliceView:
        """The direction in which the slices were taken."""
        return next(view for view in self.grid.views if view.along == 0)

    def plane(self, view: SliceView, index: int, volume: int) -> NativeFrame:
        """Values of one displayed slice, in file order: the two array axes that are not browsed.

        Raises:
            DamagedFile: A slice is cut off. The library's own errors pass through.
        """
        at = view.file_index(index)
        if view.along == 0:
            return self.volumes[volume][at].decode()
        block = self._whole(volume)
        key = (slice(None), at) if view.along == 1 else (slice(None), slice(None), at)
        blank = None if block.blank is None else block.blank[key]
        steps = (*block.steps, "cut across the slices")
        return NativeFrame(block.values[key], blank, block.unit, block.rules, steps)

    def _whole(self, volume: int) -> NativeFrame:
        """All slices of a volume, (slices, rows, columns); the last one asked for is kept."""
        with self._lock:
            if self._block is None or self._block[0] != volume:
                self._block = (volume, _join(self.volumes[volume]))
            return self._block[1]


def _join(slices: Sequence[DicomSlice]) -> NativeFrame:
    """Decode slice by slice into one block, whose type holds the values of all slices."""
    first = slices[0].decode()
    values = np.empty((len(slices), *first.values.shape), dtype=first.values.dtype)
    blank: npt.NDArray[np.bool_] | None = None
    for n, one in enumerate(slices):
        native = first if n == 0 else one.decode()
        if native.values.dtype != values.dtype:
            values = values.astype(np.promote_types(values.dtype, native.values.dtype))
        values[n] = native.values
        if native.blank is not None:
            blank = np.zeros(values.shape[:3], dtype=np.bool_) if blank is None else blank
            blank[n] = native.blank
    return NativeFrame(values, blank, first.unit, first.rules, first.steps)
