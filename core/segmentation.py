"""The use case: a frame, phrases and a backend give soft masks on the frame's own grid."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from core.backends.base import ModelInput
from core.errors import InvalidReply
from core.geometry import Letterbox
from core.prompts import category_fits, parse_phrases

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from core.backends.base import Backend, ModelRecord, ModelReply, RunControl
    from core.imaging.model import Frame, Notice

DEFAULT_THRESHOLD = 128
"""Foreground is a probability of one half and more: level 127.5 of 255 by the model card."""


@dataclass(frozen=True, eq=False)
class PhraseMask:
    """The soft mask of one phrase.

    Attributes:
        phrase: What the user asked for: the label of this mask.
        category: What the model says it is, or None when it said nothing.
        probability: uint8 (H, W) on the frame's own grid, 0..255, read-only.
    """

    phrase: str
    category: str | None
    probability: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        self.probability.setflags(write=False)

    def mask(self, threshold: int = DEFAULT_THRESHOLD) -> npt.NDArray[np.bool_]:
        """Foreground as bool (H, W): where the probability level is at least ``threshold``."""
        return self.probability >= threshold

    def area(self, threshold: int = DEFAULT_THRESHOLD) -> int:
        """Foreground in pixels."""
        return int(np.count_nonzero(self.mask(threshold)))

    @property
    def category_fits(self) -> bool:
        """False when the predicted category is known not to go with the phrase."""
        return category_fits(self.phrase, self.category)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 (hex) of the shape and the bytes of ``probability``."""
        height, width = self.probability.shape
        digest = hashlib.sha256(f"{height}x{width}:".encode())
        digest.update(self.probability.tobytes())
        return digest.hexdigest()


@dataclass(frozen=True, eq=False)
class Segmentation:
    """What came of one frame.

    Attributes:
        frame: The frame that was segmented.
        masks: One per phrase, in the order of the phrases.
        backend: Name of the backend.
        engine: What the page and every export call the backend.
        notices: What the user should know about the result.
        seconds: How long it took, from frame to masks.
        record: How the model worked, where it ran in this process.
    """

    frame: Frame
    masks: tuple[PhraseMask, ...]
    backend: str
    engine: str
    notices: tuple[Notice, ...] = ()
    seconds: float = 0.0
    record: ModelRecord | None = None

    @property
    def phrases(self) -> tuple[str, ...]:
        """The phrases that were looked for."""
        return tuple(mask.phrase for mask in self.masks)


def prepare(frame: Frame, phrases: str | Iterable[str]) -> ModelInput:
    """Make what the model sees: nothing else of the frame is ever sent.

    Raises:
        PhraseError: The phrases cannot be used.
    """
    letterbox = Letterbox.fit(frame.height, frame.width)
    picture = letterbox.apply(frame.rgb)
    picture.setflags(write=False)
    return ModelInput(picture, parse_phrases(phrases), frame, letterbox)


def segment(
    frame: Frame,
    phrases: str | Iterable[str],
    backend: Backend,
    control: RunControl | None = None,
) -> Segmentation:
    """Find what the phrases name in one frame.

    Args:
        frame: The picture.
        phrases: ``"liver & tumor"``, or phrases one by one.
        backend: The model to ask.
        control: Countdown and cancel; None runs to the end.

    Raises:
        PhraseError: The phrases cannot be used.
        BackendError: The model could not answer.
        Cancelled: The user stopped the run.
    """
    return segment_many([frame], phrases, backend, control)[0]


def segment_many(
    frames: Sequence[Frame],
    phrases: str | Iterable[str],
    backend: Backend,
    control: RunControl | None = None,
) -> list[Segmentation]:
    """Find the same phrases in up to ``backend.max_rows`` frames with one call.

    Raises:
        PhraseError: The phrases cannot be used.
        BackendError: The model could not answer.
        Cancelled: The user stopped the run.
    """
    started = time.perf_counter()
    wanted = parse_phrases(phrases)
    inputs = [prepare(frame, wanted) for frame in frames]
    replies = backend.segment(inputs, control)
    results = [_restore(item, reply) for item, reply in zip(inputs, replies, strict=True)]
    seconds = (time.perf_counter() - started) / max(1, len(inputs))
    return [
        Segmentation(
            item.frame,
            masks,
            backend.name,
            backend.label,
            reply.notices,
            seconds,
            reply.record,
        )
        for item, masks, reply in zip(inputs, results, replies, strict=True)
    ]


def _restore(item: ModelInput, reply: ModelReply) -> tuple[PhraseMask, ...]:
    """Bring the masks of one reply back to the frame's grid."""
    if len(reply.probabilities) != len(item.phrases):
        raise InvalidReply(
            f"The model returned {len(reply.probabilities)} masks for {len(item.phrases)} phrases.",
            "Try the phrases one at a time.",
        )
    restored = item.letterbox.restore(reply.probabilities)
    return tuple(
        PhraseMask(phrase, category, probability)
        for phrase, category, probability in zip(
            item.phrases, reply.categories, restored, strict=True
        )
    )
