"""Agreement beyond chance, and how sure it is: kappa and the bootstrap.

Every figure here is a function of sums over cases, so that a resample is a weighted sum and
thousands of them take no longer than a matrix product.

Sources: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
Measurement 20 (1960) 37-46. J. L. Fleiss, "Measuring nominal scale agreement among many raters",
Psychological Bulletin 76 (1971) 378-382; for a number of readers that differs between cases as in
K. L. Gwet, Handbook of Inter-Rater Reliability, 4th edition (2014), chapter 2. B. Efron and
R. J. Tibshirani, An Introduction to the Bootstrap (1993), chapter 13: percentile interval.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Statistic = Callable[[Floats], Floats]
    """From sums over cases (..., F) to a figure (...); NaN where it is not defined."""

ROUNDS = 2000
"""Resamples of a bootstrap."""

SEED = 1960
"""Where resampling starts, so that the same readings always give the same interval."""

# Resamples without a defined figure, as a share, from which on there is no interval.
_MOST_UNDEFINED = 0.05
# Numbers that are drawn at once, to bound the memory.
_BLOCK = 1_000_000


@dataclass(frozen=True)
class Estimate:
    """A figure over cases.

    Attributes:
        value: The figure, or None where it is not defined.
        interval: Its 95 % interval, low and high, or None where it is not defined.
        cases: How many cases it rests on.
    """

    value: float | None
    interval: tuple[float, float] | None
    cases: int


def cohen_kappa(a: Sequence[Hashable], b: Sequence[Hashable]) -> float | None:
    """Cohen's unweighted kappa of two readers, -1..1.

    ``(p_o - p_e) / (1 - p_e)``: ``p_o`` is the share of cases with the same answer, ``p_e`` the
    share to be expected if each reader gave their own answers in random order.

    Args:
        a: Answers of one reader, one a case.
        b: Answers of the other one, in the same order.

    Returns:
        None without a case, and where both give one and the same answer throughout.

    Raises:
        ValueError: The numbers of answers differ.
    """
    return _defined(_cohen(_confusions(list(zip(a, b, strict=True))).sum(0)))


def fleiss_kappa(table: Ints) -> float | None:
    """Fleiss' kappa of any readers, -1..1.

    ``(P - P_e) / (1 - P_e)``: ``P`` is the mean over cases of the share of pairs of readers who
    agree, ``P_e`` the sum of the squared shares of the answers. Cases with fewer than two readers
    are left out; each of the others counts alike, whatever the number of its readers.

    Args:
        table: int (N, K): how many readers gave answer k in case n.

    Returns:
        None without a case, and where one answer is the only one.
    """
    return _defined(_fleiss(_shares(np.asarray(table)).sum(0)))


def bootstrap_interval(
    sums: Floats, statistic: Statistic, *, rounds: int = ROUNDS, seed: int = SEED
) -> tuple[float, float] | None:
    """The 95 % percentile interval of a figure when items are drawn with replacement.

    Args:
        sums: float64 (M, F): what each of M items adds to the sums that the figure is made of.
        statistic: From sums (..., F) to the figure (...).
        rounds: Number of resamples.
        seed: Of the random numbers.

    Returns:
        Low and high, or None with fewer than two items, and where more than 5 % of the resamples
        have no defined figure. The other undefined ones are left out.
    """
    count = len(sums)
    if count < 2:
        return None
    generator = np.random.default_rng(seed)
    found: list[Floats] = []
    left = rounds
    while left:
        block = min(left, max(1, _BLOCK // count))
        drawn = generator.integers(count, size=(block, count))
        places = drawn + count * np.arange(block)[:, None]
        times = np.bincount(places.ravel(), minlength=block * count).reshape(block, count)
        found.append(statistic(times @ sums))
        left -= block
    values = np.concatenate(found)
    defined = values[~np.isnan(values)]
    if defined.size < (1 - _MOST_UNDEFINED) * rounds:
        return None
    low, high = np.percentile(defined, (2.5, 97.5))
    return float(low), float(high)


def cohen_estimate(
    answers: Sequence[tuple[Hashable, Hashable]], items: Sequence[Hashable]
) -> Estimate:
    """Cohen's kappa with its interval.

    Args:
        answers: Of two readers, one pair a case.
        items: The item of each case; cases of one item are drawn together.
    """
    return _estimate(_confusions(answers), _cohen, items)


def fleiss_estimate(answers: Sequence[Sequence[Hashable]], items: Sequence[Hashable]) -> Estimate:
    """Fleiss' kappa with its interval.

    Args:
        answers: Of all readers of a case; cases with fewer than two are left out.
        items: The item of each case; cases of one item are drawn together.
    """
    kept = [(Counter(case), item) for case, item in zip(answers, items, strict=True) if case[1:]]
    kinds = list(dict.fromkeys(kind for count, _ in kept for kind in count))
    table = np.array([[count[kind] for kind in kinds] for count, _ in kept], np.int64)
    sums = _shares(table.reshape(len(kept), len(kinds)))
    return _estimate(sums, _fleiss, [item for _, item in kept])


def mean_estimate(values: Sequence[float], items: Sequence[Hashable]) -> Estimate:
    """The mean of one value a case, with its interval.

    Args:
        values: One a case.
        items: The item of each case; cases of one item are drawn together.
    """
    return _estimate(np.column_stack([values, np.ones(len(values))]), _mean, items)


def _estimate(sums: Floats, statistic: Statistic, items: Sequence[Hashable]) -> Estimate:
    """A figure of the sums (N, F) of N cases, with an interval over their items."""
    value = _defined(statistic(sums.sum(0)))
    if value is None:
        return Estimate(None, None, len(sums))
    place = {item: number for number, item in enumerate(dict.fromkeys(items))}
    by_item = np.zeros((len(place), sums.shape[1]))
    np.add.at(by_item, [place[item] for item in items], sums)
    return Estimate(value, bootstrap_interval(by_item, statistic), len(sums))


def _confusions(answers: Sequence[tuple[Hashable, Hashable]]) -> Floats:
    """For each case a table of both readers' answers, flat: (N, K * K) with a single one."""
    kinds = list(dict.fromkeys(answer for pair in answers for answer in pair))
    place = {kind: number for number, kind in enumerate(kinds)}
    cells = [place[one] * len(kinds) + place[other] for one, other in answers]
    return np.eye(len(kinds) ** 2)[np.array(cells, np.intp)]


