"""Before the first picture leaves this computer: what is sent, where, and what is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from components.notices import plain
from core.png import encode_png
from core.prompts import join_phrases
from core.segmentation import prepare
from core.wire import encode_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.state import Session
    from core.imaging import Frame


@dataclass(frozen=True, eq=False)
class Sent:
    """What a run would send.

    Attributes:
        host: Where the pictures go, or empty when they stay on this computer.
        frames: The pictures, or the first of them.
        phrases: What to look for.
        count: Number of pictures in all.
    """

    host: str
    frames: tuple[Frame, ...]
    phrases: tuple[str, ...]
    count: int

    @property
    def may_hold_names(self) -> bool:
        """Whether text with a name may be part of the pixels."""
        return any(n.code == "burned_in" for frame in self.frames for n in frame.notices)


def needs_consent(state: Session, sent: Sent) -> bool:
    """Whether the user must look at what is sent before this run."""
    known = sent.host in state.confirmed_hosts
    return bool(sent.host) and (not known or sent.may_hold_names)


@st.dialog("This picture will be sent", width="medium")
def ask_consent(state: Session, sent: Sent, start: Callable[[], None]) -> None:
    """Show exactly what is sent; ``start`` is called when the user agrees."""
    item = prepare(sent.frames[0], sent.phrases)
    size = len(encode_request([item.picture], [item.phrases]))
    left, right = st.columns([1, 1], gap="medium")
    left.image(encode_png(item.picture), width="stretch", alt="The picture that is sent")
    with right:
        st.markdown(f"**To** {plain(sent.host)}")
        st.markdown(f"**Phrases** {plain(join_phrases(item.phrases))}")
        st.markdown(f"**Size** {size / 1024:.0f} KB: this picture, 1024 × 1024 pixels")
        if sent.count > 1:
            st.markdown(f"**And** {sent.count - 1} more made the same way")
        st.markdown("**Not sent** the file and its name, names, dates, any header")
    agreed = True
    if sent.may_hold_names:
        agreed = st.checkbox("I have looked: no name or number is written in the pictures")
    remember = st.checkbox("Do not ask again for this host in this session")
    if st.button("Send", type="primary", disabled=not agreed):
        if remember:
            state.confirmed_hosts |= {sent.host}
        start()
        st.rerun()
