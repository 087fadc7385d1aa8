"""The page on which masks are read: a queue, an editor, decisions."""

import streamlit as st

from components.entry import enter_page
from components.language import t
from components.notices import show_footer
from components.review_access import show_reader
from components.review_address import carried, choose_project, place
from components.review_adjudicate import show_readers
from components.review_page import show_to_reader
from components.review_queue import choose_filter, kept_queue, show_queue
from components.review_reading import show_reading
from core.review.desk import Desk
from core.review.store import Store
from core.review.values import Reader

_HOW = (
    "Go through a queue of images: accept, correct or reject each mask. What you do is saved as "
    "you do it, and nobody sees it before the reading is complete."
)
_NO_PROJECT = "You take part in no project yet. Make one, or ask an owner to add you."


def show_page(store: Store, reader: Reader) -> None:
    """The queue at the left, the item in the middle."""
    with st.sidebar:
        show_reader(reader)
        project = choose_project(store, reader)
    if project is None:
        introduce()
        st.info(t(_NO_PROJECT), icon=":material/folder_open:")
        link_to_projects()
        return
    desk = Desk(store, project.id, reader)
    with st.sidebar:
        wanted = choose_filter(desk, project)
        queue = kept_queue(desk, project, wanted)
        here = place()
        shown = here.item or next((e.item_id for e in queue if e.state in {"mine", "open"}), "")
        show_queue(queue, shown)
        link_to_projects()
    if shown:
        if here.purpose == "adjudicate":
            show_readers(desk, shown)
        show_reading(desk, project, shown, here.purpose, queue=queue, wanted=wanted)
    elif project.items == 0:
        st.info(t("This project has no images yet."), icon=":material/add_photo_alternate:")
    else:
        st.success(t("Nothing is left for you to read here."), icon=":material/done_all:")


def introduce() -> None:
    """What the page is for."""
    st.header(t("Review"))
    st.caption(t(_HOW))


def link_to_projects() -> None:
    """The way to where projects are made."""
    st.page_link(
        page="pages/projects.py",
        label=t("Projects"),
        icon=":material/folder_open:",
        query_params=carried(),
    )


enter_page()
show_to_reader(show_page, introduce)
show_footer()
