"""The readings of a project as CSV: one row a label and reader, as :mod:`core.export.table` writes.

What could name a person stays out unless it is asked for: names of files and of readers, and
comments, which are free text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.export.table import csv_bytes, program_cells

if TYPE_CHECKING:
    from core.analysis.changes import Change
    from core.export.table import Cell
    from core.review.figures import Figures, Measured
    from core.review.results import ReadLabel

_COLUMNS = (
    "item", "item_name", "phrase", "category", "modality", "started_empty", "reader", "purpose",
    "verdict", "difficulty", "reason", "comment", "drawn", "ai_px", "final_px", "added_px",
    "removed_px", "dice_ai_final", "seconds_with_item", "decided_utc", "outcome_method",
    "outcome_verdict", "dice_ai_outcome", "image_sha256", "engine", "program", "notice",
)  # fmt: skip
_NAMING = frozenset({"item_name", "comment"})


def figures_csv(figures: Figures, *, names: bool = False) -> bytes:
    """Write every reading and every adjudication; items count from 1, as in the project.

    Args:
        figures: Of a project.
        names: Whether files and readers are named, and comments given. Readers are R1 and so on
            otherwise.
    """
    neutral = _neutral_names(figures)
    rows = []
    for one in figures.labels:
        common = _label_cells(one)
        for read, change in one.reads:
            who: Cell = read.reader.name if names else neutral[read.reader.id]
            rows.append({**common, "reader": who, **_read_cells(read), **_change_cells(change)})
    return csv_bytes(rows, [name for name in _COLUMNS if names or name not in _NAMING])


def _neutral_names(figures: Figures) -> dict[str, str]:
    """Numbers by id, which is random: they say neither who it is nor who was first."""
    ids = {read.reader.id for one in figures.labels for read, _ in one.reads}
    return {reader_id: f"R{number}" for number, reader_id in enumerate(sorted(ids), start=1)}


def _label_cells(one: Measured) -> dict[str, Cell]:
    item, label, outcome = one.case.item, one.case.label, one.case.outcome
    return {
        "item": item.position + 1,
        "item_name": item.name,
        "phrase": label.phrase,
        "category": label.category,
        "modality": item.modality,
        "started_empty": label.ai is None,
        "outcome_method": outcome.method if outcome else None,
        "outcome_verdict": outcome.verdict if outcome else None,
        "dice_ai_outcome": one.settled.dice if one.settled else None,
        "image_sha256": item.frame_sha256,
        **program_cells(item.engine),
    }


def _read_cells(read: ReadLabel) -> dict[str, Cell]:
    return {
        "purpose": read.purpose,
        "verdict": read.verdict,
        "difficulty": read.difficulty,
        "reason": read.reason,
        "comment": read.comment,
        "drawn": read.edited,
        "seconds_with_item": read.seconds,
        "decided_utc": read.at.isoformat(timespec="seconds"),
    }


def _change_cells(change: Change | None) -> dict[str, Cell]:
    return {
        "ai_px": change.ai_px if change else None,
        "final_px": change.final_px if change else None,
        "added_px": change.added_px if change else None,
        "removed_px": change.removed_px if change else None,
        "dice_ai_final": change.dice if change else None,
    }
