"""Who reads: people, known by what a sign-in calls them."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from core.errors import InputError
from core.one_line import one_line
from core.review.tables import ReaderRow
from core.review.values import Reader

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.review.store import Store

LONGEST_NAME = 60
"""Characters of a name; what is beyond is cut off."""


def new_id() -> str:
    """32 random hexadecimal digits: ids tell nothing and are not guessed."""
    return uuid.uuid4().hex


def reader_id(subject: str) -> str:
    """The id of a reader: the same in every store, so that a backup finds its people again.

    The first 32 hexadecimal digits of the SHA-256 of the subject.
    """
    return hashlib.sha256(subject.encode()).hexdigest()[:32]


def reader_of(store: Store, subject: str, name: str) -> Reader:
    """The reader that a sign-in knows by this subject, made on first use.

    Args:
        store: Knows the readers.
        subject: ``"local:<casefolded name>"`` or ``"oidc:<issuer>#<sub>"``.
        name: As it is shown to the others; a changed one is taken over.

    Raises:
        InputError: The name has no character that can be seen.
        StoreUnreachable: The database does not answer.
    """
    shown = one_line(name)[:LONGEST_NAME].rstrip()
    if not shown:
        raise InputError("The reader has no name.", "Type the name that the others are to see.")
    with store.read() as session:
        row = _known(session, subject)
    if row is None or row.name != shown:
        with store.create() as session:
            row = _known(session, subject) or _made(session, subject, shown)
            row.name = shown
    return Reader(row.id, shown)


def readers_named(store: Store, name: str) -> tuple[Reader, ...]:
    """Everybody who is shown by exactly this name, whatever the case.

    Raises:
        StoreUnreachable: The database does not answer.
    """
    with store.read() as session:
        rows = session.scalars(
            select(ReaderRow)
            .where(func.lower(ReaderRow.name) == name.lower())
            .order_by(ReaderRow.id)
        )
        return tuple(Reader(row.id, row.name) for row in rows)


def _known(session: Session, subject: str) -> ReaderRow | None:
    return session.scalar(select(ReaderRow).where(ReaderRow.subject == subject))


def _made(session: Session, subject: str, name: str) -> ReaderRow:
    row = ReaderRow(id=reader_id(subject), subject=subject, name=name, created_at=datetime.now(UTC))
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # Another session of the same person was faster.
        return session.scalars(select(ReaderRow).where(ReaderRow.subject == subject)).one()
    return row
