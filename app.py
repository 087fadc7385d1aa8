"""Entry point: ``streamlit run app.py``."""

import streamlit as st

from components.page_style import apply_page_style
from core import about

# A file of our own: Streamlit would fetch a named icon from the internet.
st.set_page_config(page_title=about.NAME, page_icon="assets/icon.png", layout="wide")
apply_page_style()
page = st.navigation(
    [
        st.Page("pages/segment.py", title="Segment", icon=":material/center_focus_strong:"),
        st.Page("pages/about.py", title="About", icon=":material/info:"),
    ],
    position="top",
)
page.run()
