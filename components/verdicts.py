"""What readers decide, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.language import t

if TYPE_CHECKING:
    from core.review.values import Verdict

_WORDS: dict[Verdict, str] = {
    "accept": "accepted",
    "change": "accepted with changes",
    "reject": "rejected",
    "flag": "flagged",
    "absent": "not present",
}


def verdict_in_words(verdict: Verdict) -> str:
    """A verdict in the reader's language."""
    return t(_WORDS[verdict])
