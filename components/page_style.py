"""The little that the theme cannot say: less empty space around the viewer."""

import streamlit as st

_STYLE = """
<style>
.stMainBlockContainer { padding: 3.75rem 1.5rem 1.5rem; }
[data-testid="stSidebarContent"] .stVerticalBlock { gap: 0.75rem; }
</style>
"""


def apply_page_style() -> None:
    """Add the style to the page; call it once a run, before anything is drawn."""
    st.html(_STYLE)
