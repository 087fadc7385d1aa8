"""Size and form of a mask: pieces, box, centroid, perimeter and largest diameters.

A pixel is a rectangle around its centre, as large as the spacing says. Places are those of pixel
centres, (row, column) from 0; lengths run along the outline half-way between a pixel of the mask
and its neighbour outside, so that a line of n pixels is n pixels long.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.geometry import SpacingMm

    Bool = npt.NDArray[np.bool_]
    Uint8 = npt.NDArray[np.uint8]
    Float64 = npt.NDArray[np.float64]

# Pairs of points that are equally far apart, but for rounding, are one tie.
_SAME = 1.0 - 1e-9


@dataclass(frozen=True)
class Box:
    """The smallest box of whole pixels around a mask.

    Attributes:
        top: First row.
        left: First column.
        bottom: Row after the last.
        right: Column after the last.
    """

    top: int
    left: int
    bottom: int
    right: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """What to index an (H, W) array with."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


@dataclass(frozen=True)
class Shape:
    """Form of a mask that is not empty.

    Attributes:
        box: The smallest box around all of it.
        row: Of the centroid, in pixels from the centre of the first row.
        column: Of the centroid, in pixels from the centre of the first column.
        pieces: Connected parts; pixels that touch at a corner are connected.
        largest_px: Pixels of the largest piece.
        perimeter: Of all pieces and holes together, in the unit of the spacing, or pixels.
        diameter: Largest diameter of the largest piece, in the same unit.
        across: Longest line at a right angle to that diameter within the convex hull of that
            piece, in the same unit.
    """

    box: Box
    row: float
    column: float
    pieces: int
    largest_px: int
    perimeter: float
    diameter: float
    across: float


def bounding_box(mask: Bool) -> Box | None:
    """The smallest box around a mask, bool (H, W); None when it is empty."""
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(mask).view(np.uint8))
    return Box(top, left, top + height, left + width) if width else None


def shape_of(mask: Bool, box: Box, spacing: SpacingMm | None) -> Shape:
    """Measure the form of a mask.

    Args:
        mask: bool (H, W), not empty.
        box: Its :func:`bounding_box`.
        spacing: Of the pixels in millimetres; None measures in pixels.
    """
    row_step, column_step = _steps(spacing)
    padded = _padded(mask, box)
    row, column = _centroid(padded)
    pieces, largest = _pieces(padded)
    diameter, across = diameters(largest, row_step, column_step)
    return Shape(
        box=box,
        row=box.top + row - 1.0,
        column=box.left + column - 1.0,
        pieces=pieces,
        largest_px=int(np.count_nonzero(largest)),
        perimeter=perimeter(padded, row_step, column_step),
        diameter=diameter,
        across=across,
    )


def largest_lengths(mask: Bool, box: Box, spacing: SpacingMm | None) -> tuple[float, float]:
    """Diameter and line across of the largest piece only; see :func:`shape_of`."""
    _, largest = _pieces(_padded(mask, box))
    return diameters(largest, *_steps(spacing))


def perimeter(padded: Uint8, row_step: float, column_step: float) -> float:
    """Length of all borders by Crofton's formula with four directions.

    Counts how often lines along rows, columns and both diagonals cross a border. A line family
    stands for the directions that are nearer to it than to its neighbours; its lines lie as far
    apart as the spacing says (Legland, Kiêu and Devaux, 2007, also for pixels that are not square).
    With square pixels this is scikit-image's ``perimeter_crofton(directions=4)``.

    Args:
        padded: uint8 (H, W), 0 and 1, its first and last row and column 0.
        row_step: Height of a pixel.
        column_step: Width of a pixel.
    """
    slope = math.atan2(row_step, column_step)
    diagonal_gap = row_step * column_step / math.hypot(row_step, column_step)
    families = (
        # crossings, distance between the lines, directions that the family stands for
        (_changes(padded[:, 1:], padded[:, :-1]), row_step, slope),
        (_changes(padded[1:], padded[:-1]), column_step, math.pi / 2 - slope),
        (_changes(padded[1:, 1:], padded[:-1, :-1]), diagonal_gap, math.pi / 4),
        (_changes(padded[1:, :-1], padded[:-1, 1:]), diagonal_gap, math.pi / 4),
    )
    return sum(crossings * gap * angle for crossings, gap, angle in families) / 2.0


