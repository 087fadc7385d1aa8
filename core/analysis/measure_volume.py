"""Figures of a phrase over the slices of a volume."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from core.analysis.measure_shape import bounding_box, largest_lengths
from core.analysis.overlaps import masks_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from core.analysis.levels import Levels
    from core.imaging.grid import SliceView, VolumeGrid
    from core.segmentation import Segmentation
    from core.volume_model import VolumeResult

    Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class VolumeMeasures:
    """Figures of one phrase over slices.

    Attributes:
        phrase: What the user asked for.
        voxels: Foreground voxels in the slices that were looked at.
        volume_ml: Their volume in millilitres, or None where the voxel size is not known.
        slices_total: Slices of the volume in this direction.
        slices_looked_at: Slices in which the phrase was looked for.
        slices_missing: Slices between the first and the last of these that were left out; their
            part of the volume is not counted.
        slices_with_mask: Slices with foreground.
        cut_off: The mask reaches the first or the last slice that was looked at, and the volume
            goes on beyond it.
        length_unit: ``"mm"``, or ``"px"`` where the voxel size is not known.
        diameter: Largest diameter in any slice, as :mod:`core.analysis.measure_shape` has it, or
            None for an empty mask.
        across: The line across it in the same slice, or None.
        diameter_slice: That slice as displayed, from 0, or None.
    """

    phrase: str
    voxels: int
    volume_ml: float | None
    slices_total: int
    slices_looked_at: int
    slices_missing: int
    slices_with_mask: int
    cut_off: bool
    length_unit: str
    diameter: float | None
    across: float | None
    diameter_slice: int | None


def measure_slices(
    grid: VolumeGrid, axis: str, results: Mapping[int, Segmentation], levels: Levels | None = None
) -> tuple[VolumeMeasures, ...]:
    """Measure what was found slice by slice.

    Args:
        grid: Of the volume.
        axis: Name of the direction of the slices.
        results: Segmentation of each slice, by its position.
        levels: Thresholds and the rule for overlaps, the same for all slices; None takes 128, each
            phrase keeping its pixels.

    Returns:
        One per phrase, in the order in which they first occur.
    """
    view = grid.view(axis)
    tallies: dict[str, _Tally] = {}
    for index in sorted(results):
        result = results[index]
        for phrase, mask in zip(result.phrases, masks_at(result, levels), strict=True):
            tallies.setdefault(phrase, _Tally(view)).add(index, mask)
    return tuple(tally.measures(phrase, grid) for phrase, tally in tallies.items())


def measure_labels(result: VolumeResult, axis: str) -> tuple[VolumeMeasures, ...]:
    """Measure what a model for volumes found, looked at along one direction.

    Args:
        result: Labels on the file's own grid.
        axis: Name of the direction in which diameters are looked for.

    Returns:
        One per phrase, in order.
    """
    grid = result.grid
    view = grid.view(axis)
    tallies = [_Tally(view) for _ in result.phrases]
    for index in range(view.count):
        shown = view.layout.to_display(result.labels[grid.slice_key(axis, index)])
        for number, tally in enumerate(tallies, start=1):
            tally.add(index, np.equal(shown, number))
    return tuple(t.measures(p, grid) for p, t in zip(result.phrases, tallies, strict=True))


def voxel_ml(grid: VolumeGrid) -> float | None:
    """Volume of one voxel in millilitres, sheared and oblique grids included, or None."""
    if not grid.has_spacing:
        return None
    return abs(float(np.linalg.det(grid.affine[:3, :3]))) / 1000.0


@dataclass
class _Tally:
    """What is known of one phrase after some slices, which come in order."""

    view: SliceView
    seen: list[int] = field(default_factory=list)
    filled: list[int] = field(default_factory=list)
    voxels: int = 0
    longest: tuple[float, float, int] | None = None

    def add(self, index: int, mask: Bool) -> None:
        self.seen.append(index)
        box = bounding_box(mask)
        if box is None:
            return
        self.filled.append(index)
        self.voxels += int(np.count_nonzero(mask[box.slices]))
        diameter, across = largest_lengths(mask, box, self.view.spacing_mm)
        if self.longest is None or diameter > self.longest[0]:
            self.longest = (diameter, across, index)

    def measures(self, phrase: str, grid: VolumeGrid) -> VolumeMeasures:
        first, last = self.seen[0], self.seen[-1]
        ml = voxel_ml(grid)
        diameter, across, at = self.longest or (None, None, None)
        goes_on = (first in self.filled and first > 0) or (
            last in self.filled and last < self.view.count - 1
        )
        return VolumeMeasures(
            phrase=phrase,
            voxels=self.voxels,
            volume_ml=None if ml is None else self.voxels * ml,
            slices_total=self.view.count,
            slices_looked_at=len(self.seen),
            slices_missing=last - first + 1 - len(self.seen),
            slices_with_mask=len(self.filled),
            cut_off=goes_on,
            length_unit="mm" if self.view.spacing_mm else "px",
            diameter=diameter,
            across=across,
            diameter_slice=at,
        )
