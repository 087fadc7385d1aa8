"""Slices in the order of their positions, and the grid that they make together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.imaging.grid import VolumeGrid
from core.imaging.model import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from core.imaging.dicom_geometry import Placement

    Float64 = npt.NDArray[np.float64]

# Slices count as parallel up to this difference of their direction cosines.
_PARALLEL = 1e-3
# Largest difference of distances between slices, as a part of the median distance.
_EVEN = 0.05
# Largest sideways step from slice to slice, as a part of the distance: above it the gantry tilts.
_SIDEWAYS = 0.02


@dataclass(frozen=True, eq=False)
class Arrangement:
    """Slices in spatial order.

    Attributes:
        order: Index of every slice as given, in the order of positions along the normal. For
            several volumes, all slices of the first come first.
        volumes: How often every position occurs.
        grid: Array axes (slices, rows, columns), or None when slices are not evenly stacked.
        notices: What the user should know.
    """

    order: tuple[int, ...]
    volumes: int = 1
    grid: VolumeGrid | None = None
    notices: tuple[Notice, ...] = ()


def arrange(placements: Sequence[Placement], shape: tuple[int, int]) -> Arrangement | None:
    """Order slices by their position along the slice normal.

    Args:
        placements: One a slice, in the order of the file or series.
        shape: Rows and columns of every slice.

    Returns:
        The arrangement, or None when the slices are not parallel or their positions unknown.
    """
    heights = _heights(placements)
    if heights is None or len(heights) < 2:
        return None
    order = tuple(int(n) for n in np.argsort(heights, kind="stable"))
    volumes = _repeats(heights[list(order)])
    if volumes is None:
        notice = Notice("mixed_positions", "Several slices lie at the same place.", "warning")
        return Arrangement(order, notices=(notice,))
    per_volume = len(order) // volumes
    order = tuple(order[n * volumes + v] for v in range(volumes) for n in range(per_volume))
    return Arrangement(order, volumes, *_grid([placements[n] for n in order[:per_volume]], shape))


def _heights(
    placements: Sequence[Placement],
) -> Float64 | None:
    """Position of every slice along the first one's normal; None when they are not parallel."""
    first = placements[0]
    if first.cosines is None or first.normal is None:
        return None
    heights = np.empty(len(placements))
    for n, placement in enumerate(placements):
        if placement.position is None or placement.cosines is None:
            return None
        if np.abs(placement.cosines - first.cosines).max() > _PARALLEL:
            return None
        heights[n] = placement.position @ first.normal
    return heights


def _repeats(ordered: Float64) -> int | None:
    """How many slices every position has; None when that differs."""
    gaps = np.diff(ordered)
    same = gaps < 1e-3
    starts = np.flatnonzero(np.concatenate([[True], ~same]))
    counts = np.diff(np.append(starts, len(ordered)))
    return int(counts[0]) if (counts == counts[0]).all() else None


def _grid(
    placements: Sequence[Placement], shape: tuple[int, int]
) -> tuple[VolumeGrid | None, tuple[Notice, ...]]:
    """The grid of slices in order, and what stands in its way."""
    first = placements[0]
    spacing, normal, cosines = first.spacing, first.normal, first.cosines
    if len(placements) < 2 or spacing is None or normal is None or cosines is None:
        return None, ()
    if any(placement.spacing != spacing for placement in placements):
        return None, ()
    positions = np.array([placement.position for placement in placements])
    steps = np.diff(positions, axis=0)
    along = steps @ normal
    step = float(np.median(along))
    if np.abs(along - step).max() > _EVEN * step:
        text = (
            f"The slices are not evenly spaced ({along.min():.2f} to {along.max():.2f} mm): some "
            "may be missing. They can be browsed in one direction only."
        )
        return None, (Notice("uneven_slices", text, "warning"),)
    if np.abs(steps - np.outer(along, normal)).max() > _SIDEWAYS * step:
        text = "The gantry was tilted: the slices can be browsed in one direction only."
        return None, (Notice("tilted", text, "warning"),)
    row, column = cosines
    affine = np.eye(4)
    affine[:3, 0] = (positions[-1] - positions[0]) / (len(positions) - 1)
    affine[:3, 1] = column * spacing.row
    affine[:3, 2] = row * spacing.column
    affine[:3, 3] = positions[0]
    return VolumeGrid((len(placements), *shape), affine), ()
