"""The way into the app: page set-up and navigation, whatever address is opened first."""

from __future__ import annotations

import streamlit as st

from components.language import t
from components.page_style import apply_page_style
from components.services import show_start_problems
from core import about

THROUGH_THE_DOOR = "_through_the_door"
"""Set in the session's state when a page is about to run in the app."""


def open_app() -> None:
    """Set the page up, show the navigation, and run the page that was asked for."""
    # A file of our own: Streamlit would fetch a named icon from the internet.
    st.set_page_config(page_title=about.NAME, page_icon="assets/icon.png", layout="wide")
    apply_page_style()
    show_start_problems()
    page = st.navigation(
        [
            st.Page("pages/segment.py", title=t("Segment"), icon=":material/center_focus_strong:"),
            st.Page("pages/compare.py", title=t("Compare"), icon=":material/compare:"),
            st.Page("pages/review.py", title=t("Review"), icon=":material/rate_review:"),
            st.Page("pages/projects.py", title=t("Projects"), icon=":material/folder_open:"),
            st.Page("pages/agreement.py", title=t("Agreement"), icon=":material/balance:"),
            st.Page(
                "pages/connection.py",
                title=t("Connection"),
                icon=":material/settings_ethernet:",
            ),
            st.Page("pages/deploy.py", title=t("Deploy"), icon=":material/rocket_launch:"),
            st.Page("pages/local_model.py", title=t("Local model"), icon=":material/memory:"),
            st.Page("pages/about.py", title=t("About"), icon=":material/info:"),
        ],
        position="top",
    )
    st.session_state[THROUGH_THE_DOOR] = True
    page.run()


def enter_page() -> None:
    """Begin a page: the first line of each file in ``pages/``.

    Until ``st.navigation`` has run once in a server, Streamlit takes every file in ``pages/`` for
    an app of its own and runs it without ``app.py`` when its address is opened first. Such a page
    is run again here, this time in the app.
    """
    if not st.session_state.pop(THROUGH_THE_DOOR, False):
        open_app()
        st.stop()
