"""All rows of one project at one time: to be verified, written into a backup, read from one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import inspect, select

from core.errors import AccessRefused
from core.review.tables import (
    AssignmentRow,
    AuditRow,
    DecisionRow,
    EditRow,
    ItemRow,
    LabelRow,
    MemberRow,
    OutcomeRow,
    PinRow,
    ProjectRow,
    ReaderRow,
    ReadingRow,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

TABLES: tuple[type[Table], ...] = (
    ReaderRow,
    ProjectRow,
    MemberRow,
    ItemRow,
    AssignmentRow,
    ReadingRow,
    LabelRow,
    EditRow,
    DecisionRow,
    PinRow,
    OutcomeRow,
    AuditRow,
)
"""Each table behind those that its rows refer to."""

Row = TypeVar("Row", bound=Table)


@dataclass(frozen=True, eq=False)
class ProjectRows:
    """All rows of one project.

    Attributes:
        of: The rows of each table of :data:`TABLES`, in the order of their primary keys.
    """

    of: Mapping[type[Table], Sequence[Table]]

    def all(self, table: type[Row]) -> list[Row]:
        """The rows of one table."""
        return [row for row in self.of[table] if isinstance(row, table)]

    @property
    def project(self) -> ProjectRow:
        """The project itself."""
        return self.all(ProjectRow)[0]

    def blobs(self) -> set[str]:
        """Hashes of all files that the rows name."""
        named: set[str | None] = {row.image for row in self.all(ItemRow)}
        named |= {row.ai for row in self.all(LabelRow)}
        named |= {row.mask for row in self.all(EditRow)}
        named |= {row.mask for row in self.all(DecisionRow)}
        named |= {row.mask for row in self.all(OutcomeRow)}
        return {digest for digest in named if digest}


def project_rows(session: Session, project_id: str) -> ProjectRows:
    """Read a project.

    Args:
        session: Of a change of the project: only then do all rows belong to one time.
        project_id: Of the project.

    Raises:
        AccessRefused: There is no such project.
    """
    items = select(ItemRow.id).where(ItemRow.project_id == project_id)
    readings = select(ReadingRow.id).where(ReadingRow.item_id.in_(items))
    labels = select(LabelRow.id).where(LabelRow.item_id.in_(items))
    found: dict[type[Table], Sequence[Table]] = {
        table: _in_order(session, table, condition)
        for table, condition in (
            (ProjectRow, ProjectRow.id == project_id),
            (MemberRow, MemberRow.project_id == project_id),
            (ItemRow, ItemRow.project_id == project_id),
            (AssignmentRow, AssignmentRow.item_id.in_(items)),
            (ReadingRow, ReadingRow.item_id.in_(items)),
            (LabelRow, LabelRow.item_id.in_(items)),
            (EditRow, EditRow.reading_id.in_(readings)),
            (DecisionRow, DecisionRow.reading_id.in_(readings)),
            (PinRow, PinRow.reading_id.in_(readings)),
            (OutcomeRow, OutcomeRow.label_id.in_(labels)),
            (AuditRow, AuditRow.project_id == project_id),
        )
    }
    if not found[ProjectRow]:
        raise AccessRefused.project()
    people = ReaderRow.id.in_(_reader_ids(ProjectRows(found)))
    return ProjectRows({ReaderRow: _in_order(session, ReaderRow, people), **found})


def _in_order(
    session: Session, table: type[Table], condition: ColumnElement[bool]
) -> Sequence[Table]:
    query = select(table).where(condition).order_by(*inspect(table).primary_key)
    return session.scalars(query).all()


def _reader_ids(rows: ProjectRows) -> set[str]:
    """Everybody that a row refers to, and everybody in the audit log."""
    ids = {row.reader for row in rows.all(AuditRow)}
    ids |= {row.reader_id for row in rows.all(MemberRow)}
    ids |= {row.reader_id for row in rows.all(AssignmentRow)}
    ids |= {row.reader_id for row in rows.all(ReadingRow)}
    return ids | {row.reader_id for row in rows.all(OutcomeRow) if row.reader_id}
