"""The page that says how far readers agree, settles what they agree on, and shows the figures."""

import streamlit as st

from components.agreement_cases import show_cases
from components.agreement_figures import show_figures
from components.agreement_panel import show_agreement
from components.entry import enter_page
from components.language import t
from components.notices import show_footer
from components.review_address import choose_project
from components.review_page import show_to_reader
from core.review.desk import Desk
from core.review.store import Store
from core.review.values import Reader

_HOW = (
    "Only images that all their readers have finished are here. Until then nobody sees what "
    "anybody else has done."
)


def show_page(store: Store, reader: Reader) -> None:
    """Agreement, cases and figures of one project."""
    with st.container(width=420):
        project = choose_project(store, reader)
    if project is None:
        st.info(t("You take part in no project yet."), icon=":material/folder_open:")
        return
    if project.role == "reader":
        st.info(
            t("Adjudicators and owners of a project see this page."), icon=":material/visibility:"
        )
        return
    desk = Desk(store, project.id, reader)
    cases = desk.cases()
    if not cases:
        st.info(t("No image is read to the end yet."), icon=":material/hourglass_empty:")
        return
    agreement, settle, figures = st.tabs(
        [t("Agreement"), t("Settle"), t("Figures")], key="agreement_tabs", on_change="rerun"
    )
    if agreement.open:
        with agreement:
            show_agreement(desk, cases)
    if settle.open:
        with settle:
            show_cases(desk, project, cases)
    if figures.open:
        with figures:
            show_figures(desk, cases)


enter_page()
st.header(t("Agreement"))
st.caption(t(_HOW))
show_to_reader(show_page)
show_footer()
