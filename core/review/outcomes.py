"""What all readers made of complete items, and what became of their labels in the end."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, cast

from sqlalchemy import func, select

from core.errors import AccessRefused, InputError, ReviewError
from core.review.access import is_complete
from core.review.digests import outcome_digest
from core.review.items import as_item, as_label
from core.review.marks import newest_rows
from core.review.people import new_id
from core.review.results import Case, Method, Outcome, ReadLabel
from core.review.tables import (
    DecisionRow,
    EditRow,
    ItemRow,
    LabelRow,
    OutcomeRow,
    ReaderRow,
    ReadingRow,
)
from core.review.values import Purpose, Reader, Verdict

if TYPE_CHECKING:
    from sqlalchemy import Select

    from core.review.access import Access


def cases_of(access: Access) -> tuple[Case, ...]:
    """The labels of complete items with every finished reading, in the project's order.

    A handful of statements, whatever the number of items.
    """
    session, project = access.session, access.project.id
    items = select(ItemRow).where(ItemRow.project_id == project).order_by(ItemRow.position)
    finished = _finished_readings(access)
    by_item: dict[str, list[ReadingRow]] = defaultdict(list)
    for reading, _ in finished:
        by_item[reading.item_id].append(reading)
    complete = {row.id: row for row in session.scalars(items) if is_complete(row, by_item[row.id])}
    reads = _reads_by_label(access, finished)
    outcomes = _outcomes_by_label(access)
    done = {reading.id for reading, _ in finished}
    labels = (
        select(LabelRow)
        .join(ItemRow, ItemRow.id == LabelRow.item_id)
        .where(ItemRow.project_id == project)
        .order_by(ItemRow.position, LabelRow.position, LabelRow.id)
    )
    return tuple(
        Case(
            as_item(complete[label.item_id], [label]),
            as_label(label),
            tuple(reads.get(label.id, ())),
            outcomes.get(label.id),
        )
        for label in session.scalars(labels)
        if label.item_id in complete and (label.reading_id is None or label.reading_id in done)
    )


def closed_label(access: Access, label_id: str) -> tuple[LabelRow, ItemRow]:
    """A label of a complete item, with the item.

    Raises:
        AccessRefused: The project has no such label that the reader may see.
        ReviewError: Its item is not complete.
    """
    label = access.session.get(LabelRow, label_id)
    if label is None:
        raise AccessRefused("The item has no such label.", "Open the item from your queue.")
    item = access.item(label.item_id)
    seen = access.label(item, label_id)
    if not is_complete(item, access.readings(item)):
        raise ReviewError(
            "This item is not complete: others are still to read it.",
            "Set its outcome when all of them have finished.",
        )
    return seen, item


def add_outcome(
    access: Access, label: LabelRow, *, method: Method, verdict: Verdict, mask: str | None
) -> Outcome:
    """Set what becomes of a label; the same again is acknowledged, the newest holds.

    Args:
        access: A change.
        label: Of a complete item.
        method: How it was found.
        verdict: The final verdict.
        mask: Blob hash of the final mask; left out for what is not present.

    Raises:
        InputError: A mask is accepted that is not there.
    """
    kept = None if verdict == "absent" else mask
    if kept is None and verdict in {"accept", "change"}:
        raise InputError("An accepted label needs a mask.", "Give the mask that is to hold.")
    query = select(OutcomeRow).where(OutcomeRow.label_id == label.id)
    newest = access.session.scalar(query.order_by(OutcomeRow.revision.desc()).limit(1))
    by = access.reader if method == "adjudicated" else None
    row = OutcomeRow(
        label_id=label.id,
        method=method,
        verdict=verdict,
        mask=kept,
        reader_id=by.id if by else None,
    )
    if newest is not None and outcome_digest(newest) == outcome_digest(row):
        return _as_outcome(newest, by.name if by else "")
    row.id, row.at = new_id(), access.now
    row.revision = newest.revision + 1 if newest else 1
    access.session.add(row)
    before = outcome_digest(newest) if newest else ""
    access.note("outcome", f"label {label.id}", before, outcome_digest(row))
    return _as_outcome(row, by.name if by else "")


def _finished_readings(access: Access) -> list[tuple[ReadingRow, ReaderRow]]:
    """Everybody's finished readings of the project, the first finished first."""
    query = (
        select(ReadingRow, ReaderRow)
        .join(ReaderRow, ReaderRow.id == ReadingRow.reader_id)
        .where(ReadingRow.id.in_(_finished_ids(access)))
        .order_by(ReadingRow.finished_at, ReadingRow.id)
    )
    return [(reading, reader) for reading, reader in access.session.execute(query)]


def _finished_ids(access: Access) -> Select[str]:
    return (
        select(ReadingRow.id)
        .join(ItemRow, ItemRow.id == ReadingRow.item_id)
        .where(ItemRow.project_id == access.project.id, ReadingRow.finished_at.is_not(None))
    )


def _reads_by_label(
    access: Access, finished: list[tuple[ReadingRow, ReaderRow]]
) -> dict[str, list[ReadLabel]]:
    session, ids = access.session, _finished_ids(access)
    drawn = select(EditRow.reading_id, EditRow.label_id).where(EditRow.reading_id.in_(ids))
    edited = {(reading, label) for reading, label in session.execute(drawn.distinct())}
    decided: dict[str, list[DecisionRow]] = defaultdict(list)
    for row in newest_rows(session, DecisionRow, ids):
        decided[row.reading_id].append(row)
    reads: dict[str, list[ReadLabel]] = defaultdict(list)
    for reading, reader in finished:
        for row in decided[reading.id]:
            reads[row.label_id].append(
                ReadLabel(
                    reader=Reader(reader.id, reader.name),
                    purpose=cast("Purpose", reading.purpose),
                    verdict=cast("Verdict", row.verdict),
                    difficulty=row.difficulty,
                    reason=row.reason,
                    comment=row.comment,
                    mask=row.mask,
                    edited=(reading.id, row.label_id) in edited,
                    seconds=reading.seconds,
                    at=row.at,
                )
            )
    return reads


def _outcomes_by_label(access: Access) -> dict[str, Outcome]:
    latest = (
        select(OutcomeRow.label_id, func.max(OutcomeRow.revision).label("revision"))
        .group_by(OutcomeRow.label_id)
        .subquery()
    )
    query = (
        select(OutcomeRow, ReaderRow.name)
        .join(
            latest,
            (OutcomeRow.label_id == latest.c.label_id) & (OutcomeRow.revision == latest.c.revision),
        )
        .join(LabelRow, LabelRow.id == OutcomeRow.label_id)
        .join(ItemRow, ItemRow.id == LabelRow.item_id)
        .outerjoin(ReaderRow, ReaderRow.id == OutcomeRow.reader_id)
        .where(ItemRow.project_id == access.project.id)
    )
    return {
        row.label_id: _as_outcome(row, name or "") for row, name in access.session.execute(query)
    }


def _as_outcome(row: OutcomeRow, by: str) -> Outcome:
    return Outcome(cast("Method", row.method), cast("Verdict", row.verdict), row.mask, by, row.at)
