"""What becomes of a pixel that several phrases claim, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from core.analysis.levels import Levels

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from core.segmentation import Segmentation

    Bool = npt.NDArray[np.bool_]
    Uint8 = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Overlaps:
    """Masks at their thresholds, with the rule for overlaps applied.

    Attributes:
        masks: bool (H, W), one per phrase, in order, read-only.
        claims: uint8 (H, W): how many phrases reach their threshold at a pixel, before the rule.
        phrases: Those that share at least one pixel with another, in order.
        rule: The rule that was applied, one of :data:`core.analysis.levels.RULES`.
    """

    masks: tuple[Bool, ...]
    claims: Uint8
    phrases: tuple[str, ...]
    rule: str

    def __post_init__(self) -> None:
        for array in (*self.masks, self.claims):
            array.setflags(write=False)

    @cached_property
    def area_px(self) -> int:
        """Pixels that two phrases or more claim."""
        return int(np.count_nonzero(self.claims > 1))


def masks_at(segmentation: Segmentation, levels: Levels | None = None) -> tuple[Bool, ...]:
    """Cut the masks at their thresholds and apply the rule for overlaps.

    Args:
        segmentation: The result.
        levels: Thresholds and rule; None takes 128 for all, each phrase keeping its pixels.

    Returns:
        bool (H, W), one per phrase, in order.
    """
    return resolve(segmentation, levels).masks


def resolve(segmentation: Segmentation, levels: Levels | None = None) -> Overlaps:
    """Cut the masks, apply the rule for overlaps, and tell what it was about.

    Args:
        segmentation: The result.
        levels: Thresholds and rule; None takes 128 for all, each phrase keeping its pixels.
    """
    levels = levels or Levels()
    reached = [mask.mask(levels.level(mask.phrase)) for mask in segmentation.masks]
    claims = np.zeros((segmentation.frame.height, segmentation.frame.width), dtype=np.uint8)
    for mask in reached:
        claims += mask.view(np.uint8)
    shared = claims > 1
    among = tuple(
        phrase
        for phrase, mask in zip(segmentation.phrases, reached, strict=True)
        if (mask & shared).any()
    )
    masks = tuple(reached)
    if levels.rule == "highest" and among:
        masks = _highest([mask.probability for mask in segmentation.masks], reached)
    return Overlaps(masks, claims, among, levels.rule)


def _highest(probabilities: Sequence[Uint8], reached: Sequence[Bool]) -> tuple[Bool, ...]:
    """Give each pixel to the phrase with the highest probability among those that reach it.

    Args:
        probabilities: uint8 (H, W), 0..255.
        reached: bool (H, W): where each phrase is at its threshold or above.
    """
    shape = probabilities[0].shape
    best = np.zeros(shape, dtype=np.uint8)
    owner = np.zeros(shape, dtype=np.uint8)
    for number, (probability, mask) in enumerate(zip(probabilities, reached, strict=True), start=1):
        # A tie stays with the earlier phrase; a pixel without an owner goes to the first to come.
        wins = mask & ((probability > best) | (owner == 0))
        np.copyto(best, probability, where=wins)
        np.copyto(owner, np.uint8(number), where=wins)
    return tuple(owner == number for number in range(1, len(reached) + 1))
