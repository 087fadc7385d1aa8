"""How far two masks agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Bool = npt.NDArray[np.bool_]


def dice(a: Bool, b: Bool) -> float:
    """Dice coefficient 2 |A and B| / (|A| + |B|), 0..1 (Dice, 1945).

    Two empty masks agree: 1.0. One empty mask and one that is not give 0.0. Never NaN.

    Args:
        a: bool, any shape.
        b: bool, the same shape.

    Raises:
        ValueError: The shapes differ.
    """
    both, total = _overlap(a, b)
    return 1.0 if total == 0 else 2 * both / total


def iou(a: Bool, b: Bool) -> float:
    """Intersection over union |A and B| / |A or B|, 0..1 (Jaccard, 1901).

    Two empty masks agree: 1.0. One empty mask and one that is not give 0.0. Never NaN.

    Args:
        a: bool, any shape.
        b: bool, the same shape.

    Raises:
        ValueError: The shapes differ.
    """
    both, total = _overlap(a, b)
    return 1.0 if total == 0 else both / (total - both)


def _overlap(a: Bool, b: Bool) -> tuple[int, int]:
    """Pixels in both masks, and pixels of the one plus pixels of the other."""
    if a.shape != b.shape:
        message = f"masks of one shape are needed, got {a.shape} and {b.shape}"
        raise ValueError(message)
    both = int(np.count_nonzero(a & b))
    return both, int(np.count_nonzero(a)) + int(np.count_nonzero(b))
