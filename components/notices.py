"""Errors and notices, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.language import choose_language, t, told
from core import about
from core.errors import BackendError, WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from core.imaging import Notice

# Characters that Streamlit's Markdown would give a meaning; file names are full of them.
_MARKUP = "\\`*_{}[]()#+-.!|$<>~:"


def plain(text: str) -> str:
    """Escape a text so that Markdown shows it as it is."""
    return "".join(f"\\{c}" if c in _MARKUP else c for c in text)


def show_error(error: WorkbenchError) -> None:
    """Show what happened and what to do; details fold away."""
    words = f"{plain(told(error.what))} {plain(told(error.next_step))}"
    st.error(words, icon=":material/error:")
    request_id = error.request_id if isinstance(error, BackendError) else None
    if error.details or request_id:
        with st.expander(t("Details for support")):
            lines = [error.details] if error.details else []
            if request_id:
                lines.append(t("Request id: {id}", id=request_id))
            st.code("\n".join(lines), language=None, wrap_lines=True)


def guarded(show: Callable[[], None]) -> None:
    """Draw a part of a page; what stands in its way is said in its place."""
    try:
        show()
    except WorkbenchError as error:
        show_error(error)


def show_notices(notices: Iterable[Notice]) -> None:
    """Show warnings openly, and what is merely good to know in one folded list."""
    unique = list(dict.fromkeys(notices))
    for notice in unique:
        if notice.level == "warning":
            st.warning(plain(told(notice.text)), icon=":material/warning:")
    known = [notice for notice in unique if notice.level == "info"]
    for notice in known:
        st.caption(f":material/info: {plain(told(notice.text))}")


def show_footer() -> None:
    """The line that stands under every page, with the choice of language at its right end."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{about.NAME} {about.VERSION}. **{told(about.NOTICE)}**")
        choose_language()
