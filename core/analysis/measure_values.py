"""The file's own values inside a mask: mean, spread, percentiles and histogram."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.imaging.model import Frame

    Bool = npt.NDArray[np.bool_]
    Values = npt.NDArray[Any]
    Int64 = npt.NDArray[np.int64]
    Float64 = npt.NDArray[np.float64]

PERCENTILES = (5, 25, 50, 75, 95)
"""Percentiles that are given, in percent."""

# Whole numbers in a range up to this are counted one by one; beyond it, sorting is quicker.
_COUNTED = 1 << 16
_MOST_BINS = 64


@dataclass(frozen=True)
class ValueStatistics:
    """Values of the pixels of a mask, in the unit of the file.

    Attributes:
        count: Pixels with a finite value.
        mean: Arithmetic mean.
        sd: Standard deviation of these pixels (divided by their number, not by one less).
        lowest: Smallest value.
        highest: Largest value.
        percentiles: In the order of :data:`PERCENTILES`, linear between neighbouring values.
    """

    count: int
    mean: float
    sd: float
    lowest: float
    highest: float
    percentiles: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Histogram:
    """How many pixels have values in which range.

    Attributes:
        edges: float64 (n + 1,), rising; the last bin holds its upper edge too.
        counts: int64 (n,), pixels in each bin.
    """

    edges: Float64
    counts: Int64


def is_colour(frame: Frame) -> bool:
    """Whether the channels of a frame differ; many grey pictures are stored with three."""
    values = frame.values
    return values.ndim == 3 and not all(
        np.array_equal(values[..., 0], values[..., other]) for other in (1, 2)
    )


def single_values(frame: Frame) -> Values:
    """One value a pixel: grey values as they are, colour as luma (ITU-R BT.601).

    Returns:
        (H, W) in native units, or for colour in the units of its channels.
    """
    values: Values = frame.values
    if values.dtype.kind == "b":
        values = values.view(np.uint8)
    if not is_colour(frame):
        return values if values.ndim == 2 else values[..., 0]
    if values.dtype not in (np.uint8, np.uint16, np.float32):
        values = values.astype(np.float32)
    return np.asarray(cv2.cvtColor(values, cv2.COLOR_RGB2GRAY))


def value_name(frame: Frame) -> str:
    """What :func:`single_values` are: ``"HU"``, another unit, ``"luma"`` or ``"native"``."""
    return "luma" if is_colour(frame) else frame.unit or "native"


def statistics(inside: Values) -> ValueStatistics | None:
    """Describe values.

    Args:
        inside: (n,), any numeric type; what is not finite is left out.

    Returns:
        None where no value is left.
    """
    inside = _finite(inside)
    if not inside.size:
        return None
    lowest, highest = inside.min(), inside.max()
    if inside.dtype.kind in "iu" and int(highest) - int(lowest) < _COUNTED:
        return _counted(inside, int(lowest))
    wide = inside.astype(np.float64)
    return ValueStatistics(
        count=wide.size,
        mean=float(wide.mean()),
        sd=float(wide.std()),
        lowest=float(lowest),
        highest=float(highest),
        percentiles=tuple(float(p) for p in np.percentile(wide, PERCENTILES)),
    )


def histogram(inside: Values) -> Histogram | None:
    """Count values in at most 64 bins of one width; whole numbers get bins of a whole width.

    Args:
        inside: (n,), any numeric type; what is not finite is left out.

    Returns:
        None where no value is left.
    """
    inside = _finite(inside)
    if not inside.size:
        return None
    lowest, highest = float(inside.min()), float(inside.max())
    if inside.dtype.kind in "iu":
        width = float(math.ceil((highest - lowest + 1) / _MOST_BINS))
        bins = math.ceil((highest - lowest + 1) / width)
        edges = lowest - 0.5 + width * np.arange(bins + 1, dtype=np.float64)
    else:
        end = highest if highest > lowest else lowest + 1.0
        edges = np.linspace(lowest, end, _MOST_BINS + 1, dtype=np.float64)
    counts, _ = np.histogram(inside.astype(np.float64), edges)
    return Histogram(edges, counts.astype(np.int64))


def _finite(values: Values) -> Values:
    return values[np.isfinite(values)] if values.dtype.kind == "f" else values


def _counted(inside: Values, lowest: int) -> ValueStatistics:
    """Exact statistics of whole numbers from how often each occurs.

    Args:
        inside: (n,), whole numbers, not empty.
        lowest: The smallest of them.
    """
    # Modulo 2^n the distance from the lowest value is right whatever the sign.
    unsigned = np.dtype(inside.dtype.str.replace("i", "u"))
    start = np.array(lowest, dtype=inside.dtype).view(unsigned)
    counts = np.bincount((inside.view(unsigned) - start).astype(np.intp))
    levels = np.arange(counts.size, dtype=np.int64)
    size = inside.size
    mean = int(counts @ levels) / size
    sd = math.sqrt(float(counts @ (levels - mean) ** 2) / size)
    up_to = np.cumsum(counts)
    return ValueStatistics(
        count=size,
        mean=lowest + mean,
        sd=sd,
        lowest=float(lowest),
        highest=float(lowest + counts.size - 1),
        percentiles=tuple(lowest + _percentile(up_to, share) for share in PERCENTILES),
    )


def _percentile(up_to: Int64, percent: int) -> float:
    """Percentile from cumulative counts, linear between neighbouring values as in NumPy."""
    place = percent / 100.0 * (int(up_to[-1]) - 1)
    below = math.floor(place)
    first = int(np.searchsorted(up_to, below, side="right"))
    second = int(np.searchsorted(up_to, math.ceil(place), side="right"))
    return first + (second - first) * (place - below)
