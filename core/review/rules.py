"""How a project is read: rules as they are checked and kept, and which items are read twice."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from core.errors import InputError
from core.lots import lot
from core.one_line import one_line
from core.review.values import Rules

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_READS = 9
"""People who read one item, at most."""

LONGEST_TITLE = 120
"""Characters of a project's name, at most."""


def checked_title(name: str) -> str:
    """The name of a project with its spaces tidied.

    Raises:
        InputError: It is empty or has more than 120 characters.
    """
    title = one_line(name)
    if not title:
        raise InputError("The project has no name.", "Give it one.")
    if len(title) > LONGEST_TITLE:
        raise InputError(
            f"The name has {len(title)} characters, more than {LONGEST_TITLE}.", "Shorten it."
        )
    return title


def checked_rules(rules: Rules) -> Rules:
    """The rules, if they make sense.

    Raises:
        InputError: A number is out of its range.
    """
    if not 1 <= rules.reads <= MOST_READS:
        raise InputError(
            f"{rules.reads} readings an item are not possible.",
            f"Choose 1 to {MOST_READS} people.",
        )
    if not 0 <= rules.share <= 1:
        raise InputError(
            f"{rules.share} is no share of the items that several people read.",
            "Choose 0 to 100 percent.",
        )
    if not 1 <= rules.quorum <= rules.reads:
        raise InputError(
            f"{rules.quorum} of {rules.reads} readers cannot agree.",
            "Choose a quorum of 1 up to the number of readings.",
        )
    if not (math.isfinite(rules.claim_minutes) and rules.claim_minutes > 0):
        raise InputError(
            f"An item cannot be kept for {rules.claim_minutes} minutes.", "Choose more than 0."
        )
    return rules


def rules_to_json(rules: Rules) -> dict[str, Any]:
    """As plain values, for the database."""
    return asdict(rules) | {"reasons": list(rules.reasons)}


def rules_from_json(kept: Mapping[str, Any]) -> Rules:
    """Read what :func:`rules_to_json` gave."""
    return Rules(**{**kept, "reasons": tuple(kept["reasons"])})


def wanted_reads(rules: Rules, frame_sha256: str, position: int) -> int:
    """How many people are to read an item: ``rules.reads``, or one.

    An item is read by ``rules.reads`` people when :func:`core.lots.lot` of
    ``"<frame_sha256>:<position>"`` is under ``rules.share``. So the choice can be worked out again
    by anybody, follows neither the order of the items nor what is in them, and a larger share keeps
    every item of a smaller one. Of ``n`` items ``share * n`` are chosen on average, with the
    spread of a binomial distribution.

    Args:
        rules: Of the project.
        frame_sha256: Of the picture.
        position: Place in the project, from 0.
    """
    return rules.reads if lot(f"{frame_sha256}:{position}") < rules.share else 1
