"""The page on which reviews are made, filled, shared and handed on."""

from functools import partial

import streamlit as st

from components.entry import enter_page
from components.language import t
from components.notices import guarded, plain, show_footer
from components.project_backup import show_backup, show_restore
from components.project_form import show_new_project, show_rules
from components.project_images import show_images
from components.project_people import show_people
from components.project_results import show_results
from components.review_access import has_login, show_reader
from components.review_address import carried, choose_project
from components.review_page import show_to_reader
from components.review_queue import forget_queue
from core.review.desk import Desk
from core.review.store import Store
from core.review.values import Project, Reader

_HOW = (
    "A project is a set of images with masks, from a model, from files or to be drawn, that one or "
    "more people read."
)


def show_page(store: Store, reader: Reader) -> None:
    """Which project, and what can be done with it."""
    forget_queue()  # what is arranged here shows at once on the page Review
    left, right = st.columns([3, 1], vertical_alignment="top")
    with left:
        st.header(t("Projects"))
        st.caption(t(_HOW))
    with right:
        show_reader(reader)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=420):
            project = choose_project(store, reader)
        if st.button(t("New project"), key="new_project_open", icon=":material/add:"):
            st.dialog(t("New project"))(guarded)(partial(show_new_project, store, reader))
        if not has_login() and st.button(
            t("Restore a backup"), key="restore_open", icon=":material/unarchive:"
        ):
            st.dialog(t("Restore a backup"))(guarded)(partial(show_restore, store))
    if project is not None:
        show_project(store, reader, project)


def show_project(store: Store, reader: Reader, project: Project) -> None:
    """What the reader's role allows."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.subheader(plain(project.name), anchor=False, width="content")
        st.caption(t("Images: {count}", count=project.items), width="content")
        st.page_link(
            page="pages/review.py",
            label=t("Read"),
            icon=":material/rate_review:",
            query_params={**carried(), "project": project.id},
        )
    if project.role == "reader":
        st.caption(t("You are a reader here; its owner adds images and people."))
        return
    desk = Desk(store, project.id, reader)
    parts = [(t("Results"), partial(show_results, desk, project))]
    if project.role == "owner":
        parts = [
            (t("Images and masks"), partial(show_images, desk)),
            (t("People"), partial(show_people, store, desk)),
            (t("Rules"), partial(show_rules, desk, project)),
            *parts,
            (t("Backup"), partial(show_backup, store, project)),
        ]
    tabs = st.tabs([title for title, _ in parts], key="project_tabs", on_change="rerun")
    for tab, (_, show) in zip(tabs, parts, strict=True):
        if tab.open:
            with tab:
                guarded(show)


def introduce() -> None:
    """What the page is for."""
    st.caption(t(_HOW))


enter_page()
show_to_reader(show_page, introduce)
show_footer()
