"""What the audit log notes as ``before`` and ``after`` of what is stored.

Of an edit it is the hash of the mask itself, :func:`core.review.masks.mask_sha256`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.review.audit import digest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.review.tables import (
        DecisionRow,
        ItemRow,
        LabelRow,
        OutcomeRow,
        PinRow,
        ProjectRow,
        ReadingRow,
    )


def project_digest(row: ProjectRow) -> str:
    """Of a project: its name and rules."""
    return digest({"name": row.name, "rules": row.rules})


def item_digest(row: ItemRow, labels: Iterable[LabelRow]) -> str:
    """Of an item: its file, its picture and the masks it was put into the project with.

    Args:
        row: The item.
        labels: In order, without those that readers have added.
    """
    masks = [[label.phrase, label.ai, label.threshold] for label in labels]
    return digest({"image": row.image, "frame": row.frame_sha256, "labels": masks})


def label_digest(row: LabelRow) -> str:
    """Of a label that a reader has added."""
    return digest({"phrase": row.phrase})


def reading_digest(row: ReadingRow) -> str:
    """Of a reading that is finished: the time spent."""
    return digest({"seconds": row.seconds})


def pin_digest(row: PinRow) -> str:
    """Of a comment at a point."""
    return digest({"row": row.row, "column": row.column, "text": row.text})


def decision_digest(row: DecisionRow) -> str:
    """Of a decision."""
    fields = ("verdict", "difficulty", "reason", "comment", "mask")
    return digest({name: getattr(row, name) for name in fields})


def outcome_digest(row: OutcomeRow) -> str:
    """Of a final result."""
    return digest(
        {
            "method": row.method,
            "verdict": row.verdict,
            "mask": row.mask,
            "reader": row.reader_id,
        }
    )
