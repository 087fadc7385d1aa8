"""What a reader adds to an item: comments at points, and labels that were missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from core.errors import AccessRefused, InputError, PhraseError
from core.review.claims import keep
from core.review.digests import label_digest, pin_digest
from core.review.items import as_label, empty_label, tidy_phrase
from core.review.marks import refuse_finished, refuse_long
from core.review.people import new_id
from core.review.tables import LabelRow, PinRow
from core.review.values import Pin

if TYPE_CHECKING:
    from core.review.access import Access
    from core.review.tables import ReadingRow
    from core.review.values import Label


def add_label(access: Access, reading_id: str, phrase: str) -> Label:
    """Add a label that starts empty; the same one again is acknowledged.

    Raises:
        AccessRefused: The reading is not the reader's.
        PhraseError: The phrase is empty or too long, or the item has a label of it.
        ReviewError: The reading is finished.
    """
    reading, item = access.own_reading(reading_id)
    tidy = tidy_phrase(phrase)
    for label in access.labels_to_read(item, reading):
        if label.phrase.casefold() != tidy.casefold():
            continue
        if label.reading_id == reading.id:
            return as_label(label)
        raise PhraseError(
            f"There is a label “{label.phrase}” already.", "Draw in it, or choose another name."
        )
    refuse_finished(reading)
    highest = select(func.max(LabelRow.position)).where(LabelRow.item_id == item.id)
    last = access.session.scalar(highest)
    row = empty_label(item, tidy, 0 if last is None else last + 1)
    row.reading_id = reading.id
    access.session.add(row)
    access.note("add label", f"label {row.id}", after=label_digest(row))
    keep(access, item, reading)
    return as_label(row)


def add_pin(access: Access, reading_id: str, row: int, column: int, text: str) -> Pin:
    """Pin a comment to a point; the same one again is acknowledged.

    Raises:
        AccessRefused: The reading is not the reader's.
        InputError: The point is beside the image, or the text is empty or too long.
        ReviewError: The reading is finished.
    """
    reading, item = access.own_reading(reading_id)
    if not (0 <= row < item.height and 0 <= column < item.width):
        raise InputError(
            f"The point at row {row} and column {column} is not in the image, which has "
            f"{item.height} rows and {item.width} columns.",
            "Choose a point in the image.",
        )
    if not text.strip():
        raise InputError("The comment has no text.", "Type what is to be seen at this point.")
    refuse_long(text)
    for pin in pins_of(access, reading):
        if (pin.row, pin.column, pin.text) == (row, column, text):
            return pin
    refuse_finished(reading)
    kept = PinRow(
        id=new_id(), reading_id=reading.id, row=row, column=column, text=text, at=access.now
    )
    access.session.add(kept)
    access.note("pin", f"pin {kept.id}", after=pin_digest(kept))
    keep(access, item, reading)
    return _as_pin(kept)


def remove_pin(access: Access, reading_id: str, pin_id: str) -> None:
    """Take a comment back; one that was taken back already stays so.

    Raises:
        AccessRefused: The reading is not the reader's, or has no such comment.
        ReviewError: The reading is finished.
    """
    reading, item = access.own_reading(reading_id)
    pin = access.session.get(PinRow, pin_id)
    if pin is None or pin.reading_id != reading.id:
        raise AccessRefused("The reading has no such comment.", "Open the item from your queue.")
    if pin.removed_at is not None:
        return
    refuse_finished(reading)
    pin.removed_at = access.now
    access.note("unpin", f"pin {pin.id}", before=pin_digest(pin))
    keep(access, item, reading)


def pins_of(access: Access, reading: ReadingRow) -> tuple[Pin, ...]:
    """The comments of a reading that were not taken back, in the order they were made."""
    query = (
        select(PinRow)
        .where(PinRow.reading_id == reading.id, PinRow.removed_at.is_(None))
        .order_by(PinRow.at, PinRow.id)
    )
    return tuple(_as_pin(row) for row in access.session.scalars(query))


def _as_pin(row: PinRow) -> Pin:
    return Pin(row.id, row.row, row.column, row.text)
