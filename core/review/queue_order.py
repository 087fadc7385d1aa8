"""How a reader's queue is put together: a few statements, whatever its length."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from sqlalchemy import select

from core.errors import AccessRefused
from core.review.claims import holds_place
from core.review.marks import newest_rows
from core.review.queue import Filter, Progress, QueueEntry, State
from core.review.tables import AssignmentRow, DecisionRow, ItemRow, LabelRow, ReadingRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from core.review.access import Access
    from core.review.values import Presence, Verdict

    _Label = Row[str, str, str, str | None, float | None, str | None]
    _Item = Row[str, int, str, int]

_WORST_FIRST = ("none", "doubtful", "plausible")


@dataclass(frozen=True)
class _Place:
    """An item, and how this reader stands to it.

    Attributes:
        id: Of the item.
        position: In the project.
        name: Of the file.
        state: As in :class:`~core.review.queue.QueueEntry`.
        seen: Whether it is in this reader's queue.
        complete: Whether enough people have finished.
        own: Id of this reader's reading, or None.
        people: Ids of those who read it or are meant to.
    """

    id: str
    position: int
    name: str
    state: State
    seen: bool
    complete: bool
    own: str | None
    people: frozenset[str]


def queue_of(access: Access, wanted: Filter) -> tuple[QueueEntry, ...]:
    """The queue of a reader.

    Raises:
        AccessRefused: A reader asks for what is meant for another one.
    """
    return tuple(entry for entry, passes in _judged(access, wanted) if passes)


def neighbour_of(access: Access, item_id: str, step: int, wanted: Filter) -> str | None:
    """The item so many steps on that this reader can open, or None.

    The item itself need not pass the filter: a decision may just have taken it out.

    Raises:
        AccessRefused: A reader asks for what is meant for another one.
    """
    judged = _judged(access, wanted)
    here = next((n for n, (entry, _) in enumerate(judged) if entry.item_id == item_id), None)
    if here is None or step == 0:
        return None
    ahead = judged[here + 1 :] if step > 0 else judged[:here][::-1]
    free = [entry.item_id for entry, passes in ahead if passes and entry.state != "taken"]
    return free[abs(step) - 1] if len(free) >= abs(step) else None


def progress_of(access: Access) -> Progress:
    """How far the project is."""
    places = _places(access)
    states = [place.state for place in places]
    return Progress(
        items=len(places),
        complete=sum(place.complete for place in places),
        mine_done=states.count("done"),
        mine_left=states.count("open") + states.count("mine"),
    )


def _judged(access: Access, wanted: Filter) -> list[tuple[QueueEntry, bool]]:
    """What this reader may see, in order, and whether each entry passes the filter."""
    if wanted.reader not in {"", access.reader.id} and not access.oversees:
        raise AccessRefused(
            "Only adjudicators and owners see what is meant for another reader.",
            "Choose your own items.",
        )
    labels, verdicts = _labels(access), _own_verdicts(access)
    seen = [place for place in _places(access) if place.seen]
    judged = []
    for place in seen:
        entry = _entry(place, labels[place.id], verdicts)
        passes = not wanted.reader or wanted.reader in place.people
        judged.append((entry, passes and _passes(entry, wanted)))
    if access.rules.order == "worst":
        judged.sort(key=lambda pair: _badness(pair[0]))
    return judged


def _badness(entry: QueueEntry) -> tuple[bool, float, int]:
    """The lowest score first; what nobody has looked at comes last."""
    return (entry.score is None, entry.score or 0.0, entry.position)


def _entry(place: _Place, labels: Sequence[_Label], verdicts: dict[str, Verdict]) -> QueueEntry:
    own = [label for label in labels if label.reading_id in {None, place.own}]
    levels = {label.presence for label in own}
    scores = [label.score for label in own if label.score is not None]
    decided = {label.id: verdicts[label.id] for label in own if label.id in verdicts}
    worst = next((level for level in _WORST_FIRST if level in levels), None)
    return QueueEntry(
        item_id=place.id,
        position=place.position,
        name=place.name,
        phrases=tuple(label.phrase for label in own),
        state=place.state,
        verdicts=decided,
        undecided=len(own) - len(decided),
        presence=cast("Presence | None", worst),
        score=min(scores, default=None),
    )


def _passes(entry: QueueEntry, wanted: Filter) -> bool:
    phrase = wanted.phrase.casefold()
    return (
        (not wanted.undecided or entry.undecided > 0)
        and (not wanted.flagged or "flag" in entry.verdicts.values())
        and (not wanted.doubtful or entry.presence in {"none", "doubtful"})
        and (not phrase or phrase in (shown.casefold() for shown in entry.phrases))
    )


def _places(access: Access) -> list[_Place]:
    """Every item of the project, in three statements."""
    session, project = access.session, access.project.id
    of_project = ItemRow.project_id == project
    meant: dict[str, set[str]] = defaultdict(set)
    assigned = select(AssignmentRow.item_id, AssignmentRow.reader_id).join(
        ItemRow, ItemRow.id == AssignmentRow.item_id
    )
    for item_id, reader_id in session.execute(assigned.where(of_project)):
        meant[item_id].add(reader_id)
    readings: dict[str, list[ReadingRow]] = defaultdict(list)
    begun = select(ReadingRow).join(ItemRow, ItemRow.id == ReadingRow.item_id)
    for reading in session.scalars(begun.where(of_project, ReadingRow.purpose == "read")):
        readings[reading.item_id].append(reading)
    items = select(ItemRow.id, ItemRow.position, ItemRow.name, ItemRow.wanted)
    rows = session.execute(items.where(of_project).order_by(ItemRow.position))
    return [_place(access, row, readings[row.id], meant[row.id]) for row in rows]


def _place(access: Access, item: _Item, readings: list[ReadingRow], meant: set[str]) -> _Place:
    own = next((r for r in readings if r.reader_id == access.reader.id), None)
    others = sum(
        holds_place(r.finished_at, r.claimed_until, access.now) for r in readings if r is not own
    )
    for_me = not meant or access.reader.id in meant
    state: State = "open" if own is None else "mine"
    if own is not None and own.finished_at is not None:
        state = "done"
    elif others >= item.wanted or not for_me:
        state = "taken"
    return _Place(
        id=item.id,
        position=item.position,
        name=item.name,
        state=state,
        seen=for_me or own is not None or access.oversees,
        complete=sum(r.finished_at is not None for r in readings) >= item.wanted,
        own=own.id if own else None,
        people=frozenset(meant | {r.reader_id for r in readings}),
    )


def _labels(access: Access) -> dict[str, list[_Label]]:
    query = (
        select(
            LabelRow.id,
            LabelRow.item_id,
            LabelRow.phrase,
            LabelRow.presence,
            LabelRow.score,
            LabelRow.reading_id,
        )
        .join(ItemRow, ItemRow.id == LabelRow.item_id)
        .where(ItemRow.project_id == access.project.id)
        .order_by(LabelRow.position, LabelRow.id)
    )
    found: dict[str, list[_Label]] = defaultdict(list)
    for row in access.session.execute(query):
        found[row.item_id].append(row)
    return found


def _own_verdicts(access: Access) -> dict[str, Verdict]:
    """This reader's newest verdicts, by label id."""
    own = (
        select(ReadingRow.id)
        .join(ItemRow, ItemRow.id == ReadingRow.item_id)
        .where(
            ItemRow.project_id == access.project.id,
            ReadingRow.reader_id == access.reader.id,
            ReadingRow.purpose == "read",
        )
    )
    rows = newest_rows(access.session, DecisionRow, own)
    return {row.label_id: cast("Verdict", row.verdict) for row in rows}
