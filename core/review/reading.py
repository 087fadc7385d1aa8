"""A reader's own work on an item as a whole: as it is shown, timed, finished and taken up again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

from core.errors import InputError, ReviewError
from core.review.access import is_complete
from core.review.claims import must_keep
from core.review.digests import reading_digest
from core.review.items import as_item
from core.review.marks import as_decision, as_edit, bring_up_to_date, newest_rows
from core.review.notes import pins_of
from core.review.outcomes import add_outcome
from core.review.tables import DecisionRow, EditRow
from core.review.values import Purpose, Reading, Verdict

if TYPE_CHECKING:
    from core.review.access import Access
    from core.review.tables import ItemRow, ReadingRow

_MOST_SECONDS = 3600.0


def shown(access: Access, reading: ReadingRow, item: ItemRow) -> Reading:
    """A reading with all that is in it, as a value."""
    session, own = access.session, {reading.id}
    return Reading(
        id=reading.id,
        item=as_item(item, access.labels_to_read(item, reading)),
        purpose=cast("Purpose", reading.purpose),
        done=reading.finished_at is not None,
        seconds=reading.seconds,
        edits={row.label_id: as_edit(row) for row in newest_rows(session, EditRow, own)},
        decisions={
            row.label_id: as_decision(row) for row in newest_rows(session, DecisionRow, own)
        },
        pins=pins_of(access, reading),
    )


def add_time(access: Access, reading_id: str, seconds: float) -> None:
    """Count time and keep the place; a finished reading stays as it is.

    Time is no change of anybody's work: the audit log notes the sum when the reading is finished.

    Raises:
        AccessRefused: The reading is not the reader's.
        InputError: It is no length of time.
        ItemTaken: The claim ran out, and others have taken all places.
    """
    if not (math.isfinite(seconds) and seconds >= 0):
        raise InputError(f"{seconds} seconds cannot be counted.", "Send 0 to 3600 seconds.")
    reading, item = access.own_reading(reading_id)
    if reading.finished_at is None:
        must_keep(access, item, reading)
        reading.seconds += min(seconds, _MOST_SECONDS)


def give_up(access: Access, reading_id: str) -> None:
    """Let others have the place; what was done stays stored.

    Raises:
        AccessRefused: The reading is not the reader's.
    """
    reading, _ = access.own_reading(reading_id)
    if reading.finished_at is None and reading.claimed_until is not None:
        reading.claimed_until = None
        access.note("release", f"reading {reading.id}")


def finish(access: Access, reading_id: str) -> None:
    """End a reading; again is acknowledged. An adjudication sets the outcome of its labels.

    A decision that was made before the last edit is brought up to date: it holds for the mask as
    it is now.

    Raises:
        AccessRefused: The reading is not the reader's.
        ItemTaken: The claim ran out, and others have taken all places.
        ReviewError: A label is undecided.
    """
    reading, item = access.own_reading(reading_id)
    if reading.finished_at is not None:
        return
    must_keep(access, item, reading)
    labels = access.labels_to_read(item, reading)
    decisions = bring_up_to_date(access, reading, labels)
    if undecided := [label.phrase for label in labels if label.id not in decisions]:
        raise ReviewError(
            f"Nothing is decided yet on: {', '.join(undecided)}.",
            "Decide on every label, then finish.",
        )
    reading.finished_at, reading.claimed_until = access.now, None
    access.note("finish", f"reading {reading.id}", after=reading_digest(reading))
    if reading.purpose == "adjudicate":
        for label in labels:
            found = decisions[label.id]
            verdict = cast("Verdict", found.verdict)
            add_outcome(access, label, method="adjudicated", verdict=verdict, mask=found.mask)


def take_up_again(access: Access, reading_id: str) -> None:
    """Reopen a finished reading; one that is open is taken up again if there is a place.

    Raises:
        AccessRefused: The reading is not the reader's.
        ItemTaken: It was not finished, its claim ran out, and others have taken all places.
        ReviewError: The item is complete, so that others may have seen the reading.
    """
    reading, item = access.own_reading(reading_id)
    if reading.finished_at is not None:
        if reading.purpose == "read" and is_complete(item, access.readings(item)):
            raise ReviewError(
                "All readers have finished with this item, so its readings stay as they are.",
                "Ask an adjudicator or an owner to set the outcome.",
            )
        reading.finished_at = None
        access.note("reopen", f"reading {reading.id}")
    must_keep(access, item, reading)
