"""How far the answers to one question agree: a map, a table of pairs, one number with words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from core.analysis.metrics import dice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from core.analysis.stability import Variant

    Bool = npt.NDArray[np.bool_]
    Uint8 = npt.NDArray[np.uint8]
    Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Grade:
    """What a number means.

    Attributes:
        least: Smallest mean Dice of this grade.
        words: One sentence.
    """

    least: float
    words: str


GRADES = (
    Grade(0.90, "The masks hardly depend on how one asks."),
    Grade(0.75, "The masks depend a little on how one asks: look at their edges."),
    Grade(0.50, "The masks depend clearly on how one asks: look at the map before you use one."),
    Grade(0.00, "The masks depend mostly on how one asks: do not build on any of them."),
)
"""The limits are round numbers of ours, not from a study; ``docs/stability.md`` repeats them."""


@dataclass(frozen=True, eq=False)
class Stability:
    """What came of one question. It says how steady the answer is, never whether it is right.

    Attributes:
        frame_sha256: Of the picture as it is.
        phrase: What was looked for.
        engine: Who answered.
        threshold: Level from which a pixel is foreground, in every mask.
        variants: The ways to ask that were answered; the first is the base.
        areas: Foreground of each answer, in pixels.
        pairs: float64 (N, N), Dice of each pair of answers, read-only; two empty masks agree: 1.0.
        agreement: uint8 (H, W) on the frame's grid, read-only: the share of the answers that mark
            the pixel, times 255.
        missing: The ways to ask that were not answered.
    """

    frame_sha256: str
    phrase: str
    engine: str
    threshold: int
    variants: tuple[Variant, ...]
    areas: tuple[int, ...]
    pairs: Float64
    agreement: Uint8
    missing: tuple[Variant, ...] = ()

    def __post_init__(self) -> None:
        self.pairs.setflags(write=False)
        self.agreement.setflags(write=False)

    @cached_property
    def score(self) -> float:
        """Mean Dice of all pairs, 0..1: no answer counts as the right one, not even the base."""
        return float(self.pairs[np.triu_indices(len(self.pairs), 1)].mean())

    @property
    def grade(self) -> Grade:
        """What the number means, in words; by the number as it is shown, with two digits."""
        return next(grade for grade in GRADES if round(self.score, 2) >= grade.least)

    @property
    def empty(self) -> int:
        """How many of the answers mark nothing."""
        return self.areas.count(0)


@dataclass(frozen=True, eq=False)
class Answer:
    """The mask of one variant, back on the frame's grid.

    Attributes:
        bits: uint8, the foreground row by row, eight pixels a byte.
        shape: Rows and columns of the frame.
    """

    bits: Uint8
    shape: tuple[int, int]

    @classmethod
    def of(cls, mask: Bool) -> Answer:
        """Pack a mask (H, W): an eighth of its bytes while the other answers are waited for."""
        return cls(np.packbits(mask), (mask.shape[0], mask.shape[1]))

    def mask(self) -> Bool:
        """The foreground as bool (H, W)."""
        height, width = self.shape
        bits = np.unpackbits(self.bits, count=height * width)
        return bits.view(np.bool_).reshape(height, width)


@dataclass(frozen=True)
class Asked:
    """What was asked, of which picture.

    Attributes:
        frame_sha256: Of the picture as it is.
        phrase: What is looked for.
        engine: Who answers.
        threshold: Level from which a pixel is foreground.
        variants: All ways to ask; the first is the base.
    """

    frame_sha256: str
    phrase: str
    engine: str
    threshold: int
    variants: tuple[Variant, ...]


def compare(asked: Asked, answers: Mapping[Variant, Answer]) -> Stability | None:
    """Compare the answers; None where the base or all others have none.

    Args:
        asked: The question.
        answers: The mask of each variant that was answered.
    """
    given = tuple(variant for variant in asked.variants if variant in answers)
    if len(given) < 2 or given[0] != asked.variants[0]:
        return None
    masks = [answers[variant] for variant in given]
    counts = np.zeros(masks[0].shape, dtype=np.uint16)
    for mask in masks:
        counts += mask.mask()
    marked = counts > 0
    # Where no answer marks anything there is nothing to compare.
    inside = [mask.mask()[marked] for mask in masks]
    return Stability(
        asked.frame_sha256,
        asked.phrase,
        asked.engine,
        asked.threshold,
        given,
        tuple(int(np.count_nonzero(one)) for one in inside),
        _pairs(inside),
        _shares(counts, len(masks)),
        tuple(variant for variant in asked.variants if variant not in answers),
    )


def _shares(counts: npt.NDArray[np.uint16], total: int) -> Uint8:
    """Counts of answers as shares of 255, by a table."""
    table = np.rint(np.arange(total + 1) * (255 / total)).astype(np.uint8)
    return np.asarray(table[counts])


def _pairs(masks: Sequence[Bool]) -> Float64:
    pairs = np.eye(len(masks))
    for a, b in combinations(range(len(masks)), 2):
        pairs[a, b] = pairs[b, a] = dice(masks[a], masks[b])
    return pairs
