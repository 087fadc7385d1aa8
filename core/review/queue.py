"""A reader's queue: what is to be read, in which order, and by whom it is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from core.review.values import Presence, Verdict

State = Literal["open", "mine", "taken", "done"]


@dataclass(frozen=True)
class QueueEntry:
    """One line of a reader's queue.

    Attributes:
        item_id: Of the item.
        position: Place in the project, from 0.
        name: Of the file.
        phrases: Of its labels, those that others have added left out.
        state: ``"open"`` to be read, ``"mine"`` begun by this reader, ``"taken"`` by as many others
            as it wants or meant for others, ``"done"`` by this reader.
        verdicts: This reader's verdicts by label id.
        undecided: Labels that this reader has not decided on.
        presence: The worst level of its labels, or None.
        score: The lowest score of its labels, or None.
    """

    item_id: str
    position: int
    name: str
    phrases: tuple[str, ...]
    state: State
    verdicts: dict[str, Verdict]
    undecided: int
    presence: Presence | None
    score: float | None


@dataclass(frozen=True)
class Filter:
    """Which entries of a queue to show; all conditions hold together.

    Attributes:
        undecided: Only with labels that this reader has not decided on.
        flagged: Only with a label that this reader has flagged.
        doubtful: Only with a label whose presence is not plausible.
        phrase: Only with a label of this phrase, whatever the case; "" for all.
        reader: Only items assigned to, or read by, this reader id; "" for all. Another reader's
            is for adjudicators and owners.
    """

    undecided: bool = False
    flagged: bool = False
    doubtful: bool = False
    phrase: str = ""
    reader: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a project is.

    Attributes:
        items: Number of items.
        complete: Items that as many people have read as they want.
        mine_done: Items that this reader has finished.
        mine_left: Items that this reader can still finish.
    """

    items: int
    complete: int
    mine_done: int
    mine_left: int
