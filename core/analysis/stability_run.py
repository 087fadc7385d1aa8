"""Ask a question in all its ways: the tasks of a job, and what comes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.analysis.stability import same_phrases
from core.analysis.stability_picture import varied
from core.analysis.stability_result import Answer, Asked, compare
from core.grouping import grouped_tasks
from core.jobs import Task
from core.segmentation import DEFAULT_THRESHOLD, segment_many

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.analysis.stability import Variant
    from core.analysis.stability_result import Stability
    from core.backends.base import Backend, RunControl
    from core.imaging.model import Frame, Upload
    from core.jobs import Progress
    from core.segmentation import Segmentation

    Answers = dict[Variant, Answer]


@dataclass(frozen=True, eq=False)
class Question:
    """A phrase, a picture, and the ways to ask.

    Attributes:
        frame: The picture as it is.
        variants: From :func:`core.analysis.stability.plan`.
        upload: The file that the frame is of, or None.
        threshold: Level from which a pixel is foreground.
    """

    frame: Frame
    variants: tuple[Variant, ...]
    upload: Upload | None = None
    threshold: int = DEFAULT_THRESHOLD

    def picture(self, variant: Variant) -> Frame:
        """Make the picture of one of the ways to ask; nothing keeps it."""
        return varied(self.frame, variant, self.upload)

    def asked(self, engine: str) -> Asked:
        """What is asked, without the pixels."""
        return Asked(
            self.frame.sha256, self.variants[0].asked, engine, self.threshold, self.variants
        )


def stability_tasks(question: Question, backend: Backend) -> list[Task[Answers]]:
    """Make the tasks for a job: as many calls as :func:`core.analysis.stability.cost` says.

    Args:
        question: What to ask.
        backend: Who is asked.
    """
    return [
        task
        for group in same_phrases(question.variants)
        for task in grouped_tasks(group, backend, len(group[0].phrases), _maker(question, backend))
    ]


def stability_of(asked: Asked, progress: Progress[Answers]) -> Stability | None:
    """Compare what a job has brought when it has ended; None when it was stopped before.

    Args:
        asked: What was asked.
        progress: Of a job with the tasks of :func:`stability_tasks`.
    """
    if progress.running or progress.cancelled:
        return None
    answers: Answers = {}
    for outcome in progress.outcomes:
        answers.update(outcome.result or {})
    return compare(asked, answers)


def _maker(question: Question, backend: Backend) -> Callable[[tuple[Variant, ...]], Task[Answers]]:
    def task_of(group: tuple[Variant, ...]) -> Task[Answers]:
        def work(control: RunControl) -> Answers:
            frames = [question.picture(variant) for variant in group]
            results = segment_many(frames, group[0].phrases, backend, control)
            return {
                variant: _answer(variant, result, question.threshold)
                for variant, result in zip(group, results, strict=True)
            }

        return Task(group[0].code, work)

    return task_of


def _answer(variant: Variant, result: Segmentation, threshold: int) -> Answer:
    """Take the mask that was asked for, cut it, and bring it back to the frame's grid."""
    mask = result.masks[variant.phrases.index(variant.asked)].mask(threshold)
    return Answer.of(np.ascontiguousarray(variant.turn.to_file(mask), dtype=np.bool_))
