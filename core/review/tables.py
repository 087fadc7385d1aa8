"""The tables of the review store. Edits, decisions and the audit log are only ever added to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    String,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

ID = String(32)
HASH = String(64)


class Utc(TypeDecorator[datetime]):
    """A time in UTC, with its zone, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Bring to UTC; SQLite keeps no zone."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give it back with its zone."""
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


class Table(DeclarativeBase):
    """Base of all tables; constraints have names, so that migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class ProjectRow(Table):
    """A project, with the head of its audit log: the log's length and last hash."""

    __tablename__ = "project"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str]
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Utc)
    audit_count: Mapped[int] = mapped_column(default=0)
    audit_hash: Mapped[str] = mapped_column(HASH, default="")


class ReaderRow(Table):
    """A person; the subject is what a sign-in knows them by."""

    __tablename__ = "reader"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    subject: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Utc)


class MemberRow(Table):
    """A reader's role in a project."""

    __tablename__ = "member"
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"), primary_key=True)
    reader_id: Mapped[str] = mapped_column(ForeignKey("reader.id"), primary_key=True)
    role: Mapped[str]


class ItemRow(Table):
    """An image to be read."""

    __tablename__ = "item"
    __table_args__ = (UniqueConstraint("project_id", "position"),)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"))
    position: Mapped[int]
    name: Mapped[str]
    image: Mapped[str] = mapped_column(HASH)
    frame: Mapped[dict[str, Any]] = mapped_column(JSON)
    frame_sha256: Mapped[str] = mapped_column(HASH)
    height: Mapped[int]
    width: Mapped[int]
    modality: Mapped[str]
    spacing_row: Mapped[float | None]
    spacing_column: Mapped[float | None]
    source: Mapped[str]
    engine: Mapped[str]
    wanted: Mapped[int]


class AssignmentRow(Table):
    """An item that is meant for a reader; an item without any is for everybody."""

    __tablename__ = "assignment"
    item_id: Mapped[str] = mapped_column(ForeignKey("item.id"), primary_key=True)
    reader_id: Mapped[str] = mapped_column(ForeignKey("reader.id"), primary_key=True)


class LabelRow(Table):
    """A mask to be read; one that a reader added has the reading it was added in."""

    __tablename__ = "label"
    __table_args__ = (Index("ix_label_item", "item_id"),)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("item.id"))
    position: Mapped[int]
    phrase: Mapped[str]
    category: Mapped[str | None]
    threshold: Mapped[int]
    ai: Mapped[str | None] = mapped_column(HASH)
    # The AI's own mask as cut at the threshold, by core.review.masks.mask_sha256: no file.
    cut_sha256: Mapped[str] = mapped_column(HASH)
    presence: Mapped[str | None]
    score: Mapped[float | None]
    reading_id: Mapped[str | None] = mapped_column(ForeignKey("reading.id"))


class ReadingRow(Table):
    """One reader's work on one item, and until when it is claimed."""

    __tablename__ = "reading"
    __table_args__ = (UniqueConstraint("item_id", "reader_id"),)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("item.id"))
    reader_id: Mapped[str] = mapped_column(ForeignKey("reader.id"))
    purpose: Mapped[str]
    claimed_until: Mapped[datetime | None] = mapped_column(Utc)
    seconds: Mapped[float] = mapped_column(default=0.0)
    created_at: Mapped[datetime] = mapped_column(Utc)
    finished_at: Mapped[datetime | None] = mapped_column(Utc)


class EditRow(Table):
    """A mask that a reader drew; never changed, never deleted."""

    __tablename__ = "edit"
    __table_args__ = (UniqueConstraint("reading_id", "label_id", "revision"),)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    reading_id: Mapped[str] = mapped_column(ForeignKey("reading.id"))
    label_id: Mapped[str] = mapped_column(ForeignKey("label.id"))
    revision: Mapped[int]
    mask: Mapped[str] = mapped_column(HASH)
    sha256: Mapped[str] = mapped_column(HASH)
    at: Mapped[datetime] = mapped_column(Utc)


class DecisionRow(Table):
    """What a reader decided; never changed, never deleted."""

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("reading_id", "label_id", "revision"),)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    reading_id: Mapped[str] = mapped_column(ForeignKey("reading.id"))
    label_id: Mapped[str] = mapped_column(ForeignKey("label.id"))
    revision: Mapped[int]
    verdict: Mapped[str]
    difficulty: Mapped[int | None]
    reason: Mapped[str]
    comment: Mapped[str]
    mask: Mapped[str | None] = mapped_column(HASH)
    at: Mapped[datetime] = mapped_column(Utc)


class PinRow(Table):
    """A comment at a point; one taken back keeps its row."""

    __tablename__ = "pin"
    __table_args__ = (Index("ix_pin_reading", "reading_id"),)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    reading_id: Mapped[str] = mapped_column(ForeignKey("reading.id"))
    row: Mapped[int]
    column: Mapped[int]
    text: Mapped[str]
    at: Mapped[datetime] = mapped_column(Utc)
    removed_at: Mapped[datetime | None] = mapped_column(Utc)


class OutcomeRow(Table):
    """A final result; never changed: the newest revision holds."""

    __tablename__ = "outcome"
    __table_args__ = (UniqueConstraint("label_id", "revision"),)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    label_id: Mapped[str] = mapped_column(ForeignKey("label.id"))
    revision: Mapped[int]
    method: Mapped[str]
    verdict: Mapped[str]
    mask: Mapped[str | None] = mapped_column(HASH)
    reader_id: Mapped[str | None] = mapped_column(ForeignKey("reader.id"))
    at: Mapped[datetime] = mapped_column(Utc)


class AuditRow(Table):
    """One entry of a project's audit log, chained to the one before by its hash."""

    __tablename__ = "audit"
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str]
    reader: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    before: Mapped[str] = mapped_column(HASH)
    after: Mapped[str] = mapped_column(HASH)
    previous: Mapped[str] = mapped_column(HASH)
    hash: Mapped[str] = mapped_column(HASH)
