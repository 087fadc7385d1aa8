"""Projects: made by an owner, seen by those who have a role in them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from sqlalchemy import func, select

from core.review.audit import note
from core.review.digests import project_digest
from core.review.people import new_id
from core.review.rules import checked_rules, checked_title, rules_from_json, rules_to_json
from core.review.tables import ItemRow, MemberRow, ProjectRow
from core.review.values import Project, Role, Rules

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.review.store import Store
    from core.review.values import Reader

_USUAL_RULES = Rules()


def create_project(store: Store, owner: Reader, name: str, rules: Rules = _USUAL_RULES) -> str:
    """Make a project and give its id; the reader who makes it owns it.

    Raises:
        InputError: The name is empty or too long, or the rules make no sense.
        StoreUnreachable: The database does not answer.
    """
    project = ProjectRow(
        id=new_id(),
        name=checked_title(name),
        rules=rules_to_json(checked_rules(rules)),
        created_at=datetime.now(UTC),
        audit_count=0,
        audit_hash="",
    )
    with store.create() as session:
        session.add(project)
        session.flush()
        session.add(MemberRow(project_id=project.id, reader_id=owner.id, role="owner"))
        note(
            session,
            project,
            reader=owner.id,
            action="create",
            subject=f"project {project.id}",
            after=project_digest(project),
        )
    return project.id


def projects_of(store: Store, reader: Reader) -> tuple[Project, ...]:
    """The projects in which a reader has a role, the newest first.

    Raises:
        StoreUnreachable: The database does not answer.
    """
    query = (
        select(ProjectRow, MemberRow.role)
        .join(MemberRow, MemberRow.project_id == ProjectRow.id)
        .where(MemberRow.reader_id == reader.id)
        .order_by(ProjectRow.created_at.desc(), ProjectRow.id)
    )
    with store.read() as session:
        rows = session.execute(query).all()
        counted = _items_of(session, [row.id for row, _ in rows])
        return tuple(as_project(row, role, counted.get(row.id, 0)) for row, role in rows)


def project_seen(session: Session, row: ProjectRow, role: Role) -> Project:
    """One project as a reader with this role sees it."""
    return as_project(row, role, _items_of(session, [row.id]).get(row.id, 0))


def as_project(row: ProjectRow, role: str, items: int) -> Project:
    """A row of the database as a value."""
    return Project(
        row.id, row.name, cast("Role", role), rules_from_json(row.rules), items, row.created_at
    )


def _items_of(session: Session, ids: list[str]) -> dict[str, int]:
    query = (
        select(ItemRow.project_id, func.count())
        .where(ItemRow.project_id.in_(ids))
        .group_by(ItemRow.project_id)
    )
    return {project: count for project, count in session.execute(query)}  # noqa: C416 - typed rows
