"""Who may read an item now: as many people as it wants, each for a while after they last did.

A place of an item is taken by a reading that is finished, or whose claim has not run out. All of
this is decided in the transaction that has locked the project, so that two readers never both
take the last place.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.errors import AccessRefused, ItemTaken, ReviewError
from core.review.access import is_complete, too_little
from core.review.people import new_id
from core.review.tables import ReadingRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from core.review.access import Access
    from core.review.tables import ItemRow
    from core.review.values import Purpose


def holds_place(
    finished_at: datetime | None, claimed_until: datetime | None, now: datetime
) -> bool:
    """Whether a reading takes a place of its item."""
    return finished_at is not None or (claimed_until is not None and claimed_until > now)


def claim(access: Access, item: ItemRow, purpose: Purpose) -> ReadingRow:
    """Begin a reading, or take it up again, and keep a place for it.

    A reading that this reader has finished is given as it is.

    Raises:
        AccessRefused: The role does not allow it, the item is meant for others, or the reader has
            read the item that they want to adjudicate.
        ItemTaken: Others have all its places.
        ReviewError: The item is not complete, so there is nothing to adjudicate.
    """
    if purpose == "adjudicate" and not access.oversees:
        raise too_little("adjudicator")
    readings = access.readings(item)
    own = next((r for r in readings if r.reader_id == access.reader.id), None)
    if own is not None and own.finished_at is not None:
        return _finished(own, purpose)
    if purpose == "adjudicate" and not is_complete(item, readings):
        raise ReviewError(
            "This item is not complete: others are still to read it.",
            "Adjudicate it when all of them have finished.",
        )
    if _others_on(readings, access, purpose) >= _places(item, purpose) or (
        purpose == "read" and not access.is_meant(item.id)
    ):
        raise _taken()
    if own is None:
        own = ReadingRow(
            id=new_id(),
            item_id=item.id,
            reader_id=access.reader.id,
            purpose=purpose,
            claimed_until=None,
            seconds=0.0,
            created_at=access.now,
            finished_at=None,
        )
        access.session.add(own)
        # The reading's own row goes first: edits and labels refer to it.
        access.session.flush()
    if not holds_place(None, own.claimed_until, access.now):
        access.note("open", f"reading {own.id}")
    # A reading that lost its place before the item was complete can become an adjudication.
    own.purpose = purpose
    own.claimed_until = _until(access)
    return own


def keep(access: Access, item: ItemRow, reading: ReadingRow) -> bool:
    """Keep the place of an unfinished reading from now on, and say whether there is one.

    A claim that has run out is taken up again as long as others have left a place.
    """
    if not holds_place(None, reading.claimed_until, access.now):
        others = _others_on(access.readings(item), access, reading.purpose)
        meant = reading.purpose == "adjudicate" or access.is_meant(item.id)
        if others >= _places(item, reading.purpose) or not meant:
            return False
        access.note("open", f"reading {reading.id}")
    reading.claimed_until = _until(access)
    return True


def must_keep(access: Access, item: ItemRow, reading: ReadingRow) -> None:
    """Keep the place of an unfinished reading.

    Raises:
        ItemTaken: Its claim ran out, and others have taken all places.
    """
    if not keep(access, item, reading):
        raise _taken()


def _finished(own: ReadingRow, purpose: Purpose) -> ReadingRow:
    if purpose == "adjudicate" and own.purpose == "read":
        raise AccessRefused(
            "You have read this item yourself, so you cannot adjudicate it.",
            "Leave it to an adjudicator who has not read it.",
        )
    return own


def _others_on(readings: Iterable[ReadingRow], access: Access, purpose: str) -> int:
    return sum(
        r.reader_id != access.reader.id
        and r.purpose == purpose
        and holds_place(r.finished_at, r.claimed_until, access.now)
        for r in readings
    )


def _places(item: ItemRow, purpose: str) -> int:
    """One person adjudicates."""
    return item.wanted if purpose == "read" else 1


def _until(access: Access) -> datetime:
    return access.now + timedelta(minutes=access.rules.claim_minutes)


def _taken() -> ItemTaken:
    return ItemTaken(
        "This item is with as many others as it needs, or is meant for others.",
        "Go on with the next one; what you have done with it stays stored.",
    )
