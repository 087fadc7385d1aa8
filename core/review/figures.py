"""What readers made of the AI's masks, in figures: by phrase and by modality.

The unit is a reading: one reader's decision on one label. Adjudications are no readings, since
who adjudicates has seen what others did; they show in what is settled.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from core.analysis.changes import change_of
from core.analysis.presence_calibration import wilson
from core.analysis.votes import reads_of, says_present

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from core.analysis.changes import Change
    from core.analysis.votes import Bool, Load
    from core.review.results import Case, ReadLabel
    from core.review.values import Item, Label

    AiMask = Callable[[Item, Label], Bool]
    """Gives the AI's own mask of a label as bool (H, W), as ``Desk.ai_mask`` does."""


@dataclass(frozen=True)
class Measured:
    """A case with the changes of its masks.

    Attributes:
        case: The label with its readings.
        changes: From the AI's mask to that of each of ``case.reads``; None where the verdict
            leaves no mask (rejected, flagged, not present) and for a label that started empty.
        settled: The same for the mask of the outcome.
    """

    case: Case
    changes: tuple[Change | None, ...]
    settled: Change | None

    @property
    def reads(self) -> Iterator[tuple[ReadLabel, Change | None]]:
        """Each reading or adjudication with its change."""
        return zip(self.case.reads, self.changes, strict=True)


@dataclass(frozen=True)
class Rate:
    """A share with its 95 % interval by Wilson's score, each 0..1.

    It counts readings as independent, so that it is too narrow where many people read the same
    labels.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Group:
    """What readers made of the labels of one phrase, of one modality, or of all.

    Verdicts, acceptance and changes are those of labels with a mask of the AI. Medians are None
    where there is nothing to take one of.

    Attributes:
        name: The phrase or modality; "" for all, and for a modality that is not known.
        labels: Labels with a mask of the AI.
        readings: Decisions on them.
        accepted: Accepted as they are.
        changed: Accepted with changes.
        rejected: Rejected.
        flagged: Flagged for a second look.
        absent: Said not to be present.
        acceptance: ``accepted`` of ``readings``, or None without any.
        added_px: Median of the pixels added, over ``changed``.
        added_share: Median of their share of the final mask, 0..1, over ``changed``.
        removed_px: Median of the pixels removed, over ``changed``.
        removed_share: Median of their share of the AI's mask, 0..1, over ``changed``.
        dice: Median Dice of the AI's mask and the reader's, over ``accepted`` and ``changed``.
        started_empty: Decisions on labels that started empty.
        seconds: Median time of a reader with an item that has a label of the group; it is the
            time for the whole item.
        settled: Labels with an outcome.
        settled_dice: Median Dice of the AI's mask and that of the outcome, where both are there.
    """

    name: str
    labels: int
    readings: int
    accepted: int
    changed: int
    rejected: int
    flagged: int
    absent: int
    acceptance: Rate | None
    added_px: float | None
    added_share: float | None
    removed_px: float | None
    removed_share: float | None
    dice: float | None
    started_empty: int
    seconds: float | None
    settled: int
    settled_dice: float | None


@dataclass(frozen=True)
class Figures:
    """The figures of a project.

    Attributes:
        total: Of all labels.
        phrases: By phrase, whatever its case, by name.
        modalities: By modality, by name.
        labels: Every label with its changes, in the order of the cases.
    """

    total: Group
    phrases: tuple[Group, ...]
    modalities: tuple[Group, ...]
    labels: tuple[Measured, ...]


def figures_of(cases: Iterable[Case], load: Load, ai_mask: AiMask) -> Figures:
    """Compare every mask with the AI's, one case in memory at a time.

    Args:
        cases: Of complete items.
        load: Gives a stored mask, as ``Desk.mask`` does.
        ai_mask: Gives the AI's own mask.
    """
    labels = tuple(_measured(case, load, ai_mask) for case in cases)
    phrases: dict[str, list[Measured]] = defaultdict(list)
    modalities: dict[str, list[Measured]] = defaultdict(list)
    for one in labels:
        phrases[one.case.label.phrase.casefold()].append(one)
        modalities[one.case.item.modality].append(one)
    return Figures(
        total=_group("", labels),
        phrases=tuple(
            _group(found[0].case.label.phrase, found) for _, found in sorted(phrases.items())
        ),
        modalities=tuple(_group(name, found) for name, found in sorted(modalities.items())),
        labels=labels,
    )


def _measured(case: Case, load: Load, ai_mask: AiMask) -> Measured:
    """Each mask is loaded once, however many readers share it."""
    ends = [read.mask if says_present(read.verdict) else None for read in case.reads]
    outcome = case.outcome
    settled = outcome.mask if outcome and says_present(outcome.verdict) else None
    blobs = {blob for blob in (*ends, settled) if blob is not None}
    changes: dict[str, Change] = {}
    if case.label.ai is not None and blobs:
        ai = ai_mask(case.item, case.label)
        changes = {blob: change_of(ai, load(case.item, blob)) for blob in blobs}
    found = [None if blob is None else changes.get(blob) for blob in (*ends, settled)]
    return Measured(case, tuple(found[:-1]), found[-1])


def _group(name: str, labels: Sequence[Measured]) -> Group:
    of_ai = [one for one in labels if one.case.label.ai is not None]
    said = Counter(read.verdict for one in of_ai for read in reads_of(one.case))
    total = said.total()
    changes = [
        (read.verdict, change)
        for one in of_ai
        for read, change in one.reads
        if change is not None and read.purpose == "read"
    ]
    changed = [change for verdict, change in changes if verdict == "change"]
    accepted = said["accept"]
    times = {
        (one.case.item.id, read.reader.id): read.seconds
        for one in labels
        for read in reads_of(one.case)
    }
    return Group(
        name=name,
        labels=len(of_ai),
        readings=total,
        accepted=accepted,
        changed=said["change"],
        rejected=said["reject"],
        flagged=said["flag"],
        absent=said["absent"],
        acceptance=Rate(accepted / total, *wilson(accepted, total)) if total else None,
        added_px=_median(change.added_px for change in changed),
        added_share=_median(change.added_share for change in changed),
        removed_px=_median(change.removed_px for change in changed),
        removed_share=_median(change.removed_share for change in changed),
        dice=_median(change.dice for _, change in changes),
        started_empty=sum(len(reads_of(one.case)) for one in labels) - total,
        seconds=_median(times.values()),
        settled=sum(one.case.outcome is not None for one in labels),
        settled_dice=_median(one.settled.dice if one.settled else None for one in labels),
    )


def _median(values: Iterable[float | None]) -> float | None:
    found = [value for value in values if value is not None]
    return float(median(found)) if found else None
