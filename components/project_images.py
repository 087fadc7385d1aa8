"""What is in a project, and ways to put more in: from this session, and from files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.language import t
from components.project_intake import show_session_intake
from components.project_upload import show_mask_upload
from components.state import session

if TYPE_CHECKING:
    from core.review.desk import Desk


def show_images(desk: Desk) -> None:
    """Offer to add images, and list those that are there.

    Args:
        desk: Of an owner.

    Raises:
        ReviewError: The items cannot be added.
        InputError: A file cannot be used.
        StoreUnreachable: The store does not answer.
    """
    state = session()
    show_session_intake(state, desk)
    if state.images:
        show_mask_upload(state, desk)
    _show_items(desk)


def _show_items(desk: Desk) -> None:
    queue = desk.queue()
    if not queue:
        return
    rows = [
        {
            t("No."): entry.position + 1,
            t("Image"): entry.name,
            t("Labels"): ", ".join(entry.phrases),
        }
        for entry in queue
    ]
    st.dataframe(
        rows,
        hide_index=True,
        width="stretch",
        height=min(420, 38 + 35 * len(rows)),
        column_config={t("No."): st.column_config.NumberColumn(width=60)},
    )
