"""Before the first picture leaves this computer: what is sent, where, and what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.notices import plain
from core.png import encode_png
from core.prompts import join_phrases
from core.segmentation import prepare
from core.wire import encode_request

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from components.state import Session
    from core.imaging import Frame


def needs_consent(state: Session, host: str, frames: Sequence[Frame]) -> bool:
    """Whether the user must look at what is sent before this run.

    Args:
        state: Of this session.
        host: Where the pictures go, or empty when they stay.
        frames: What is to be sent.
    """
    return bool(host) and (host not in state.confirmed_hosts or any(map(_burned_in, frames)))


@st.dialog("This picture will be sent", width="medium")
def ask_consent(
    state: Session,
    host: str,
    frames: Sequence[Frame],
    phrases: Sequence[str],
    start: Callable[[], None],
) -> None:
    """Show exactly what is sent; ``start`` is called when the user agrees."""
    item = prepare(frames[0], phrases)
    size = len(encode_request([item.picture], [item.phrases]))
    left, right = st.columns([1, 1], gap="medium")
    left.image(encode_png(item.picture), width="stretch", alt="The picture that is sent")
    with right:
        st.markdown(f"**To** {plain(host)}")
        st.markdown(f"**Phrases** {plain(join_phrases(item.phrases))}")
        st.markdown(f"**Size** {size / 1024:.0f} KB: this picture, 1024 × 1024 pixels")
        if len(frames) > 1:
            st.markdown(f"**And** {len(frames) - 1} more made the same way")
        st.markdown("**Not sent** the file and its name, names, dates, any header")
    agreed = True
    if any(map(_burned_in, frames)):
        agreed = st.checkbox("I have looked: no name or number is written in the pictures")
    remember = st.checkbox("Do not ask again for this host in this session")
    if st.button("Send", type="primary", disabled=not agreed):
        if remember:
            state.confirmed_hosts |= {host}
        start()
        st.rerun()


def _burned_in(frame: Frame) -> bool:
    """Whether text with a name may be part of the pixels."""
    return any(notice.code == "burned_in" for notice in frame.notices)
