"""How predicted chances compare with what happened: bins with intervals, and the Brier score."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

_BINS = 5
_Z95 = 1.959964
# Standard errors by which a fit must be better than always saying the same.
_CLEARLY = 2.0


@dataclass(frozen=True)
class Bin:
    """Examples whose predicted chance of being accepted is alike.

    Attributes:
        count: Number of examples.
        predicted: Mean predicted chance.
        accepted: Share that the reader did accept.
        low: Lower end of its 95 % interval (Wilson).
        high: Upper end.
    """

    count: int
    predicted: float
    accepted: float
    low: float
    high: float


@dataclass(frozen=True)
class Calibration:
    """How predicted chances compare with what the reader did, on examples that were left out.

    Attributes:
        bins: Those with examples, by rising chance.
        brier: Mean squared error of the chances; 0 is perfect.
        brier_of_share: The same for always saying the share of accepted ones.
        gain_error: Standard error of the difference between the two.
    """

    bins: tuple[Bin, ...]
    brier: float
    brier_of_share: float
    gain_error: float

    @property
    def helps(self) -> bool:
        """Whether the fit is clearly better than saying the same chance for every mask."""
        return self.brier_of_share - self.brier > _CLEARLY * self.gain_error


def calibrate(chances: npt.NDArray[np.float64], answers: npt.NDArray[np.bool_]) -> Calibration:
    """Compare chances with answers, in five bins of equal width.

    Args:
        chances: float (N,), 0 to 1; N at least 2.
        answers: bool (N,).
    """
    where = np.minimum((chances * _BINS).astype(int), _BINS - 1)
    bins = []
    for number in range(_BINS):
        inside = where == number
        count = int(inside.sum())
        if count:
            low, high = wilson(int(answers[inside].sum()), count)
            share = float(answers[inside].mean())
            bins.append(Bin(count, float(chances[inside].mean()), share, low, high))
    errors = (chances - answers) ** 2
    errors_of_share = (answers.mean() - answers) ** 2
    gain_error = float(np.std(errors_of_share - errors, ddof=1)) / math.sqrt(len(answers))
    return Calibration(tuple(bins), float(errors.mean()), float(errors_of_share.mean()), gain_error)


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson's score, for ``count`` of at least 1."""
    share, z2 = hits / count, _Z95**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z95 * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2)) / (1 + z2 / count)
    return max(0.0, middle - half), min(1.0, middle + half)
