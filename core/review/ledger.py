"""Each row of a project held against what the audit log says of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from core.review.audit import digest
from core.review.digests import (
    decision_digest,
    item_digest,
    label_digest,
    outcome_digest,
    pin_digest,
    project_digest,
    reading_digest,
)
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
    ReadingRow,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.review.rows import ProjectRows

    # Action, subject and reader of an entry.
    Key = tuple[str, str, str]

_ADDED = frozenset({"add", "add label", "pin", "edit", "decide", "outcome"})
# Whoever adds an item or finds an outcome by a rule is named in the log only.
_NOBODYS = frozenset({"add", "outcome"})


def first_difference(rows: ProjectRows) -> str | None:
    """Subject of the first thing that is not as the log says, such as "label 3f...", or None.

    What is only ever added (items, labels of readers, pins, edits, decisions, outcomes) must have
    its entries in number, order, reader and content. Of what changes (the project itself, roles,
    assignments, readings) the last entry must hold.
    """
    noted, stored = _noted_additions(rows), _stored_additions(rows)
    for key in (*noted, *stored):
        if noted.get(key) != stored.get(key):
            return key[1]
    last, now = _last_states(rows), _states_now(rows)
    for subject in (*last, *now):
        if last.get(subject) != now.get(subject):
            return subject
    return None


def _noted_additions(rows: ProjectRows) -> dict[Key, list[str]]:
    found: dict[Key, list[str]] = defaultdict(list)
    for entry in rows.all(AuditRow):
        if entry.action in _ADDED:
            reader = "" if entry.action in _NOBODYS else entry.reader
            found[entry.action, entry.subject, reader].append(entry.after)
    return found


def _stored_additions(rows: ProjectRows) -> dict[Key, list[str]]:
    found: dict[Key, list[str]] = defaultdict(list)
    for key, revision, after in _additions(rows):
        found[key].append(after if revision == len(found[key]) + 1 else "")
    return found


def _additions(rows: ProjectRows) -> Iterator[tuple[Key, int, str]]:
    """The entry that each row must have, which of this key it is, and its ``after``."""
    reader_of = {row.id: row.reader_id for row in rows.all(ReadingRow)}
    given: dict[str, list[LabelRow]] = defaultdict(list)
    for label in sorted(rows.all(LabelRow), key=lambda row: row.position):
        if label.reading_id is None:
            given[label.item_id].append(label)
        else:
            reader = reader_of[label.reading_id]
            yield ("add label", f"label {label.id}", reader), 1, label_digest(label)
    for item in rows.all(ItemRow):
        yield ("add", f"item {item.id}", ""), 1, item_digest(item, given[item.id])
    for pin in rows.all(PinRow):
        yield ("pin", f"pin {pin.id}", reader_of[pin.reading_id]), 1, pin_digest(pin)
    for edit in sorted(rows.all(EditRow), key=lambda row: row.revision):
        key = ("edit", f"label {edit.label_id}", reader_of[edit.reading_id])
        yield key, edit.revision, edit.sha256
    for row in sorted(rows.all(DecisionRow), key=lambda row: row.revision):
        key = ("decide", f"label {row.label_id}", reader_of[row.reading_id])
        yield key, row.revision, decision_digest(row)
    for final in sorted(rows.all(OutcomeRow), key=lambda row: row.revision):
        yield ("outcome", f"label {final.label_id}", ""), final.revision, outcome_digest(final)


def _last_states(rows: ProjectRows) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in rows.all(AuditRow):
        if entry.action == "create":
            found[f"reader {entry.reader}"] = digest("owner")
        if entry.action in {"create", "change", "role", "assign", "finish"}:
            found[entry.subject] = entry.after
        if entry.action == "reopen":
            found.pop(entry.subject, None)
    nothing = {digest(None), digest([])}
    return {subject: after for subject, after in found.items() if after not in nothing}


def _states_now(rows: ProjectRows) -> dict[str, str]:
    found = {f"project {rows.project.id}": project_digest(rows.project)}
    found |= {f"reader {row.reader_id}": digest(row.role) for row in rows.all(MemberRow)}
    meant: dict[str, list[str]] = defaultdict(list)
    for assignment in rows.all(AssignmentRow):
        meant[assignment.item_id].append(assignment.reader_id)
    found |= {f"item {item}": digest(sorted(readers)) for item, readers in meant.items()}
    done = [row for row in rows.all(ReadingRow) if row.finished_at is not None]
    return found | {f"reading {row.id}": reading_digest(row) for row in done}
