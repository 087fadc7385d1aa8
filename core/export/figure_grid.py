"""Rows and columns of pictures in a figure, and their true proportions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.imaging.model import Frame

GAP = 6.0
"""Between two pictures, in points."""
# Two centimetres: below that a panel shows too little.
_SMALLEST = 56.0
# Pictures together are at most this many times as tall as the figure is wide, so that a tall one
# still fits on a page. A grid of panels looks best at a height of 0.75 of its width.
_TALLEST = 1.2
_BEST_SHAPE = 0.75
_CAPTION = 90.0


@dataclass(frozen=True)
class Grid:
    """Pictures in reading order; lengths in points.

    Attributes:
        columns: Pictures in a full row.
        width: Of one picture, a whole number of pixels.
        height: Of one picture, a whole number of pixels.
        cell: Width that a picture has with its caption, at least its own.
    """

    columns: int
    width: float
    height: float
    cell: float

    @property
    def pitch(self) -> float:
        """From one picture to the next."""
        return self.cell + GAP

    @property
    def row_width(self) -> float:
        """Width of a full row, gaps included."""
        return self.cell * self.columns + GAP * (self.columns - 1)


def true_ratio(frame: Frame) -> float:
    """Height of a picture by its width, in millimetres where these are known."""
    ratio = frame.height / frame.width
    spacing = frame.spacing_mm
    return ratio * spacing.row / spacing.column if spacing else ratio


def fit_grid(count: int, ratio: float, room: float, pixel: float, *, captions: bool) -> Grid:
    """Find the grid for a number of pictures of one shape.

    Args:
        count: How many, at least one.
        ratio: Height of one by its width.
        room: Width for all, in points.
        pixel: Size of a pixel of the PNG, in points.
        captions: Whether words stand below each, which need more room than a narrow picture has.
    """
    most = max(1, int((room + GAP) // (_SMALLEST + GAP)))
    columns = _columns(count, ratio, most)
    rows = math.ceil(count / columns)
    cell = (room - GAP * (columns - 1)) / columns
    width = min(cell, _TALLEST * room / rows / ratio)
    # Rounded down, so that a row never leaves the sheet; the hair is for what 72/300 leaves.
    wide = max(1, math.floor(width / pixel + 1e-6))
    high = max(1, round(wide * ratio))
    least = min(cell, _CAPTION) if captions else 0.0
    return Grid(columns, wide * pixel, high * pixel, max(wide * pixel, least))


def _columns(count: int, ratio: float, most: int) -> int:
    """How many columns suit: empty places count against a grid, and so does an odd shape."""

    def flaw(columns: int) -> float:
        rows = math.ceil(count / columns)
        empty = (rows * columns - count) / count
        return abs(rows * ratio / columns - _BEST_SHAPE) + empty

    return min(range(1, min(count, most) + 1), key=flaw)
