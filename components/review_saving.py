"""Stores what a browser has sent about a reading, piece by piece, and tells what was refused."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from core.errors import StoreUnreachable, WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from components.viewer.editing import EditorEvents
    from core.review.desk import Desk
    from core.review.values import Reading


_WHOLE, _NONE = "*", ""  # in place of the id of a label: all of them, none of them


def store_events(desk: Desk, reading: Reading, events: EditorEvents) -> list[WorkbenchError]:
    """Store everything in a message that can be stored.

    Args:
        desk: Of the reader.
        reading: That the message is about.
        events: What has come.

    Returns:
        What was refused, and why; the rest is stored.

    Raises:
        StoreUnreachable: The store does not answer. What has come must not be acknowledged: the
            browser sends it again, and what is stored already is stored once.
    """
    refused: list[WorkbenchError] = []
    lost: set[str] = set()
    for label, store in _steps(desk, reading.id, events):
        # What follows a mask that was refused was meant for that mask.
        if label in lost or (label == _WHOLE and lost):
            continue
        try:
            store()
        except StoreUnreachable:
            raise
        except WorkbenchError as error:
            refused.append(error)
            lost.update({label} - {_NONE})
    return refused


def _steps(
    desk: Desk, reading: str, events: EditorEvents
) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is to be done, in order, and on which label: a decision is on the mask it came with."""
    if events.action == "reopen":
        yield _NONE, partial(desk.reopen, reading)
    for phrase in events.labels:
        yield _NONE, partial(desk.add_label, reading, phrase)
    for edit in events.edits:
        save = partial(desk.save_edit, reading, edit.label, edit.mask, sha256=edit.sha256)
        yield edit.label, partial(save, base=edit.base)
    for made in events.decisions:
        decide = partial(desk.decide, reading, made.label, made.verdict, base=made.base)
        words = partial(
            decide, difficulty=made.difficulty, reason=made.reason, comment=made.comment
        )
        yield made.label, words
    for row, column, text in events.pins:
        yield _NONE, partial(desk.pin, reading, row, column, text)
    for pin in events.unpins:
        yield _NONE, partial(desk.unpin, reading, pin)
    if events.seconds:
        yield _NONE, partial(desk.touch, reading, events.seconds)
    if events.action == "finish":
        yield _WHOLE, partial(desk.finish, reading)
