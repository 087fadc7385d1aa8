"""What readers change about a mask of the AI."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.analysis.comparison import agreement

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Change:
    """How a final mask differs from the AI's.

    Attributes:
        ai_px: Pixels of the AI's mask.
        final_px: Pixels of the final mask.
        added_px: Pixels of the final mask that are not the AI's.
        removed_px: Pixels of the AI's that are not in the final mask.
        dice: Of the two masks, 0..1; two empty masks agree: 1.0.
    """

    ai_px: int
    final_px: int
    added_px: int
    removed_px: int
    dice: float

    @property
    def added_share(self) -> float | None:
        """Share of the final mask, 0..1, that was added; None when it is empty."""
        return self.added_px / self.final_px if self.final_px else None

    @property
    def removed_share(self) -> float | None:
        """Share of the AI's mask, 0..1, that was removed; None when it is empty."""
        return self.removed_px / self.ai_px if self.ai_px else None


def change_of(ai: Bool, final: Bool) -> Change:
    """Compare a final mask with the AI's.

    Args:
        ai: bool (H, W), as cut at the label's threshold.
        final: bool of the same shape.

    Raises:
        ValueError: The shapes differ.
    """
    found = agreement(ai, final)
    return Change(found.area_a, found.area_b, found.only_b, found.only_a, found.dice)
