"""The check that BiomedParse publishes: is a mask like those of its target in the training data?

Its file ``target_dist.json`` gives, for each kind of picture and target, four beta distributions:
of the mean probability inside the mask, and of the mean red, green and blue of the picture there.
Each statistic of a new mask is one draw, compared with its distribution by a Kolmogorov-Smirnov
test for a sample of one. The four p-values are multiplied, and the fourth root of the product is
the p-value of the mask; under 0.05 its authors advise to reject it. Source of the statistics, the
test and the limit: ``inference_utils/output_processing.py`` and the notebooks of
github.com/microsoft/BiomedParse.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import orjson
from scipy.special import betainc

from core.errors import ChoiceError, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.imaging.model import Frame
    from core.segmentation import PhraseMask

REJECT_UNDER = 0.05
"""P-value under which the authors advise to reject a mask."""

MEANING = (
    "The p-value says how usual the mean probability and the mean colours inside the mask are "
    "among the masks of this target that BiomedParse was trained with. Under 0.05 the mask is "
    "unlike them; above, it is only not unlike them."
)
"""What the number means, for the page and the docs."""

# The original takes levels of at least 128 as the mask and divides by 256, not by 255.
_FOREGROUND = 128
_LEVELS = 256.0
_MOST_BYTES = 5_000_000
_STATISTICS = 4


@dataclass(frozen=True)
class Beta:
    """A beta distribution."""

    alpha: float
    beta: float

    def cdf(self, value: float) -> float:
        """Share of the distribution at or below a value of 0 to 1."""
        return float(betainc(self.alpha, self.beta, value))


@dataclass(frozen=True)
class TargetDistributions:
    """What ``target_dist.json`` holds.

    Attributes:
        by_kind: For each kind of picture, such as ``"CT-Abdomen"``, for each target the four
            distributions: probability, red, green, blue.
    """

    by_kind: Mapping[str, Mapping[str, tuple[Beta, ...]]]

    @classmethod
    def parse(cls, data: bytes) -> TargetDistributions:
        """Read the file.

        Raises:
            InputError: It is not such a file; the sentence says where it is not.
        """
        if data.startswith(b"version https://git-lfs"):
            raise _refusal("It is a pointer to the file, made by Git LFS, and not the file itself.")
        if len(data) > _MOST_BYTES:
            raise _refusal(f"It has {len(data):,} bytes, far more than the original.")
        try:
            found = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise _refusal("It is not JSON.") from error
        if not isinstance(found, dict) or not found:
            raise _refusal("It does not list kinds of pictures.")
        return cls({kind: _targets(kind, targets) for kind, targets in found.items()})

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of pictures, in the order of the file."""
        return tuple(self.by_kind)

    def target_for(self, kind: str, phrase: str) -> str | None:
        """The target of this kind of picture that a phrase names, or None."""
        wanted = phrase.casefold().split(" in ")[0].strip()
        targets = self.by_kind.get(kind, {})
        return next((target for target in targets if target.casefold() == wanted), None)


def statistics(mask: PhraseMask, frame: Frame) -> tuple[float, float, float, float]:
    """Mean probability, red, green and blue inside the mask, each 0 to 1; all 0 for no mask.

    On the picture's own grid, as in the original's examples: means do not depend on the grid.
    """
    inside = mask.mask(_FOREGROUND).view(np.uint8)
    probability = cv2.mean(mask.probability, mask=inside)[0]
    red, green, blue, _ = cv2.mean(frame.rgb, mask=inside)
    return probability / _LEVELS, red / _LEVELS, green / _LEVELS, blue / _LEVELS


def p_value(
    distributions: TargetDistributions, kind: str, target: str, mask: PhraseMask, frame: Frame
) -> float:
    """P-value of one mask for one target, 0 to 1.

    Args:
        distributions: From the user's file.
        kind: One of its kinds of pictures.
        target: One of the targets of that kind.
        mask: The soft mask; its category and phrase do not matter here.
        frame: The picture that the mask belongs to.

    Raises:
        ChoiceError: The file has no such kind of picture or target.
    """
    known = distributions.by_kind.get(kind, {}).get(target)
    if known is None:
        raise ChoiceError(
            f"The file has no distributions of {target!r} in {kind!r}.",
            "Choose a kind of picture and a target that it lists.",
        )
    product = math.prod(
        _p_of_one(beta.cdf(value))
        for beta, value in zip(known, statistics(mask, frame), strict=True)
    )
    return float(product ** (1 / _STATISTICS))


def _p_of_one(below: float) -> float:
    """Two-sided p-value of the Kolmogorov-Smirnov test for a single draw, exactly.

    The empirical distribution steps from 0 to 1 at the draw, so that its greatest distance from
    the other one is D = max(F, 1 - F); and for a sample of one, P(D >= d) = 2 (1 - d).
    """
    return 2.0 * min(below, 1.0 - below)


def _targets(kind: str, targets: object) -> dict[str, tuple[Beta, ...]]:
    if not isinstance(targets, dict) or not targets:
        raise _refusal(f"Under {kind[:40]!r} it does not list targets.")
    return {target: _betas(kind, target, pairs) for target, pairs in targets.items()}


def _betas(kind: str, target: str, pairs: object) -> tuple[Beta, ...]:
    good = isinstance(pairs, list) and len(pairs) == _STATISTICS and all(map(_is_pair, pairs))
    if not good or not isinstance(pairs, list):
        raise _refusal(
            f"Under {kind[:40]!r}, {target[:40]!r} is not four pairs of numbers above 0."
        )
    return tuple(Beta(float(alpha), float(beta)) for alpha, beta in pairs)


def _is_pair(pair: object) -> bool:
    return (
        isinstance(pair, list)
        and len(pair) == 2
        and all(type(n) in {int, float} and math.isfinite(n) and n > 0 for n in pair)
    )


def _refusal(why: str) -> InputError:
    return InputError(
        f"This file is not BiomedParse's target_dist.json. {why}",
        "Take the file of that name from the model's page.",
    )
