"""Ways to ask the same thing again: what is changed, and what that costs in calls."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from core.errors import PhraseError
from core.grouping import grouped
from core.imaging.model import PlaneLayout
from core.prompts import MAX_PHRASES, parse_phrases

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from core.backends.base import Backend

Kind = Literal["together", "wording", "rotation", "flip", "tone"]
KINDS: tuple[Kind, ...] = ("together", "wording", "rotation", "flip", "tone")
"""The phrase with the others; other wordings; turned; mirrored; lighter, darker, more contrast."""


@dataclass(frozen=True)
class Tone:
    """A change of the grey levels.

    Attributes:
        shift: How far the centre of the window moves, as a share of its width.
        stretch: Factor of the width of the window; the contrast in the middle greys of a picture
            without a window is divided by it.
        gamma: Exponent for a picture without a window, in place of the shift.
    """

    shift: float = 0.0
    stretch: float = 1.0
    gamma: float = 1.0


@dataclass(frozen=True)
class Variant:
    """One way to ask.

    Attributes:
        code: What is changed, in a stable word: ``"base"``, ``"together"``, ``"wording"``,
            ``"turn90"``, ``"mirror_lr"``, ``"lighter"`` and so on.
        phrases: What is looked for in the one picture.
        asked: Which of them stands for the phrase of the question.
        turn: How the picture is turned or mirrored.
        tone: How its grey levels are changed, or None.
    """

    code: str
    phrases: tuple[str, ...]
    asked: str
    turn: PlaneLayout = field(default_factory=PlaneLayout)
    tone: Tone | None = None


# A quarter turn against the clock is a transposition with its rows in reverse order; the names
# are those of numpy.rot90 for 1, 2 and 3 quarter turns.
_ROTATIONS = {
    "turn90": PlaneLayout(transposed=True, flip_rows=True),
    "turn180": PlaneLayout(flip_rows=True, flip_columns=True),
    "turn270": PlaneLayout(transposed=True, flip_columns=True),
}
_FLIPS = {
    "mirror_lr": PlaneLayout(flip_columns=True),
    "mirror_tb": PlaneLayout(flip_rows=True),
}
# A tenth of the window: about as far apart as two readers set it.
_TONES = {
    "lighter": Tone(shift=-0.1, gamma=0.8),
    "darker": Tone(shift=0.1, gamma=1.25),
    "more_contrast": Tone(stretch=0.9),
    "less_contrast": Tone(stretch=1.1),
}
_SIDE = re.compile(r"\b(left|right|sinistr[aoei]|destr[aoei])\b", re.IGNORECASE)


@dataclass(frozen=True)
class Cost:
    """What a question costs.

    Attributes:
        pictures: Pictures that the engine gets.
        requests: Calls that carry them, when none has to be repeated.
        masks: Masks that come back.
    """

    pictures: int
    requests: int
    masks: int


def names_a_side(phrase: str) -> bool:
    """Whether a phrase says left or right: a mirror picture has that on the other side."""
    return _SIDE.search(phrase) is not None


def plan(
    phrase: str,
    together: Iterable[str] = (),
    wordings: Iterable[str] = (),
    kinds: Collection[Kind] = KINDS,
) -> tuple[Variant, ...]:
    """List the ways to ask; the first is the phrase alone in the picture as it is.

    Each of the others differs from the first in one thing. Mirror pictures are left out for a
    phrase that names a side.

    Args:
        phrase: What is looked for.
        together: All phrases of the run on show, in order; those without the phrase itself are
            the others.
        wordings: Other names of the same thing.
        kinds: What is to be changed.

    Raises:
        PhraseError: A phrase cannot be used, or all phrases together are more than 16.
    """
    (asked,) = parse_phrases([phrase])[:1]
    company = parse_phrases([asked, *together])
    names = parse_phrases([asked, *wordings])[1:]
    variants = [Variant("base", (asked,), asked)]
    if "together" in kinds and len(company) > 1:
        variants.append(Variant("together", _in_order(asked, together), asked))
    if "wording" in kinds:
        variants += [Variant("wording", (name,), name) for name in names]
    turns = _ROTATIONS if "rotation" in kinds else {}
    if "flip" in kinds and not names_a_side(asked):
        turns = {**turns, **_FLIPS}
    variants += [Variant(code, (asked,), asked, turn) for code, turn in turns.items()]
    tones = _TONES if "tone" in kinds else {}
    variants += [Variant(code, (asked,), asked, tone=tone) for code, tone in tones.items()]
    _refuse_too_many(phrases_of(variants))
    return tuple(variants)


def phrases_of(variants: Iterable[Variant]) -> tuple[str, ...]:
    """Every phrase that is sent, once, in the order in which they come up."""
    return tuple(dict.fromkeys(phrase for variant in variants for phrase in variant.phrases))


def same_phrases(variants: Sequence[Variant]) -> list[tuple[Variant, ...]]:
    """Variants that can share a call, since they look for the same phrases."""
    found: dict[tuple[str, ...], list[Variant]] = {}
    for variant in variants:
        found.setdefault(variant.phrases, []).append(variant)
    return [tuple(group) for group in found.values()]


def cost(variants: Sequence[Variant], backend: Backend) -> Cost:
    """Count pictures, calls and masks before anything is asked.

    Args:
        variants: From :func:`plan`.
        backend: Who is asked; its rows and places decide how many pictures share a call.
    """
    calls = (grouped(group, backend, len(group[0].phrases)) for group in same_phrases(variants))
    return Cost(
        pictures=len(variants),
        requests=sum(len(groups) for groups in calls),
        masks=sum(len(variant.phrases) for variant in variants),
    )


def _in_order(asked: str, together: Iterable[str]) -> tuple[str, ...]:
    """The phrases of the run with the asked one at its own place, spelled as it is asked."""
    phrases = parse_phrases([*together, asked])
    return tuple(asked if p.casefold() == asked.casefold() else p for p in phrases)


def _refuse_too_many(phrases: tuple[str, ...]) -> None:
    if len(phrases) > MAX_PHRASES:
        raise PhraseError(
            f"{len(phrases)} phrases and wordings are more than one question takes "
            f"({MAX_PHRASES}).",
            "Take away some of the other wordings, or ask without the other phrases.",
        )
