"""What readers say about one label, as votes on presence and on pixels.

Accepted, as it is or with changes: it is there, where the mask marks it. Rejected and not present:
an empty mask. Flagged: no statement, neither on presence nor on pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy.typing as npt

    from core.review.results import Case, ReadLabel
    from core.review.values import Item, Reader, Verdict

    Bool = npt.NDArray[np.bool_]
    Load = Callable[[Item, str], Bool]
    """Gives the stored mask of an item as bool (H, W), as ``Desk.mask`` does."""

_PRESENT: dict[Verdict, bool] = {"accept": True, "change": True, "reject": False, "absent": False}


@dataclass(frozen=True, eq=False)
class Vote:
    """What one reader says about the pixels of a label.

    Attributes:
        reader: Who.
        verdict: Any but flagged.
        mask: bool (H, W); empty for rejected and not present.
    """

    reader: Reader
    verdict: Verdict
    mask: Bool


def reads_of(case: Case) -> tuple[ReadLabel, ...]:
    """The independent readings of a case: an adjudicator has seen those of the others."""
    return tuple(read for read in case.reads if read.purpose == "read")


def says_present(verdict: Verdict) -> bool | None:
    """Whether a verdict says that what the label names is there; None when it is flagged."""
    return _PRESENT.get(verdict)


def presence_of(verdicts: Iterable[Verdict]) -> tuple[bool, ...]:
    """What verdicts say about presence; those that say nothing are left out."""
    said = (says_present(verdict) for verdict in verdicts)
    return tuple(one for one in said if one is not None)


def votes_of(case: Case, load: Load) -> tuple[Vote, ...]:
    """What each reader says about the pixels, flagged readings left out.

    A mask that several readers have in common is loaded once.

    Args:
        case: Of a complete item.
        load: Gives a stored mask.
    """
    empty = np.zeros((case.item.height, case.item.width), np.bool_)
    said = [read for read in reads_of(case) if says_present(read.verdict) is not None]
    blobs = [read.mask if says_present(read.verdict) else None for read in said]
    masks = {blob: load(case.item, blob) for blob in dict.fromkeys(blobs) if blob is not None}
    return tuple(
        Vote(read.reader, read.verdict, empty if blob is None else masks[blob])
        for read, blob in zip(said, blobs, strict=True)
    )


def masks_of(votes: Sequence[Vote]) -> Bool:
    """The masks of at least one vote as bool (N, H, W)."""
    return np.stack([vote.mask for vote in votes])
