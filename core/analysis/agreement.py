"""How far readers agree who have not seen one another's work: masks by Dice, decisions by kappa.

Only finished readings count, never an adjudication. What a verdict says about the mask is defined
in :mod:`core.analysis.votes`: rejected and not present are an empty mask, flagged says nothing.
Two empty masks have no Dice here: that nobody marks anything says nothing about borders.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from core.analysis.kappa import Estimate, cohen_estimate, fleiss_estimate, mean_estimate
from core.analysis.metrics import dice
from core.analysis.votes import presence_of, reads_of, votes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from core.analysis.votes import Load, Vote
    from core.review.results import Case
    from core.review.values import Reader, Verdict

    Answers = Sequence[tuple[Verdict, ...]]


@dataclass(frozen=True)
class PairDice:
    """How far the masks of two readers of one case agree.

    Attributes:
        first: A reader.
        second: Another one, who has finished later.
        dice: 0..1, or None where both masks are empty.
    """

    first: Reader
    second: Reader
    dice: float | None


@dataclass(frozen=True)
class CaseAgreement:
    """How far the readers of one case agree.

    Attributes:
        case: The label with its readings.
        verdicts: Of its readings, in their order.
        pairs: All pairs of readers who say something about the mask.
    """

    case: Case
    verdicts: tuple[Verdict, ...]
    pairs: tuple[PairDice, ...]

    @property
    def dice(self) -> float | None:
        """Mean Dice of the pairs, 0..1; None where no pair has one."""
        found = [pair.dice for pair in self.pairs if pair.dice is not None]
        return float(np.mean(found)) if found else None

    @property
    def same(self) -> float:
        """Share of the pairs of readers with the same verdict, 0..1."""
        pairs = list(combinations(self.verdicts, 2))
        return sum(one == other for one, other in pairs) / len(pairs)


@dataclass(frozen=True)
class Measures:
    """Agreement over cases.

    Attributes:
        dice: Mean over the cases that have a Dice.
        empty: Cases without one because every mask is empty.
        same: Mean share of pairs of readers with the same verdict.
        decisions: Kappa of the five verdicts.
        presence: Kappa of there or not there; flagged readings are left out.
    """

    dice: Estimate
    empty: int
    same: Estimate
    decisions: Estimate
    presence: Estimate


@dataclass(frozen=True)
class PhraseAgreement:
    """Agreement on one phrase, whatever its case; the kappas are Fleiss'."""

    phrase: str
    measures: Measures


@dataclass(frozen=True)
class ReaderAgreement:
    """Agreement of two readers on the cases that both have read; the kappas are Cohen's."""

    first: Reader
    second: Reader
    measures: Measures


@dataclass(frozen=True)
class Agreement:
    """How far the readers of a project agree.

    Attributes:
        cases: Those with two readings or more, the worst first: by Dice, those without one last,
            then by the share of same verdicts.
        single: Cases with fewer readings, which are left out.
        measures: Over all cases; the kappas are Fleiss'.
        phrases: By name.
        readers: All pairs that have a case in common, by name.
    """

    cases: tuple[CaseAgreement, ...]
    single: int
    measures: Measures
    phrases: tuple[PhraseAgreement, ...]
    readers: tuple[ReaderAgreement, ...]


def pair_dice(votes: Sequence[Vote]) -> tuple[PairDice, ...]:
    """Dice of each pair of votes, in their order.

    Args:
        votes: From :func:`~core.analysis.votes.votes_of`, with masks of one shape.
    """
    some = {id(vote): bool(vote.mask.any()) for vote in votes}
    return tuple(
        PairDice(
            a.reader,
            b.reader,
            dice(a.mask, b.mask) if some[id(a)] or some[id(b)] else None,
        )
        for a, b in combinations(votes, 2)
    )


def agreement_of(cases: Iterable[Case], load: Load) -> Agreement:
    """Compare the readings of each case, one case in memory at a time.

    Intervals are drawn over items, not over cases: labels of one picture are not independent.

    Args:
        cases: Of complete items.
        load: Gives a stored mask, as ``Desk.mask`` does.
    """
    given = tuple(cases)
    rows = [_compared(case, load) for case in given if len(reads_of(case)) > 1]
    by_phrase: dict[str, list[CaseAgreement]] = defaultdict(list)
    for row in rows:
        by_phrase[row.case.label.phrase.casefold()].append(row)
    return Agreement(
        cases=tuple(sorted(rows, key=_worst_first)),
        single=len(given) - len(rows),
        measures=_measures(rows, fleiss_estimate),
        phrases=tuple(
            PhraseAgreement(found[0].case.label.phrase, _measures(found, fleiss_estimate))
            for _, found in sorted(by_phrase.items())
        ),
        readers=_by_readers(rows),
    )


def _compared(case: Case, load: Load) -> CaseAgreement:
    verdicts = tuple(read.verdict for read in reads_of(case))
    return CaseAgreement(case, verdicts, pair_dice(votes_of(case, load)))


def _worst_first(row: CaseAgreement) -> tuple[bool, float, float, int]:
    value = row.dice
    return value is None, value or 0.0, row.same, row.case.item.position


def _by_readers(rows: Sequence[CaseAgreement]) -> tuple[ReaderAgreement, ...]:
    """Each pair of readers, as if nobody else had read."""
    shared: dict[tuple[Reader, Reader], list[CaseAgreement]] = defaultdict(list)
    for row in rows:
        reads = sorted(reads_of(row.case), key=lambda read: (read.reader.name, read.reader.id))
        for a, b in combinations(reads, 2):
            both = {a.reader.id, b.reader.id}
            pairs = tuple(p for p in row.pairs if {p.first.id, p.second.id} == both)
            shared[a.reader, b.reader].append(
                CaseAgreement(row.case, (a.verdict, b.verdict), pairs)
            )
    ordered = sorted(shared.items(), key=lambda entry: [reader.name for reader in entry[0]])
    return tuple(
        ReaderAgreement(first, second, _measures(found, _cohen_estimate))
        for (first, second), found in ordered
    )


def _measures(
    rows: Sequence[CaseAgreement],
    kappa: Callable[[Sequence[tuple[str | bool, ...]], Sequence[str]], Estimate],
) -> Measures:
    items = [row.case.item.id for row in rows]
    marked = [(row.dice, row.case.item.id) for row in rows]
    found = [(value, item) for value, item in marked if value is not None]
    return Measures(
        dice=mean_estimate([value for value, _ in found], [item for _, item in found]),
        empty=sum(1 for row in rows if row.pairs and row.dice is None),
        same=mean_estimate([row.same for row in rows], items),
        decisions=kappa([row.verdicts for row in rows], items),
        presence=kappa([presence_of(row.verdicts) for row in rows], items),
    )


def _cohen_estimate(answers: Sequence[tuple[str | bool, ...]], items: Sequence[str]) -> Estimate:
    """Cohen's kappa of the cases on which both readers say something."""
    both = [((a[0], a[1]), item) for a, item in zip(answers, items, strict=True) if len(a) > 1]
    return cohen_estimate([pair for pair, _ in both], [item for _, item in both])
