"""Entry point: ``streamlit run app.py``."""

import streamlit as st

from core import about

st.set_page_config(page_title=about.NAME, page_icon=":material/center_focus_strong:", layout="wide")
page = st.navigation(
    [
        st.Page("pages/segment.py", title="Segment", icon=":material/center_focus_strong:"),
        st.Page("pages/about.py", title="About", icon=":material/info:"),
    ],
    position="top",
)
page.run()
