"""Items: put into a project by its owner, and as a reader sees them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from sqlalchemy import func, select

from core.errors import InputError, PhraseError
from core.one_line import one_line
from core.png import encode_png
from core.prompts.parse import MAX_LENGTH
from core.review.digests import item_digest
from core.review.masks import mask_sha256
from core.review.people import new_id
from core.review.rules import wanted_reads
from core.review.tables import ItemRow, LabelRow
from core.review.values import FrameChoice, Item, Label, Presence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.review.access import Access
    from core.review.blobs import Blobs
    from core.review.values import NewItem, NewLabel

    Rows = tuple[ItemRow, list[LabelRow]]


def rows_of(blobs: Blobs, new: NewItem) -> Rows:
    """Keep the files of an item and give the rows that name them, not yet in any project.

    Raises:
        InputError: A mask is not of the size of the picture, two labels have the same phrase, or
            a number is out of its range.
        StoreUnreachable: The files cannot be written.
    """
    _refuse_unusable(new)
    item = ItemRow(
        id=new_id(),
        name=new.name,
        image=blobs.put(new.data),
        frame=asdict(new.frame),
        frame_sha256=new.frame_sha256,
        height=new.height,
        width=new.width,
        modality=new.modality,
        spacing_row=new.spacing_mm[0] if new.spacing_mm else None,
        spacing_column=new.spacing_mm[1] if new.spacing_mm else None,
        source=new.source,
        engine=new.engine,
    )
    labels = [_label_row(blobs, item, label, n) for n, label in enumerate(new.labels)]
    return item, labels


def empty_label(item: ItemRow, phrase: str, position: int) -> LabelRow:
    """The row of a label that starts empty."""
    return LabelRow(
        id=new_id(),
        item_id=item.id,
        position=position,
        phrase=phrase,
        category=None,
        threshold=128,
        ai=None,
        cut_sha256=mask_sha256(np.zeros((item.height, item.width), bool)),
        presence=None,
        score=None,
        reading_id=None,
    )


def add_rows(access: Access, added: Iterable[Rows]) -> tuple[str, ...]:
    """Put items behind those that a project has, and give their ids."""
    session, project = access.session, access.project
    highest = select(func.max(ItemRow.position)).where(ItemRow.project_id == project.id)
    last = session.scalar(highest)
    start = 0 if last is None else last + 1
    rows = list(added)
    for position, (item, _) in enumerate(rows, start):
        item.project_id = project.id
        item.position = position
        item.wanted = wanted_reads(access.rules, item.frame_sha256, position)
    session.add_all(item for item, _ in rows)
    session.flush()
    session.add_all(label for _, labels in rows for label in labels)
    for item, labels in rows:
        access.note("add", f"item {item.id}", after=item_digest(item, labels))
    return tuple(item.id for item, _ in rows)


def tidy_phrase(phrase: str) -> str:
    """What a label is called, with its spaces tidied.

    Raises:
        PhraseError: It is empty or has more than 300 characters.
    """
    tidy = one_line(phrase)
    if not tidy:
        raise PhraseError("The label has no phrase.", "Type what it is a mask of.")
    if len(tidy) > MAX_LENGTH:
        raise PhraseError(
            f"The phrase has {len(tidy)} characters, more than {MAX_LENGTH}.", "Shorten it."
        )
    return tidy


def as_item(row: ItemRow, labels: Iterable[LabelRow]) -> Item:
    """An item with these labels, those that the reader may see, as a value."""
    spacing = None
    if row.spacing_row is not None and row.spacing_column is not None:
        spacing = (row.spacing_row, row.spacing_column)
    return Item(
        id=row.id,
        position=row.position,
        name=row.name,
        image=row.image,
        frame=_frame(row.frame),
        frame_sha256=row.frame_sha256,
        height=row.height,
        width=row.width,
        modality=row.modality,
        spacing_mm=spacing,
        source=row.source,
        engine=row.engine,
        wanted=row.wanted,
        labels=tuple(as_label(label) for label in labels),
    )


def as_label(row: LabelRow) -> Label:
    """A label as a value."""
    return Label(
        id=row.id,
        phrase=row.phrase,
        category=row.category,
        threshold=row.threshold,
        ai=row.ai,
        presence=cast("Presence | None", row.presence),
        score=row.score,
        added=row.reading_id is not None,
    )


def _label_row(blobs: Blobs, item: ItemRow, new: NewLabel, position: int) -> LabelRow:
    row = empty_label(item, tidy_phrase(new.phrase), position)
    row.category, row.threshold = new.category, new.threshold
    row.presence, row.score = new.presence, new.score
    if new.probability is not None:
        row.ai = blobs.put(encode_png(new.probability))
        row.cut_sha256 = mask_sha256(new.probability >= new.threshold)
    return row


def _frame(kept: Mapping[str, Any]) -> FrameChoice:
    window = kept["window"]
    return FrameChoice(**{**kept, "window": tuple(window) if window else None})


def _refuse_unusable(new: NewItem) -> None:
    phrases = [tidy_phrase(label.phrase).casefold() for label in new.labels]
    if len(set(phrases)) < len(phrases):
        raise InputError(
            f"{new.name} has two labels of the same phrase.",
            "Leave one of them out, or give it another phrase.",
        )
    for label in new.labels:
        if not 1 <= label.threshold <= 255:
            raise InputError(
                f"The threshold {label.threshold} is out of range.", "Choose 1 to 255."
            )
        shape = None if label.probability is None else label.probability.shape
        if shape not in {None, (new.height, new.width)}:
            raise InputError(
                f"The mask of “{label.phrase}” is not of the size of {new.name}, which has "
                f"{new.width} x {new.height} pixels.",
                "Bring the mask onto the grid of its picture first.",
            )
