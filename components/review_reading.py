"""One item before a reader: masks to edit and decide on, stored as they come from the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.language import t, told
from components.review_address import go_to, leave_item
from components.review_frame import frame_of
from components.review_layers import layers_of
from components.review_queue import forget_queue
from components.review_saving import store_events
from components.viewer.editing import EditorSetup, acknowledge, arrived, editor
from core.errors import EditDamaged, WorkbenchError
from core.export.names import neutral_stem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.viewer.editing import EditorEvents
    from core.review.desk import Desk
    from core.review.queue import Filter, QueueEntry
    from core.review.values import Project, Purpose, Reading

EDITOR_KEY = "review_editor"


# No fragment: a server that was started again does not know the fragments of the one before, and
# what a browser sends for one of them would be lost.
def show_reading(
    desk: Desk,
    project: Project,
    item_id: str,
    purpose: Purpose,
    *,
    queue: Sequence[QueueEntry],
    wanted: Filter,
) -> None:
    """Show an item and store what the reader does.

    Args:
        desk: Of the reader.
        project: Of the desk.
        item_id: What to read.
        purpose: What for.
        queue: The queue as it is filtered, for the place of the item in it.
        wanted: The filter, for the way on.

    Raises:
        ItemTaken: Others read it already.
        ReviewError: It cannot be opened.
        StoreUnreachable: The store does not answer; nothing was acknowledged to the browser.
    """
    reading = desk.open(item_id, purpose)
    if any(entry.item_id == item_id and entry.state == "open" for entry in queue):
        forget_queue()  # it is begun now
    frame = frame_of(desk, reading.item)
    message = ""
    try:
        events = arrived(EDITOR_KEY, frame, reading.id)
    except EditDamaged as error:
        message = _sentences(error)
    else:
        if events.number:
            refused = store_events(desk, reading, events)
            acknowledge(events)
            message = " ".join(_sentences(error) for error in refused)
            if events.action or events.decisions:
                forget_queue()
            if not refused:
                _move_on(desk, reading, events, wanted)
            reading = desk.open(item_id, purpose)
    editor(
        frame,
        layers_of(desk, reading),
        _setup(desk, project, reading, queue=queue, message=message),
        key=EDITOR_KEY,
        engine=reading.item.engine,
        file_stem=neutral_stem(frame),
    )


def _move_on(desk: Desk, reading: Reading, events: EditorEvents, wanted: Filter) -> None:
    """Go where the reader wants to; the whole page is drawn anew where the queue has changed."""
    if reading.purpose == "adjudicate" and events.action == "finish":
        leave_item()
        st.switch_page("pages/agreement.py", query_params=dict(st.query_params))
    if events.action in {"next", "back", "finish"}:
        step = -1 if events.action == "back" else 1
        item = desk.neighbour(reading.item.id, step, wanted)
        if item is not None:
            go_to(item)
        elif events.action == "finish":
            leave_item()
    if events.action or events.decisions:
        st.rerun()


def _setup(
    desk: Desk, project: Project, reading: Reading, *, queue: Sequence[QueueEntry], message: str
) -> EditorSetup:
    ids = [entry.item_id for entry in queue]
    here = ids.index(reading.item.id) + 1 if reading.item.id in ids else 0
    return EditorSetup(
        reading=reading.id,
        owner=desk.reader.id,
        reasons=project.rules.reasons,
        pins=reading.pins,
        position=t("{here} of {total}", here=here, total=len(ids)) if here else "",
        can_go_back=here > 1,
        can_go_on=0 < here < len(ids),
        can_reopen=reading.done,
        read_only=reading.done,
        message=message,
    )


def _sentences(error: WorkbenchError) -> str:
    return f"{told(error.what)} {told(error.next_step)}"
