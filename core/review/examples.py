"""Decisions of readers as examples, from which a rule for believing masks can be fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.analysis.presence_evidence import evidence_of
from core.analysis.presence_fit import Example
from core.analysis.votes import presence_of
from core.segmentation import PhraseMask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import numpy as np
    import numpy.typing as npt

    from core.review.results import Case


def presence_in(case: Case) -> bool | None:
    """Whether what a label names was there, by its outcome or by readers who agree.

    Accepted, as it is or with changes, counts as present; rejected and not present do not. None
    where it is flagged, undecided, or the readers differ.
    """
    verdicts = [case.outcome.verdict] if case.outcome else [read.verdict for read in case.reads]
    found = set(presence_of(verdicts))
    return found.pop() if len(found) == 1 else None


def examples_of(
    cases: Iterable[Case], probability: Callable[[Case], npt.NDArray[np.uint8]]
) -> Iterator[Example]:
    """One example for each case with a mask of the AI and a plain answer.

    The picture is not looked at: the fit weighs the mask only.

    Args:
        cases: Of complete items.
        probability: Gives the AI's probability map of a case as uint8 (H, W).
    """
    for case in cases:
        present, label = presence_in(case), case.label
        if present is None or label.ai is None:
            continue
        mask = PhraseMask(label.phrase, label.category, probability(case))
        yield Example(evidence_of(mask, label.threshold), present)
