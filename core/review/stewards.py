"""In whose place the operator acts, who has no role in a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from core.errors import AccessRefused
from core.review.tables import MemberRow, ReaderRow
from core.review.values import Reader

if TYPE_CHECKING:
    from core.review.store import Store


def owner_of(store: Store, project_id: str) -> Reader:
    """An owner of the project; of several the first by id.

    Raises:
        AccessRefused: There is no such project.
        StoreUnreachable: The database does not answer.
    """
    query = (
        select(ReaderRow)
        .join(MemberRow, MemberRow.reader_id == ReaderRow.id)
        .where(MemberRow.project_id == project_id, MemberRow.role == "owner")
        .order_by(ReaderRow.id)
    )
    with store.read() as session:
        row = session.scalars(query).first()
        if row is None:
            raise AccessRefused.project()
        return Reader(row.id, row.name)
