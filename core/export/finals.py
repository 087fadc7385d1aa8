"""What became of each label of a review: the final verdict, and the mask that goes out with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from core.analysis.votes import reads_of, says_present

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from core.review.results import Case, Method
    from core.review.values import Item, Verdict

Scope = Literal["settled", "outcomes"]
"""``"outcomes"``: labels whose outcome was set. ``"settled"``: also those of items that one person
was to read, for which that reading stands."""


@dataclass(frozen=True, eq=False)
class Final:
    """What became of one label.

    Attributes:
        case: The label with its readings.
        verdict: Final verdict, or None where nothing is settled.
        method: How it was found: as an outcome keeps it, or ``"read"`` for a single reading.
        blob: Blob hash of the mask; None unless it was accepted, as it is or with changes.
        at: UTC of the verdict.
    """

    case: Case
    verdict: Verdict | None = None
    method: Method | Literal["read"] | None = None
    blob: str | None = None
    at: datetime | None = None

    @property
    def phrase(self) -> str:
        """What it is a mask of."""
        return self.case.label.phrase


@dataclass(frozen=True, eq=False)
class FinalItem:
    """An item with what became of its labels.

    Attributes:
        item: The item, with its first label only, as cases have it.
        finals: One a label, in order.
    """

    item: Item
    finals: tuple[Final, ...]

    @cached_property
    def by_phrase(self) -> dict[str, Final]:
        """By phrase, case-folded."""
        return {final.phrase.casefold(): final for final in self.finals}

    @property
    def masks(self) -> int:
        """How many of its labels have a mask."""
        return sum(final.blob is not None for final in self.finals)


def final_of(case: Case, scope: Scope = "settled") -> Final:
    """What became of a label: its outcome, or the reading of the one person who was to read it.

    Args:
        case: Of a complete item.
        scope: Whether single readings count.
    """
    if (outcome := case.outcome) is not None:
        kept = outcome.mask if says_present(outcome.verdict) else None
        return Final(case, outcome.verdict, outcome.method, kept, outcome.at)
    reads = reads_of(case)
    if scope == "outcomes" or case.item.wanted != 1 or len(reads) != 1:
        return Final(case)
    read = reads[0]
    kept = read.mask if says_present(read.verdict) else None
    return Final(case, read.verdict, "read", kept, read.at)


def final_items(
    cases: Iterable[Case], scope: Scope = "settled", phrases: Iterable[str] = ()
) -> tuple[FinalItem, ...]:
    """Group the labels of complete items by item, in the project's order.

    Args:
        cases: In the project's order.
        scope: Whether single readings count.
        phrases: Labels to take, whatever their case; all where none is given. An item without any
            of them is left out.
    """
    wanted = {phrase.casefold() for phrase in phrases}
    found: dict[str, list[Final]] = {}
    for case in cases:
        if not wanted or case.label.phrase.casefold() in wanted:
            found.setdefault(case.item.id, []).append(final_of(case, scope))
    return tuple(FinalItem(finals[0].case.item, tuple(finals)) for finals in found.values())


def phrases_of(items: Iterable[FinalItem]) -> tuple[str, ...]:
    """Every phrase with a mask, once whatever its case, in the order in which they come."""
    named: dict[str, str] = {}
    for item in items:
        for final in item.finals:
            if final.blob is not None:
                named.setdefault(final.phrase.casefold(), final.phrase)
    return tuple(named.values())
