"""Whether half precision gives the masks of full precision: one look when the model is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.imaging.model import Notice

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.backends.base import ModelReply
    from core.backends.local.model import LocalModel

LARGEST_SHARE = 0.01
"""Share of pixels whose mask at one half may differ."""

LARGEST_DIFFERENCE = 0.25
"""By how much a probability may differ anywhere. At the rim of a mask a small change of the logit
is a large one of the probability."""

_SIDE = 1024
_PHRASES = ("liver", "neoplastic cells")


@dataclass(frozen=True)
class Agreement:
    """How far two replies to one question differ.

    Attributes:
        share: Of the pixels, 0..1, those that are foreground in one reply only.
        difference: Largest difference of a probability, 0..1.
    """

    share: float
    difference: float

    @property
    def holds(self) -> bool:
        """Whether both figures are within what is tolerated."""
        return self.share <= LARGEST_SHARE and self.difference <= LARGEST_DIFFERENCE


def agreement(one: ModelReply, other: ModelReply) -> Agreement:
    """Compare two replies to the same question."""
    a, b = one.probabilities, other.probabilities
    share = float(((a >= 128) != (b >= 128)).mean())
    return Agreement(share, int(np.abs(a.astype(np.int16) - b).max()) / 255)


def trial_reply(model: LocalModel[Any]) -> ModelReply:
    """What a model says about :func:`trial_picture`."""
    embedded = model.embed(trial_picture()[None])
    return model.answer(embedded, [_PHRASES])[0]


def trial_picture() -> npt.NDArray[np.uint8]:
    """A drawn picture with slow and fast waves and a disc, uint8 (1024, 1024, 3)."""
    y, x = np.mgrid[:_SIDE, :_SIDE].astype(np.float32)
    radius = np.hypot(x - 400, y - 600)
    planes = (
        127 + 100 * np.sin(x / 37) * np.cos(y / 53),
        127 + 90 * np.sin((x + y) / 71),
        np.where(radius < 220, 210, 127 + 80 * np.cos(radius / 45)),
    )
    return np.asarray(np.rint(np.stack(planes, axis=-1)), np.uint8)


def fell_back(precision: str, found: Agreement) -> Notice:
    """Say that the model works in full precision, and why."""
    return Notice(
        "local_precision",
        f"The local model works with fp32, since {precision} gave other masks on this device: "
        f"{100 * found.share:.1f} % of the pixels of a test picture differ, a probability by up to "
        f"{found.difference:.2f}.",
    )
