"""What the owner of a project arranges: who takes part, who reads what, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sqlalchemy import delete, select

from core.errors import AccessRefused, ReviewError
from core.review.audit import digest
from core.review.digests import project_digest
from core.review.rules import checked_rules, checked_title, rules_to_json, wanted_reads
from core.review.tables import AssignmentRow, ItemRow, MemberRow, ReaderRow, ReadingRow
from core.review.values import Member, Reader, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.review.access import Access
    from core.review.values import Rules


def change_project(access: Access, name: str | None, rules: Rules | None) -> None:
    """Give a project another name or other rules.

    Items that nobody has begun follow the new rules; the others keep the number of readings that
    they were begun with.

    Raises:
        InputError: The name or the rules make no sense.
    """
    project = access.project
    before = project_digest(project)
    if name is not None:
        project.name = checked_title(name)
    if rules is not None:
        project.rules = rules_to_json(checked_rules(rules))
        begun = select(ReadingRow.id).where(ReadingRow.item_id == ItemRow.id).exists()
        fresh = select(ItemRow).where(ItemRow.project_id == project.id, ~begun)
        for item in access.session.scalars(fresh):
            item.wanted = wanted_reads(rules, item.frame_sha256, item.position)
    after = project_digest(project)
    if after != before:
        access.note("change", f"project {project.id}", before, after)


def members_of(access: Access) -> tuple[Member, ...]:
    """Who takes part, by name."""
    query = (
        select(ReaderRow, MemberRow.role)
        .join(MemberRow, MemberRow.reader_id == ReaderRow.id)
        .where(MemberRow.project_id == access.project.id)
        .order_by(ReaderRow.name, ReaderRow.id)
    )
    return tuple(
        Member(Reader(row.id, row.name), cast("Role", role))
        for row, role in access.session.execute(query)
    )


def set_role_of(access: Access, reader_id: str, role: Role | None) -> None:
    """Give a reader a role, another one, or none; who loses it lets go of what they hold.

    Raises:
        AccessRefused: There is no such reader.
        ReviewError: The project would be left without an owner.
    """
    session, project = access.session, access.project
    if session.get(ReaderRow, reader_id) is None:
        raise AccessRefused("There is no such reader.", "Ask them to open the Workbench once.")
    member = session.get(MemberRow, (project.id, reader_id))
    before = member.role if member else None
    if before == role:
        return
    if before == "owner" and _owners(access) == 1:
        raise ReviewError("A project needs an owner.", "Make somebody else an owner first.")
    if member is None:
        session.add(MemberRow(project_id=project.id, reader_id=reader_id, role=role))
    elif role is None:
        session.delete(member)
        _let_go(access, reader_id)
    else:
        member.role = role
    access.note("role", f"reader {reader_id}", digest(before), digest(role))


def assign_items(access: Access, item_ids: Sequence[str], reader_ids: Sequence[str]) -> None:
    """Mean items for these readers only, or for everybody when there are none.

    Raises:
        AccessRefused: An item or a reader is not in the project.
    """
    session = access.session
    of_project = select(ItemRow.id).where(ItemRow.project_id == access.project.id)
    known = set(session.scalars(of_project))
    people = {member.reader.id for member in members_of(access)}
    if not (known.issuperset(item_ids) and people.issuperset(reader_ids)):
        raise AccessRefused(
            "An item or a reader is not in this project.", "Choose from those that are in it."
        )
    wanted = sorted(set(reader_ids))
    kept = select(AssignmentRow.item_id, AssignmentRow.reader_id).join(
        ItemRow, ItemRow.id == AssignmentRow.item_id
    )
    before: dict[str, list[str]] = {}
    for item_id, reader_id in session.execute(
        kept.where(ItemRow.project_id == access.project.id).order_by(AssignmentRow.reader_id)
    ):
        before.setdefault(item_id, []).append(reader_id)
    for item_id in dict.fromkeys(item_ids):
        if before.get(item_id, []) == wanted:
            continue
        session.execute(delete(AssignmentRow).where(AssignmentRow.item_id == item_id))
        session.add_all(AssignmentRow(item_id=item_id, reader_id=r) for r in wanted)
        access.note("assign", f"item {item_id}", digest(before.get(item_id, [])), digest(wanted))


def _owners(access: Access) -> int:
    return sum(member.role == "owner" for member in members_of(access))


def _let_go(access: Access, reader_id: str) -> None:
    query = (
        select(ReadingRow)
        .join(ItemRow, ItemRow.id == ReadingRow.item_id)
        .where(
            ItemRow.project_id == access.project.id,
            ReadingRow.reader_id == reader_id,
            ReadingRow.claimed_until.is_not(None),
        )
    )
    for reading in access.session.scalars(query):
        reading.claimed_until = None
        access.note("release", f"reading {reading.id}")
