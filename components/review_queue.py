"""The queue of a reader at the side of the page: progress, filters, and a line for each item."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.kept import forget, kept, lately
from components.language import t
from components.review_address import go_to
from core.review.queue import Filter

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from core.review.desk import Desk
    from core.review.queue import QueueEntry
    from core.review.values import Project

_QUEUE, _PROGRESS, _MEMBERS = "review queue", "review progress", "review members"
_CONDITIONS = {"undecided": "To decide", "flagged": "Flagged", "doubtful": "Doubtful"}
_STATES = {"open": "to read", "mine": "begun", "taken": "with others", "done": "read"}
_FILTER_HELP = (
    "To decide: you have not decided on all its masks. Flagged: you have flagged one. Doubtful: "
    "one is not plausible."
)


def choose_filter(desk: Desk, project: Project) -> Filter:
    """Show how far the reader is, and what of the queue to show.

    Args:
        desk: Of the reader.
        project: Of the desk.

    Raises:
        AccessRefused: The reader has no role any more.
        StoreUnreachable: The database does not answer.
    """
    done = kept(_PROGRESS, _lately(desk, project), desk.progress)
    total = done.mine_done + done.mine_left
    st.progress(
        done.mine_done / max(total, 1),
        text=t("{done} of {total} read by you", done=done.mine_done, total=total),
    )
    names = {condition: t(_CONDITIONS[condition]) for condition in _CONDITIONS}
    chosen = st.pills(
        t("Show only"),
        list(_CONDITIONS),
        selection_mode="multi",
        format_func=names.__getitem__,
        key="review_conditions",
        persist_state="session",
        help=t(_FILTER_HELP),
    )
    with st.expander(t("More filters"), key="review_more"):
        phrase = st.text_input(t("Phrase"), key="review_phrase", persist_state="session")
        reader = _choose_reader(desk, project) if project.role != "reader" else ""
    return Filter(
        undecided="undecided" in chosen,
        flagged="flagged" in chosen,
        doubtful="doubtful" in chosen,
        phrase=" ".join(phrase.split()),
        reader=reader,
    )


def kept_queue(desk: Desk, project: Project, wanted: Filter) -> tuple[QueueEntry, ...]:
    """The queue, asked of the database at most once in a while: every stroke reruns the page.

    Raises:
        AccessRefused: The reader has no role any more.
        StoreUnreachable: The database does not answer.
    """
    return kept(_QUEUE, (wanted, _lately(desk, project)), lambda: desk.queue(wanted))


def forget_queue() -> None:
    """Have all that is kept of it asked for anew, because the reader has changed something."""
    forget(_QUEUE, _PROGRESS, _MEMBERS)


def show_queue(queue: Sequence[QueueEntry], current: str) -> None:
    """Show a line for each item; one that is clicked is opened.

    Args:
        queue: What the filter leaves, in order.
        current: Id of the item on show, or "".
    """
    if not queue:
        st.caption(t("Nothing in the queue passes these filters."))
        return
    states = {state: t(_STATES[state]) for state in _STATES}
    rows = [
        {
            "": "▸" if entry.item_id == current else "",
            t("Image"): entry.name,
            t("State"): "⚑" if "flag" in entry.verdicts.values() else states[entry.state],
        }
        for entry in queue
    ]
    event = st.dataframe(
        rows,
        hide_index=True,
        width="stretch",
        height=min(420, 38 + 35 * len(rows)),
        on_select="rerun",
        selection_mode="single-row",
        column_config={"": st.column_config.TextColumn(width=24)},
        # A new key for each item, so that the line clicked last is not clicked again.
        key=f"review_queue_{current}",
    )
    picked = event.selection.rows
    if picked and (item := queue[picked[0]].item_id) != current:
        go_to(item)
        st.rerun()


def _lately(desk: Desk, project: Project) -> Hashable:
    """Whose view of what, for a while."""
    return project.id, desk.reader.id, lately()


def _choose_reader(desk: Desk, project: Project) -> str:
    members = kept(_MEMBERS, _lately(desk, project), desk.members)
    names = {"": t("Everybody")} | {member.reader.id: member.reader.name for member in members}
    return st.selectbox(
        t("Meant for or read by"), list(names), format_func=names.__getitem__, key="review_reader"
    )
