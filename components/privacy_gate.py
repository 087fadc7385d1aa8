"""Before the first picture leaves this computer: what is sent, where, and what is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from components.language import t, told
from components.notices import plain, show_error
from core.backends.bandwidth import forecast
from core.errors import InputError
from core.outbound import outbound, region_of
from core.prompts import join_phrases

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.state import Session
    from core.imaging import Frame, Notice
    from core.outbound import Outbound

_SIZE = "**Size** {size:,} bytes: this picture, 1024 × 1024 pixels"


@dataclass(frozen=True, eq=False)
class Sent:
    """What a run would send.

    Attributes:
        host: Where the pictures go, or empty when they stay on this computer.
        frames: Decodes each of the pictures, when it is looked at.
        phrases: What to look for.
        notices: About the files that the pictures come from.
        start: Which picture is shown first.
    """

    host: str
    frames: tuple[Callable[[], Frame], ...]
    phrases: tuple[str, ...]
    notices: tuple[Notice, ...] = ()
    start: int = 0

    @property
    def may_hold_names(self) -> bool:
        """Whether text with a name may be part of the pixels."""
        return any(notice.code == "burned_in" for notice in self.notices)


def needs_consent(state: Session, sent: Sent) -> bool:
    """Whether the user must look at what is sent before this run."""
    known = sent.host in state.confirmed_hosts
    return bool(sent.host) and (not known or sent.may_hold_names)


def ask_consent(state: Session, sent: Sent, start: Callable[[], None]) -> None:
    """Show exactly what is sent; ``start`` is called when the user agrees."""
    # Not as a decorator: the language of the title is that of the session that opens it.
    st.dialog(t("This picture will be sent"), width="medium")(_ask)(state, sent, start)


def _ask(state: Session, sent: Sent, start: Callable[[], None]) -> None:
    try:
        shown = outbound(_choose(sent), sent.phrases)
    except InputError as error:
        show_error(error)
    else:
        left, right = st.columns([1, 1], gap="medium")
        # As PNG the bytes reach the browser as they are; otherwise they would become a JPEG.
        alt = t("The picture that is sent")
        left.image(shown.picture, width="stretch", output_format="PNG", alt=alt)
        with right:
            _show_facts(sent, shown)
    agreed = True
    if sent.may_hold_names:
        agreed = st.checkbox(t("I have looked: no name or number is written in the pictures"))
    else:
        st.caption(t("Text inside a picture, such as a name, is sent with it. Look for it."))
    remember = st.checkbox(t("Remember for this session: do not ask again for this host"))
    if st.button(t("Send"), type="primary", disabled=not agreed):
        if remember:
            state.confirmed_hosts |= {sent.host}
        start()
        st.rerun()


def _choose(sent: Sent) -> Frame:
    """Let the user look through the pictures; decodes the one that is looked at, no other."""
    count = len(sent.frames)
    if count == 1:
        return sent.frames[0]()
    label = t("Picture, 1 to {count}", count=count)
    number = st.number_input(label, 1, count, sent.start + 1, key="sent_number")
    return sent.frames[int(number) - 1]()


def _show_facts(sent: Sent, shown: Outbound) -> None:
    count = len(sent.frames)
    region = region_of(sent.host) or t("not known from the address")
    st.markdown(t("**To** {host}", host=plain(sent.host)))
    st.markdown(t("**Region** {region}", region=region))
    st.markdown(t("**Phrases** {phrases}", phrases=plain(join_phrases(shown.phrases))))
    st.markdown(t(_SIZE, size=shown.request_bytes))
    if count == 2:
        st.markdown(t("**And** 1 more made the same way"))
    elif count > 2:
        st.markdown(t("**And** {count} more made the same way", count=count - 1))
    st.markdown(t("**Not sent** the file and its name, names, dates, any header"))
    if expected := forecast(count, len(sent.phrases)):
        st.caption(told(expected))
