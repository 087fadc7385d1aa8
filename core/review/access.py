"""What a reader may see and do: asked of the database anew, in the transaction it is asked for."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, cast

from sqlalchemy import select

from core.errors import AccessRefused
from core.review.audit import note
from core.review.rules import rules_from_json
from core.review.tables import (
    AssignmentRow,
    ItemRow,
    LabelRow,
    MemberRow,
    ProjectRow,
    ReadingRow,
)
from core.review.values import ROLES, Reader, Role, Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

    from core.review.store import Store

_ASK = "Ask an owner of the project for that role."


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, eq=False)
class Access:
    """A transaction in which a reader's role has been looked up.

    Attributes:
        session: The transaction.
        project: The project; locked where something is to be changed.
        reader: Who asks.
        role: Their role.
        now: UTC; one time for the whole transaction.
    """

    session: Session
    project: ProjectRow
    reader: Reader
    role: Role
    now: datetime

    @cached_property
    def rules(self) -> Rules:
        """How the project is read."""
        return rules_from_json(self.project.rules)

    @property
    def oversees(self) -> bool:
        """Whether the reader may see what became of complete items."""
        return at_least(self.role, "adjudicator")

    def note(self, action: str, subject: str, before: str = "", after: str = "") -> None:
        """Write into the audit log, see :func:`core.review.audit.note`."""
        note(
            self.session,
            self.project,
            reader=self.reader.id,
            action=action,
            subject=subject,
            before=before,
            after=after,
        )

    def item(self, item_id: str) -> ItemRow:
        """An item of this project that the reader may look at.

        A reader does not look at what is assigned to others only, unless they have begun it.

        Raises:
            AccessRefused: There is none; the same words whatever the cause.
        """
        row = self.session.get(ItemRow, item_id)
        if row is None or row.project_id != self.project.id:
            raise _no_item()
        if not (self.oversees or self.is_meant(item_id) or self.own_reading_of(item_id)):
            raise _no_item()
        return row

    def is_meant(self, item_id: str) -> bool:
        """Whether an item is for this reader: assigned to them, or to nobody."""
        query = select(AssignmentRow.reader_id).where(AssignmentRow.item_id == item_id)
        meant = self.session.scalars(query).all()
        return not meant or self.reader.id in meant

    def own_reading_of(self, item_id: str) -> ReadingRow | None:
        """This reader's reading of an item, or None."""
        query = select(ReadingRow).where(
            ReadingRow.item_id == item_id, ReadingRow.reader_id == self.reader.id
        )
        return self.session.scalar(query)

    def own_reading(self, reading_id: str) -> tuple[ReadingRow, ItemRow]:
        """This reader's reading with its item.

        Raises:
            AccessRefused: It is not there or is somebody else's; the same words for both.
        """
        query = (
            select(ReadingRow, ItemRow)
            .join(ItemRow, ItemRow.id == ReadingRow.item_id)
            .where(
                ReadingRow.id == reading_id,
                ReadingRow.reader_id == self.reader.id,
                ItemRow.project_id == self.project.id,
            )
        )
        found = self.session.execute(query).one_or_none()
        if found is None:
            raise AccessRefused(
                "There is no such reading, or it is not yours.", "Open the item from your queue."
            )
        reading, item = found
        return reading, item

    def readings(self, item: ItemRow) -> list[ReadingRow]:
        """Everybody's readings of an item: for counting places, never to be given away."""
        query = select(ReadingRow).where(ReadingRow.item_id == item.id)
        return list(self.session.scalars(query))

    def labels(self, item: ItemRow) -> list[LabelRow]:
        """The labels of an item that this reader may see, in order.

        Those of the project, those that they have added themselves, and, for an adjudicator or
        owner, those that finished readings have added once the item is complete.
        """
        query = (
            select(LabelRow, ReadingRow)
            .outerjoin(ReadingRow, ReadingRow.id == LabelRow.reading_id)
            .where(LabelRow.item_id == item.id)
            .order_by(LabelRow.position, LabelRow.id)
        )
        all_seen = self.oversees and is_complete(item, self.readings(item))
        return [
            row
            for row, adder in self.session.execute(query)
            if adder is None
            or adder.reader_id == self.reader.id
            or (all_seen and adder.finished_at is not None)
        ]

    def labels_to_read(self, item: ItemRow, reading: ReadingRow) -> list[LabelRow]:
        """The labels that a reading is about.

        A reading never meets what others have added; an adjudication is about all labels.
        """
        return [
            label
            for label in self.labels(item)
            if reading.purpose == "adjudicate" or label.reading_id in {None, reading.id}
        ]

    def label_to_read(self, item: ItemRow, reading: ReadingRow, label_id: str) -> LabelRow:
        """One of these labels.

        Raises:
            AccessRefused: It is not among them.
        """
        return _one_of(self.labels_to_read(item, reading), label_id)

    def label(self, item: ItemRow, label_id: str) -> LabelRow:
        """A label of an item that this reader may see.

        Raises:
            AccessRefused: It is not among them.
        """
        return _one_of(self.labels(item), label_id)