def _cohen(sums: Floats) -> Floats:
    side = round(sums.shape[-1] ** 0.5)
    table = sums.reshape(*sums.shape[:-1], side, side)
    count = table.sum((-2, -1))
    same = np.trace(table, axis1=-2, axis2=-1)
    by_chance = (table.sum(-1) * table.sum(-2)).sum(-1)
    return _beyond(_ratio(same, count), _ratio(by_chance, count**2))


def _shares(table: Ints) -> Floats:
    """For each case with two readers or more: one, pairs that agree, shares of the answers."""
    readers = table.sum(1)
    table, readers = table[readers > 1], readers[readers > 1]
    agree = (table * (table - 1)).sum(1) / (readers * (readers - 1))
    return np.column_stack([np.ones(len(table)), agree, table / readers[:, None]])


def _fleiss(sums: Floats) -> Floats:
    count, agree, shares = sums[..., 0], sums[..., 1], sums[..., 2:]
    return _beyond(_ratio(agree, count), _ratio((shares**2).sum(-1), count**2))


def _mean(sums: Floats) -> Floats:
    return _ratio(sums[..., 0], sums[..., 1])


def _beyond(observed: Floats, by_chance: Floats) -> Floats:
    return _ratio(observed - by_chance, 1 - by_chance)


def _ratio(above: Floats, below: Floats) -> Floats:
    """One over the other; NaN over what is zero but for rounding."""
    defined = np.asarray(below) > 1e-9
    return np.asarray(np.divide(above, below, out=np.full(defined.shape, np.nan), where=defined))


def _defined(value: Floats) -> float | None:
    return None if np.isnan(value) else float(value)
