"""The little that the theme cannot say: less empty space around the viewer and in the footer."""

import streamlit as st

_STYLE = """
<style>
.stMainBlockContainer { padding: 3.75rem 1.5rem 1.5rem; }
[data-testid="stSidebarContent"] .stVerticalBlock { gap: 0.75rem; }
[data-testid="stSidebar"] [data-variant="segmented_control"] { padding: 0 0.5rem; }
.st-key-language button { height: 1.6rem; min-height: 0; padding: 0 0.6rem; }
.st-key-language button p { font-size: 0.85rem; }
</style>
"""


def apply_page_style() -> None:
    """Add the style to the page; call it once a run, before anything is drawn."""
    st.html(_STYLE)
