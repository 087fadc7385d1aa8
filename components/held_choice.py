"""A choice that holds while the words of its options change with the language."""

from __future__ import annotations

import streamlit as st


def hold_choice(key: str) -> None:
    """Set a select box or the like to what was chosen; called before it is drawn.

    The browser tells the words of an option, which after a change of language are no longer among
    those on offer: Streamlit would go back to the default.
    """
    if key in st.session_state:
        st.session_state[key] = st.session_state[key]