def diameters(piece: Bool, row_step: float, column_step: float) -> tuple[float, float]:
    """Largest diameter, and the longest line across it within the convex hull.

    Both are exact for the polygon through the middles of the pixel edges.

    Args:
        piece: bool (H, W), one connected part.
        row_step: Height of a pixel.
        column_step: Width of a pixel.

    Returns:
        Both lengths in the unit of the steps. Where several diameters are the largest, the one
        with the longest line across counts.
    """
    hull = _hull(piece) * (np.array([column_step, row_step]) / 2.0)
    between = hull[:, None, :] - hull[None, :, :]
    squared = (between**2).sum(axis=2)
    starts, ends = np.nonzero(np.triu(squared >= squared.max() * _SAME))
    across = max(
        _chord(hull, hull[end] - hull[start]) for start, end in zip(starts, ends, strict=True)
    )
    return math.sqrt(float(squared.max())), across


def _steps(spacing: SpacingMm | None) -> tuple[float, float]:
    """Height and width of a pixel."""
    return (spacing.row, spacing.column) if spacing else (1.0, 1.0)


def _padded(mask: Bool, box: Box) -> Uint8:
    """The box with one pixel of outside around: the edge of the picture ends a mask, too."""
    padded = np.zeros((box.bottom - box.top + 2, box.right - box.left + 2), dtype=np.uint8)
    padded[1:-1, 1:-1] = mask[box.slices]
    return padded


def _changes(one: Uint8, other: Uint8) -> int:
    return int(np.count_nonzero((one ^ other).view(np.bool_)))


def _centroid(padded: Uint8) -> tuple[float, float]:
    """Mean row and column of the pixels that are 1."""
    rows = cv2.reduce(padded, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel().astype(np.int64)
    columns = cv2.reduce(padded, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel().astype(np.int64)
    area = int(rows.sum())
    return (
        int(rows @ np.arange(rows.size)) / area,
        int(columns @ np.arange(columns.size)) / area,
    )


def _pieces(padded: Uint8) -> tuple[int, Bool]:
    """Number of pieces, and the largest, cut to its box; of equal ones the first from the top."""
    count, labels = cv2.connectedComponents(padded, connectivity=8, ltype=cv2.CV_32S)
    if count == 2:
        return 1, padded[1:-1, 1:-1].view(np.bool_)
    # Counting labels inside the mask only is quicker than the library's statistics of all.
    areas = np.bincount(labels[padded.view(np.bool_)], minlength=count)
    largest = np.equal(labels, int(areas.argmax()))
    left, top, width, height = cv2.boundingRect(largest.view(np.uint8))
    return count - 1, largest[top : top + height, left : left + width]


def _hull(piece: Bool) -> Float64:
    """Convex hull of the middles of all pixel edges, (n, 2) as x, y in half pixels, in order.

    Args:
        piece: bool (H, W), one connected part.
    """
    outlines, _ = cv2.findContours(
        piece.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )  # fmt: skip
    # The corners of the hull of the centres suffice: each brings the middles of its four edges.
    corners = 2 * cv2.convexHull(outlines[0])
    edges = np.array([(-1, 0), (1, 0), (0, -1), (0, 1)], dtype=np.int32)
    middles = (corners + edges).reshape(-1, 2)
    return np.asarray(cv2.convexHull(middles), dtype=np.float64).reshape(-1, 2)


def _chord(hull: Float64, direction: Float64) -> float:
    """Longest line in a convex polygon at a right angle to a direction.

    Its length changes linearly between corners, so the longest one goes through a corner.

    Args:
        hull: float64 (n, 2), in order.
        direction: float64 (2,), not 0.
    """
    along = direction / np.hypot(*direction)
    t = hull @ along
    height = hull @ np.array([-along[1], along[0]])
    start = int(t.argmin())
    t, height = np.roll(t, -start), np.roll(height, -start)
    turn = int(t.argmax())
    there = np.interp(t, t[: turn + 1], height[: turn + 1])
    # The way back starts at the far end and closes at the first corner.
    back_t = np.append(t[turn:], t[0])[::-1]
    back = np.interp(t, back_t, np.append(height[turn:], height[0])[::-1])
    return float(np.abs(there - back).max())
