"""Stored values to native units, in the smallest type that holds them exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Values = npt.NDArray[Any]


def rescale(stored: Values, slope: float, intercept: float, bits: int = 0) -> Values:
    """Compute ``stored * slope + intercept``.

    Whole slopes and intercepts keep integers; the type depends on what the stored type can
    hold, not on the pixels, so that all planes of a file have the same.

    Args:
        stored: Any shape, integer or floating.
        slope: Finite, not 0.
        intercept: Finite.
        bits: Bits that stored integers use, sign included, or 0 for all of their type.

    Returns:
        The same shape; int16, int32 or int64 where whole, float32 or float64 otherwise.
    """
    if slope == 1 and intercept == 0:
        return stored
    if stored.dtype.kind in "iu" and float(slope).is_integer() and float(intercept).is_integer():
        ends = [end * int(slope) + int(intercept) for end in _span(stored, bits)]
        for kind in (np.int16, np.int32, np.int64):
            if np.iinfo(kind).min <= min(ends) and max(ends) <= np.iinfo(kind).max:
                return _scaled(stored.astype(kind), kind(slope), kind(intercept))
    wide = stored.dtype.itemsize > 4 or (stored.dtype.kind in "iu" and stored.dtype.itemsize > 2)
    kind_of_float = np.float64 if wide else np.float32
    return _scaled(stored.astype(kind_of_float), kind_of_float(slope), kind_of_float(intercept))


def _span(stored: Values, bits: int) -> tuple[int, int]:
    """Smallest and largest value of so many bits, or of the type where some values exceed it."""
    used = bits or 8 * stored.dtype.itemsize
    signed = stored.dtype.kind == "i"
    low, high = (-(1 << (used - 1)), (1 << (used - 1)) - 1) if signed else (0, (1 << used) - 1)
    if bits and stored.size and not low <= int(stored.min()) <= int(stored.max()) <= high:
        return _span(stored, 0)
    return low, high


def _scaled(values: Values, slope: np.number[Any], intercept: np.number[Any]) -> Values:
    """Multiply and add in place, in the type of ``values``."""
    values *= slope
    values += intercept
    return values
