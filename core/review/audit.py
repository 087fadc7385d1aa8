"""The audit log of a project: who did what when, each entry chained to the one before.

The hash of an entry is the SHA-256 of the canonical JSON of its other fields. Whoever changes,
removes or inserts an entry breaks the chain; whoever removes the last ones contradicts the head
that the project keeps. Whoever writes the whole log anew has another head than one that was noted
elsewhere. :mod:`core.review.verify` looks for all of it.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.review.tables import AuditRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from core.review.tables import ProjectRow

_FIELDS = (
    "project_id",
    "number",
    "at",
    "reader",
    "action",
    "subject",
    "before",
    "after",
    "previous",
)


def note(
    session: Session,
    project: ProjectRow,
    *,
    reader: str,
    action: str,
    subject: str,
    before: str = "",
    after: str = "",
) -> None:
    """Add an entry in the transaction that makes the change.

    Args:
        session: Of the change.
        project: Locked by the session, see :meth:`core.review.store.Store.change`.
        reader: Id of who does it.
        action: A verb.
        subject: A kind and an id.
        before: SHA-256 of what was there, or "".
        after: SHA-256 of what is there, or ""; see :mod:`core.review.digests`.
    """
    project.audit_count += 1
    row = AuditRow(
        project_id=project.id,
        number=project.audit_count,
        at=datetime.now(UTC).isoformat(timespec="microseconds"),
        reader=reader,
        action=action,
        subject=subject,
        before=before,
        after=after,
        previous=project.audit_hash,
    )
    row.hash = project.audit_hash = hash_of(row)
    session.add(row)


def digest(content: object) -> str:
    """SHA-256 (hex) of the canonical JSON of a value."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of(row: AuditRow) -> str:
    """SHA-256 (hex) of an entry's fields and of the hash of the one before."""
    return digest({name: getattr(row, name) for name in _FIELDS})


def broken_at(rows: Iterable[AuditRow], project: ProjectRow) -> int | None:
    """Number of the first entry that is not as it was written, or None when all are.

    A log that ends too early is broken at the entry that is missing, and one that goes on too long
    at the first that is too many.

    Args:
        rows: All entries, in order.
        project: Keeps the length and the last hash of the log.
    """
    number, previous = 0, ""
    for number, row in enumerate(rows, start=1):
        whole = row.number == number and row.previous == previous and row.hash == hash_of(row)
        if not whole or number > project.audit_count:
            return number
        previous = row.hash
    if number < project.audit_count:
        return number + 1
    return None if previous == project.audit_hash else number