@dataclass(frozen=True, eq=False)
class Door:
    """Where a reader comes into a project.

    Attributes:
        store: Where reviews are kept.
        project_id: Of the project.
        reader: Who comes.
        clock: Gives the time in UTC.
    """

    store: Store
    project_id: str
    reader: Reader
    clock: Callable[[], datetime] = utc_now

    @contextmanager
    def read(self, least: Role = "reader") -> Iterator[Access]:
        """Look at the project.

        Raises:
            AccessRefused: The reader has no role in it, or a lesser one than ``least``.
            StoreUnreachable: The database does not answer.
        """
        query = (
            select(ProjectRow, MemberRow.role)
            .join(MemberRow, MemberRow.project_id == ProjectRow.id)
            .where(ProjectRow.id == self.project_id, MemberRow.reader_id == self.reader.id)
        )
        with self.store.read() as session:
            found = session.execute(query).one_or_none()
            if found is None:
                raise AccessRefused.project()
            project, role = found
            yield self._access(session, project, role, least)

    @contextmanager
    def change(self, least: Role = "reader") -> Iterator[Access]:
        """Change the project, which is locked until the transaction ends; all of it or nothing.

        Raises:
            AccessRefused: The reader has no role in it, or a lesser one than ``least``.
            StoreUnreachable: The database does not answer.
        """
        with self.store.change(self.project_id) as (session, project):
            member = session.get(MemberRow, (self.project_id, self.reader.id))
            if member is None:
                raise AccessRefused.project()
            yield self._access(session, project, member.role, least)

    def _access(self, session: Session, project: ProjectRow, role: str, least: Role) -> Access:
        held = cast("Role", role)
        if not at_least(held, least):
            raise too_little(least)
        return Access(session, project, self.reader, held, self.clock())


def at_least(role: Role, least: Role) -> bool:
    """Whether a role may do what ``least`` may do."""
    return ROLES.index(role) >= ROLES.index(least)


def too_little(least: Role) -> AccessRefused:
    """What a reader is told whose role is less than ``least``."""
    if least == "owner":
        return AccessRefused("Only owners of the project can do this.", _ASK)
    return AccessRefused("Only adjudicators and owners of the project can do this.", _ASK)


def is_complete(item: ItemRow, readings: list[ReadingRow]) -> bool:
    """Whether as many people have finished reading an item as it wants."""
    done = sum(r.purpose == "read" and r.finished_at is not None for r in readings)
    return done >= item.wanted


def _no_item() -> AccessRefused:
    return AccessRefused(
        "There is no such item in this project, or it is meant for others.",
        "Choose one from your queue.",
    )


def _one_of(labels: list[LabelRow], label_id: str) -> LabelRow:
    for row in labels:
        if row.id == label_id:
            return row
    raise AccessRefused("The item has no such label.", "Open the item from your queue.")
