"""The page that shows two results of one picture side by side."""

import streamlit as st

from components.compare_panel import show_comparison
from components.entry import enter_page
from components.image_panel import show_image_list
from components.language import t
from components.notices import show_footer
from components.run_panel import collect
from components.state import session

_HOW = (
    "Two phrasings, thresholds, engines or windows of the same slice, side by side or with a "
    "divider. Numbers say how far they agree."
)

enter_page()
state = session()
collect(state)
with st.sidebar:
    show_image_list(state)
if state.image is None:
    st.header(t("Compare"))
    st.caption(t(_HOW))
    st.info(t("Open an image or a sample on the page Segment first."), icon=":material/image:")
    st.page_link(page="pages/segment.py", label=t("Segment"), icon=":material/center_focus_strong:")
else:
    show_comparison(state, state.image)
show_footer()
