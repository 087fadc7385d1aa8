"""What a reader leaves on a label: edits and decisions, revision by revision.

No edit is ever thrown away. One that was drawn on the newest revision is stored, even when the
claim of its reading has run out meanwhile; one that was drawn on an older revision is refused and
stays with whoever sends it, who asks the reader which of the two is to hold. What is sent again,
because the answer got lost, is acknowledged and not stored a second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from sqlalchemy import and_, func, select

from core.errors import EditConflict, InputError, ReviewError
from core.review.claims import keep
from core.review.digests import decision_digest
from core.review.people import new_id
from core.review.tables import DecisionRow, EditRow
from core.review.values import VERDICTS, Decision, Edit, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from core.review.access import Access
    from core.review.tables import LabelRow, ReadingRow

    Revision = TypeVar("Revision", EditRow, DecisionRow)

LONGEST_TEXT = 2000
"""Characters of a comment, a reason or a pin, at most."""


@dataclass(frozen=True)
class Choice:
    """What a reader says about a label.

    Attributes:
        verdict: The decision.
        difficulty: 1 (easy) to 3 (hard), or None.
        reason: One of those that the project offered when the page was drawn, or "".
        comment: Free text, or "".
    """

    verdict: Verdict
    difficulty: int | None = None
    reason: str = ""
    comment: str = ""

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise InputError(
                f"“{self.verdict}” is no decision.", "Choose one that the page offers."
            )
        if self.difficulty not in {None, 1, 2, 3}:
            raise InputError(f"{self.difficulty} is no difficulty.", "Choose 1, 2 or 3.")
        for text in (self.reason, self.comment):
            refuse_long(text)


def refuse_long(text: str) -> None:
    """Let a text pass that fits.

    Raises:
        InputError: It has more than 2000 characters.
    """
    if len(text) > LONGEST_TEXT:
        raise InputError(
            f"The text has {len(text)} characters, more than {LONGEST_TEXT}.", "Shorten it."
        )


def refuse_finished(reading: ReadingRow) -> None:
    """Let a reading pass that can be changed.

    Raises:
        ReviewError: It is finished.
    """
    if reading.finished_at is not None:
        raise ReviewError(
            "This reading is finished, so nothing was changed.",
            "Reopen it to change it, as long as others have not finished too.",
        )


def add_edit(
    access: Access, reading_id: str, label_id: str, *, blob: str, sha256: str, base: int
) -> Edit:
    """Store a mask that was drawn on revision ``base``.

    Raises:
        AccessRefused: The reading is not the reader's, or has no such label.
        EditConflict: There is a newer mask.
        ReviewError: The reading is finished.
    """
    reading, item = access.own_reading(reading_id)
    label = access.label_to_read(item, reading, label_id)
    newest = newest_of(access.session, EditRow, reading, label)
    if newest is not None and newest.sha256 == sha256:
        return as_edit(newest)
    refuse_finished(reading)
    revision = newest.revision if newest else 0
    if base != revision:
        raise EditConflict(
            f"A newer mask of “{label.phrase}” is stored: number {revision}, and this one was "
            f"drawn on number {base}.",
            "Choose which of the two to keep.",
        )
    row = EditRow(
        id=new_id(),
        reading_id=reading.id,
        label_id=label.id,
        revision=revision + 1,
        mask=blob,
        sha256=sha256,
        at=access.now,
    )
    access.session.add(row)
    access.note("edit", f"label {label.id}", newest.sha256 if newest else "", sha256)
    keep(access, item, reading)
    return as_edit(row)


def add_decision(
    access: Access, reading_id: str, label_id: str, choice: Choice, *, cut: str | None, base: int
) -> Decision:
    """Store a decision on the mask that is the newest now.

    Args:
        access: A change.
        reading_id: Of the reader.
        label_id: Of a label of it.
        choice: What is decided.
        cut: Blob hash of the AI's own mask, for a label that has no edit.
        base: Revision of the decision that the reader saw, 0 for none.

    Raises:
        AccessRefused: The reading is not the reader's, or has no such label.
        EditConflict: There is a newer decision.
        ReviewError: The reading is finished.
    """
    reading, item = access.own_reading(reading_id)
    label = access.label_to_read(item, reading, label_id)
    newest = newest_of(access.session, DecisionRow, reading, label)
    row = _decision(access, reading, label, choice, cut)
    if newest is not None and (
        decision_digest(newest) == decision_digest(row)
        or (newest.revision == base + 1 and _says_the_same(newest, choice))
    ):
        return as_decision(newest)
    refuse_finished(reading)
    revision = newest.revision if newest else 0
    if base != revision:
        raise EditConflict(
            f"A newer decision on “{label.phrase}” is stored: number {revision}, and this one was "
            f"made on number {base}.",
            "Look at the stored one, then decide again.",
        )
    _store(access, row, newest)
    keep(access, item, reading)
    return as_decision(row)


def bring_up_to_date(
    access: Access, reading: ReadingRow, labels: Sequence[LabelRow]
) -> dict[str, DecisionRow]:
    """Make each decision hold for the newest mask, and give the decisions by label id.

    Whoever draws after deciding, and then finishes, stands by what is on the screen.
    """
    session, own = access.session, {reading.id}
    found = {row.label_id: row for row in newest_rows(session, DecisionRow, own)}
    edits = {row.label_id: row for row in newest_rows(session, EditRow, own)}
    for label in labels:
        decided, edit = found.get(label.id), edits.get(label.id)
        if not (decided and edit) or decided.mask in {None, edit.mask}:
            continue
        choice = _choice_of(decided)
        found[label.id] = _decision(access, reading, label, choice, None)
        _store(access, found[label.id], decided)
    return found


def newest_of(
    session: Session, table: type[Revision], reading: ReadingRow, label: LabelRow
) -> Revision | None:
    """The newest revision that a reading has for a label, or None."""
    query = (
        select(table)
        .where(table.reading_id == reading.id, table.label_id == label.id)
        .order_by(table.revision.desc())
        .limit(1)
    )
    return session.scalar(query)


def newest_rows(
    session: Session, table: type[Revision], readings: Select[str] | set[str]
) -> list[Revision]:
    """The newest revision of each reading and label, in one statement.

    Args:
        session: To ask.
        table: Edits or decisions.
        readings: Ids of the readings.
    """
    latest = (
        select(table.reading_id, table.label_id, func.max(table.revision).label("revision"))
        .where(table.reading_id.in_(readings))
        .group_by(table.reading_id, table.label_id)
        .subquery()
    )
    same = and_(
        table.reading_id == latest.c.reading_id,
        table.label_id == latest.c.label_id,
        table.revision == latest.c.revision,
    )
    return list(session.scalars(select(table).join(latest, same)))


def as_edit(row: EditRow) -> Edit:
    """An edit as a value."""
    return Edit(row.revision, row.mask, row.sha256, row.at)


def as_decision(row: DecisionRow) -> Decision:
    """A decision as a value."""
    return Decision(
        row.revision,
        cast("Verdict", row.verdict),
        row.difficulty,
        row.reason,
        row.comment,
        row.mask,
        row.at,
    )


def _decision(
    access: Access, reading: ReadingRow, label: LabelRow, choice: Choice, cut: str | None
) -> DecisionRow:
    """The row of a decision on the mask that is the newest now; it is in no session yet."""
    edit = newest_of(access.session, EditRow, reading, label)
    mask = edit.mask if edit else cut
    drawn = edit is not None and edit.sha256 != label.cut_sha256
    verdict = choice.verdict
    if verdict in {"accept", "change"}:
        verdict = "change" if drawn else "accept"
    return DecisionRow(
        reading_id=reading.id,
        label_id=label.id,
        verdict=verdict,
        difficulty=choice.difficulty,
        reason=choice.reason,
        comment=choice.comment,
        mask=None if verdict == "absent" else mask,
    )


def _store(access: Access, row: DecisionRow, newest: DecisionRow | None) -> None:
    row.id, row.at = new_id(), access.now
    row.revision = newest.revision + 1 if newest else 1
    access.session.add(row)
    before = decision_digest(newest) if newest else ""
    access.note("decide", f"label {row.label_id}", before, decision_digest(row))


def _choice_of(row: DecisionRow) -> Choice:
    return Choice(cast("Verdict", row.verdict), row.difficulty, row.reason, row.comment)


def _says_the_same(row: DecisionRow, choice: Choice) -> bool:
    """Whether a decision is this one, whatever mask it holds for."""
    kept = _choice_of(row)
    accepts = {"accept", "change"}
    same_verdict = kept.verdict == choice.verdict or {kept.verdict, choice.verdict} == accepts
    rest = (kept.difficulty, kept.reason, kept.comment)
    return same_verdict and rest == (choice.difficulty, choice.reason, choice.comment)
