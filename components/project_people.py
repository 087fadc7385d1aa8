"""Who takes part in a project, with which role, and which items are meant for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.language import t
from components.notices import plain
from components.review_access import found_reader
from core.review.values import ROLES

if TYPE_CHECKING:
    from core.review.desk import Desk
    from core.review.store import Store
    from core.review.values import Role

_ROLES = {"reader": "Reader", "adjudicator": "Adjudicator", "owner": "Owner"}
_NONE = "none"
_ADD_HELP = (
    "As they are shown in the page Review. Where a login is used, they must have opened that page "
    "once."
)
_HELP = (
    "Readers read. Adjudicators also see items that are complete and decide them. Owners also add "
    "images, people and rules."
)


def show_people(store: Store, desk: Desk) -> None:
    """The members, and a form to add one.

    Args:
        store: Knows all readers who have opened the workbench.
        desk: Of an owner.

    Raises:
        ReviewError: The project would be left without an owner.
        StoreUnreachable: The database does not answer.
    """
    members = desk.members()
    names = {role: t(_ROLES[role]) for role in ROLES} | {_NONE: t("No part in it")}
    st.caption(t(_HELP))
    for member in members:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/person: {plain(member.reader.name)}", width=260)
            key = f"role_{member.reader.id}_{member.role}"
            chosen = st.selectbox(
                t("Role of {name}", name=member.reader.name),
                list(names),
                index=list(names).index(member.role),
                format_func=names.__getitem__,
                label_visibility="collapsed",
                key=key,
                width=200,
            )
            if chosen != member.role:
                desk.set_role(member.reader.id, _role(chosen))
                st.rerun()
    _show_adding(store, desk)
    _show_assigning(desk, {member.reader.id: member.reader.name for member in members})


def _show_adding(store: Store, desk: Desk) -> None:
    """Add by name: nobody is shown who else uses this server."""
    names = {role: t(_ROLES[role]) for role in ROLES}
    with (
        st.form("add_member", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        name = st.text_input(t("Add by name"), key="new_member", width=260, help=t(_ADD_HELP))
        role = st.selectbox(
            t("As"), list(names), format_func=names.__getitem__, key="new_role", width=200
        )
        pressed = st.form_submit_button(t("Add"))
    if not (pressed and name.strip()):
        return
    desk.set_role(found_reader(store, name).id, role)
    st.rerun()


def _show_assigning(desk: Desk, names: dict[str, str]) -> None:
    queue = desk.queue()
    if not queue:
        return
    with (
        st.expander(t("Mean items for certain readers"), key="assigning"),
        st.form("assign", border=False),
    ):
        items = {entry.item_id: f"{entry.position + 1}. {entry.name}" for entry in queue}
        chosen = st.multiselect(
            t("Items"), list(items), format_func=items.__getitem__, key="assign_items"
        )
        readers = st.multiselect(
            t("Only for"),
            list(names),
            format_func=names.__getitem__,
            key="assign_readers",
            help=t("With nobody chosen they are for everybody again."),
        )
        if st.form_submit_button(t("Assign")) and chosen:
            desk.assign(chosen, readers)
            st.toast(t("Items assigned: {count}", count=len(chosen)), icon=":material/check:")


def _role(chosen: str) -> Role | None:
    return next((role for role in ROLES if role == chosen), None)
