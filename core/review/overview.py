"""What the operator sees on the command line: all projects, whoever takes part in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from core.review.tables import ItemRow, MemberRow, ProjectRow

if TYPE_CHECKING:
    from datetime import datetime

    from core.review.store import Store


@dataclass(frozen=True)
class Overview:
    """A project in a list.

    Attributes:
        id: 32 hexadecimal digits.
        name: Its title.
        items: Number of items.
        members: Number of people with a role.
        entries: Entries of its audit log.
        created_at: UTC.
    """

    id: str
    name: str
    items: int
    members: int
    entries: int
    created_at: datetime


def all_projects(store: Store) -> tuple[Overview, ...]:
    """Every project, the oldest first.

    Raises:
        StoreUnreachable: The database does not answer.
    """
    items = select(func.count()).where(ItemRow.project_id == ProjectRow.id).scalar_subquery()
    members = select(func.count()).where(MemberRow.project_id == ProjectRow.id).scalar_subquery()
    query = select(ProjectRow, items, members).order_by(ProjectRow.created_at, ProjectRow.id)
    with store.read() as session:
        return tuple(
            Overview(row.id, row.name, of_items, of_members, row.audit_count, row.created_at)
            for row, of_items, of_members in session.execute(query)
        )
