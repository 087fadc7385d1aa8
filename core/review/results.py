"""What readers made of a label, and what became of it: for agreement, consensus and exports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from core.review.values import Item, Label, Purpose, Reader, Verdict

Method = Literal["majority", "staple", "adjudicated"]


@dataclass(frozen=True)
class ReadLabel:
    """What one reader made of one label, for agreement, consensus and figures.

    Attributes:
        reader: Who.
        purpose: Reading or adjudication.
        verdict: Newest verdict.
        difficulty: 1..3 or None.
        reason: Or "".
        comment: Or "".
        mask: Blob hash of the mask that the verdict holds for, or None where there is none.
        edited: Whether the reader has drawn.
        seconds: Time spent with the whole item.
        at: UTC of the decision.
    """

    reader: Reader
    purpose: Purpose
    verdict: Verdict
    difficulty: int | None
    reason: str
    comment: str
    mask: str | None
    edited: bool
    seconds: float
    at: datetime


@dataclass(frozen=True)
class Outcome:
    """What became of a label in the end.

    Attributes:
        method: How it was found.
        verdict: The final verdict.
        mask: Blob hash of the final mask, or None where there is none.
        by: Name of the adjudicator, or "" for a rule.
        at: UTC.
    """

    method: Method
    verdict: Verdict
    mask: str | None
    by: str
    at: datetime


@dataclass(frozen=True)
class Case:
    """One label with what all readers made of it; for adjudicators, owners and exports.

    Attributes:
        item: The item, with only this label in it.
        label: The label; one that a reader has added counts as a label like any other.
        reads: Finished readings, in the order in which they were finished.
        outcome: Final result, or None.
    """

    item: Item
    label: Label
    reads: tuple[ReadLabel, ...]
    outcome: Outcome | None
