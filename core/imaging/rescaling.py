"""Stored values to native units, in the smallest type that holds them exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Values = npt.NDArray[np.generic]


def rescale(stored: Values, slope: float, intercept: float) -> Values:
    """Compute ``stored * slope + intercept``.

    Whole slopes and intercepts keep integers; the type depends on what the stored type can
    hold, not on the pixels, so that all planes of a file have the same.

    Args:
        stored: Any shape, integer or floating.
        slope: Finite, not 0.
        intercept: Finite.

    Returns:
        The same shape; int16, int32 or int64 where whole, float32 or float64 otherwise.
    """
    if slope == 1 and intercept == 0:
        return stored
    if stored.dtype.kind in "iu" and float(slope).is_integer() and float(intercept).is_integer():
        limits = np.iinfo(stored.dtype)
        ends = [int(end) * int(slope) + int(intercept) for end in (limits.min, limits.max)]
        for kind in (np.int16, np.int32, np.int64):
            if np.iinfo(kind).min <= min(ends) and max(ends) <= np.iinfo(kind).max:
                return stored.astype(kind) * kind(slope) + kind(intercept)
    wide = stored.dtype.itemsize > 4 or (stored.dtype.kind in "iu" and stored.dtype.itemsize > 2)
    kind_of_float = np.float64 if wide else np.float32
    return stored.astype(kind_of_float) * kind_of_float(slope) + kind_of_float(intercept)
