"""Can a mask be believed? Three levels, the reasons, and the rule in words. Never a finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.analysis.levels import Levels
from core.analysis.presence_evidence import Evidence, Look, evidence_of
from core.segmentation import DEFAULT_THRESHOLD

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.imaging.model import Frame
    from core.segmentation import PhraseMask

__all__ = [
    "DEFAULT_RULE",
    "NO_FINDING",
    "TITLES",
    "Evidence",
    "Judged",
    "Level",
    "Look",
    "Presence",
    "Rule",
    "evidence_of",
    "judge",
    "judge_masks",
]

Level = Literal["no evidence", "doubtful", "plausible"]

TITLES: dict[Level, str] = {
    "no evidence": "No evidence.",
    "doubtful": "Doubtful.",
    "plausible": "Plausible.",
}
"""The levels as the page shows them."""

NO_FINDING = (
    "A plausible mask is one that nothing here speaks against. It is not a finding: look at it."
)
"""What stands wherever a level is shown."""

_NO_CONTRAST = (
    "No evidence: the picture has next to no contrast, with a standard deviation under {limit:.1f} "
    "of 255 grey levels."
)
# Half of the range of the score belongs to each of the two upper levels; no evidence is 0.
_HALF = 0.5


@dataclass(frozen=True)
class Rule:
    """The limits of the rule. Where each comes from is told in docs/presence.md.

    Attributes:
        evidence_peak: Highest probability under which there is no evidence at all.
        least_contrast: Standard deviation of grey levels under which a picture shows nothing.
        least_peak: Highest probability that a plausible mask has at least.
        least_mean: Mean probability of the foreground of a plausible mask, at least.
        most_undecided: Share of undecided pixels, at most.
        least_area: Share of the picture, at least.
        most_area: Share of the picture, at most.
        most_border: Share of the picture's edge, at most.
        most_pieces: Pieces of a target that does not come in many, where none holds half.
        least_interior: Share of foreground pixels that are surrounded by foreground, at least.
    """

    evidence_peak: float = 0.5
    least_contrast: float = 1.5
    least_peak: float = 0.8
    least_mean: float = 0.75
    most_undecided: float = 0.6
    least_area: float = 0.0001
    most_area: float = 0.9
    most_border: float = 0.75
    most_pieces: int = 50
    least_interior: float = 0.1

    def nothing_in_words(self) -> tuple[str, ...]:
        """When there is no evidence at all, as sentences."""
        return (
            "No evidence: no pixel reaches the threshold.",
            f"No evidence: the highest probability is under {self.evidence_peak:.2f}.",
            _NO_CONTRAST.format(limit=self.least_contrast),
        )

    def in_words(self) -> tuple[str, ...]:
        """The rule as sentences, in the order in which it is applied."""
        return (
            *self.nothing_in_words(),
            *(check.in_words(self) for check in CHECKS),
            f"Plausible: none of these. {NO_FINDING}",
        )


DEFAULT_RULE = Rule()
"""The rule that holds until a reader fits another one."""


@dataclass(frozen=True)
class Presence:
    """What is to be thought of a mask.

    Attributes:
        level: How far it can be believed.
        reasons: Why it is not plausible, as sentences, the weightiest first.
        score: 0 to 1, to put a queue in order, worst first: 0 without evidence, up to one half
            where doubtful, above that where plausible.
    """

    level: Level
    reasons: tuple[str, ...]
    score: float

    @property
    def note(self) -> str:
        """The level and the first reason, as the legend shows them."""
        return " ".join((TITLES[self.level], *self.reasons[:1]))


@dataclass(frozen=True)
class Judged:
    """One phrase, what its mask tells, and what is to be thought of it."""

    phrase: str
    evidence: Evidence
    presence: Presence


@dataclass(frozen=True)
class Check:
    """One thing that makes a mask doubtful.

    Attributes:
        words: The sentence of the rule, with ``{limit}``.
        reason: The sentence about one mask, with ``{value}`` and ``{limit}``.
        value: What is compared.
        limit: What it is compared with.
        best: The value at which nothing is wrong at all; its side of the limit is the good one.
        about_model: Whether it is about how sure the model was and how the mask lies, which a
            rule fitted to the reader's own results weighs instead.
    """

    words: str
    reason: str
    value: Callable[[Evidence], float]
    limit: Callable[[Rule], float]
    best: float
    about_model: bool = True

    def in_words(self, rule: Rule) -> str:
        """This part of the rule as a sentence."""
        return self.words.format(limit=self.limit(rule))

    def reason_against(self, evidence: Evidence, rule: Rule) -> str | None:
        """Why this evidence makes a mask doubtful, or None when it does not."""
        value, limit = self.value(evidence), self.limit(rule)
        if (value >= limit) if self.best > limit else (value <= limit):
            return None
        return self.reason.format(value=value, limit=limit)

    def margin(self, evidence: Evidence, rule: Rule) -> float:
        """How far on the good side: 1 at the best value, one half at the limit, 0 far beyond."""
        limit = self.limit(rule)
        ahead = (self.value(evidence) - limit) / (self.best - limit)
        return min(1.0, max(0.0, _HALF + _HALF * ahead))


def _no(wrong: bool | None) -> float:  # noqa: FBT001 - turns a yes or no into a number
    return 0.0 if wrong is False else 1.0


def _unexpected_pieces(evidence: Evidence) -> float:
    usual = evidence.many_expected or evidence.largest >= _HALF
    return 1.0 if usual else float(evidence.pieces)


def _one_half(_: Rule) -> float:
    """The limit of a check that asks yes or no."""
    return _HALF


CHECKS: tuple[Check, ...] = (
    Check(
        "Doubtful: the category that the model predicts does not go with the phrase.",
        "The category does not go with the phrase.",
        lambda e: _no(e.category_fits),
        _one_half,
        1.0,
        about_model=False,
    ),
    Check(
        "Doubtful: the phrase was trained on grey pictures only and this one is in colour, or the "
        "other way round.",
        "This phrase was not trained on pictures of this kind, grey or in colour.",
        lambda e: _no(e.colour_fits),
        _one_half,
        1.0,
        about_model=False,
    ),
    Check(
        "Doubtful: the highest probability is under {limit:.2f}.",
        "The highest probability is {value:.2f}, under {limit:.2f}.",
        lambda e: e.peak,
        lambda r: r.least_peak,
        1.0,
    ),
    Check(
        "Doubtful: the mean probability of the mask's pixels is under {limit:.2f}.",
        "The mean probability is {value:.2f}, under {limit:.2f}.",
        lambda e: e.mean,
        lambda r: r.least_mean,
        1.0,
    ),
    Check(
        "Doubtful: of the pixels with a probability of 0.25 and more, over {limit:.0%} are "
        "undecided, that is under 0.75.",
        "Of its pixels {value:.1%} are undecided, over {limit:.0%}.",
        lambda e: e.undecided,
        lambda r: r.most_undecided,
        0.0,
    ),
    Check(
        "Doubtful: the mask covers under {limit:.2%} of the picture.",
        "It covers {value:.3%} of the picture, under {limit:.2%}.",
        lambda e: e.area,
        lambda r: r.least_area,
        0.01,
    ),
    Check(
        "Doubtful: the mask covers over {limit:.0%} of the picture.",
        "It covers {value:.1%} of the picture, over {limit:.0%}.",
        lambda e: e.area,
        lambda r: r.most_area,
        0.0,
        about_model=False,
    ),
    Check(
        "Doubtful: the mask covers over {limit:.0%} of the picture's outermost pixels, as a "
        "background does.",
        "It covers {value:.1%} of the picture's edge, over {limit:.0%}.",
        lambda e: e.border,
        lambda r: r.most_border,
        0.0,
    ),
    Check(
        "Doubtful: the mask lies in over {limit:.0f} pieces of which none holds half of it, and "
        "the phrase names neither cells nor vessels.",
        "It lies in {value:.0f} pieces, over {limit:.0f}.",
        _unexpected_pieces,
        lambda r: r.most_pieces,
        1.0,
    ),
    Check(
        "Doubtful: under {limit:.0%} of the mask's pixels are surrounded by the mask, as in noise.",
        "Of its pixels {value:.1%} are surrounded by others, under {limit:.0%}.",
        lambda e: e.interior,
        lambda r: r.least_interior,
        1.0,
        about_model=False,
    ),
    Check(
        "Doubtful: the mask is yes or no only, so that nothing tells how sure the model was.",
        "The mask came without probabilities.",
        lambda e: float(e.soft),
        _one_half,
        1.0,
        about_model=False,
    ),
)
"""The checks, the weightiest first: the rule in words and the reasons both come from here."""


def judge(evidence: Evidence, rule: Rule = DEFAULT_RULE) -> Presence:
    """Say how far a mask can be believed, and why not further.

    Args:
        evidence: From :func:`evidence_of`.
        rule: The limits.
    """
    if nothing := reason_for_nothing(evidence, rule):
        return Presence("no evidence", (nothing,), 0.0)
    found = [check.reason_against(evidence, rule) for check in CHECKS]
    reasons = tuple(reason for reason in found if reason is not None)
    ease = sum(check.margin(evidence, rule) for check in CHECKS) / len(CHECKS)
    if reasons:
        return Presence("doubtful", reasons, _HALF * ease)
    return Presence("plausible", (), _HALF + _HALF * ease)


def reason_for_nothing(evidence: Evidence, rule: Rule) -> str | None:
    """Why there is no evidence at all, or None when there is some."""
    if not evidence.pixels:
        if evidence.threshold == DEFAULT_THRESHOLD:
            return "Nothing found at the usual threshold."
        return f"Nothing found at the threshold {evidence.threshold}."
    if evidence.peak < rule.evidence_peak:
        return f"The highest probability is {evidence.peak:.2f}, under {rule.evidence_peak:.2f}."
    if evidence.contrast is not None and evidence.contrast < rule.least_contrast:
        return "The picture has next to no contrast."
    return None


def judge_masks(
    frame: Frame,
    masks: Sequence[PhraseMask],
    levels: Levels | None = None,
    judgement: Callable[[Evidence], Presence] = judge,
) -> tuple[Judged, ...]:
    """Judge every mask of one frame, each at its own threshold.

    Args:
        frame: The picture.
        masks: Its masks.
        levels: Thresholds as set in the viewer; None for the usual one.
        judgement: :func:`judge`, or that of a fitted rule.
    """
    look = Look.at(frame)
    chosen = levels or Levels()
    evidence = [evidence_of(mask, chosen.level(mask.phrase), look) for mask in masks]
    return tuple(
        Judged(mask.phrase, found, judgement(found))
        for mask, found in zip(masks, evidence, strict=True)
    )
