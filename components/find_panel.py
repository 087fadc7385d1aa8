"""Finding an endpoint in Azure, and filling in its address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from components.azure_places import known_subscriptions, known_workspaces
from components.endpoint_cards import show_endpoint
from components.held_choice import hold_choice
from components.language import t, told
from components.notices import plain, show_error
from core.arm.find import find_endpoints
from core.errors import WorkbenchError

if TYPE_CHECKING:
    from components.state import Session
    from core.arm import ArmClient
    from core.arm.find import Found

_KEY = "find_search"
_EVERYWHERE = ""
_ANOTHER = "1 other endpoint"
_OTHERS = "{count} other endpoints"


@dataclass(frozen=True, eq=False)
class _Search:
    """The last search: as whom, and what it found."""

    arm: ArmClient
    found: Found


def show_find_panel(state: Session, arm: ArmClient | None) -> None:
    """Show the search; on a choice the session's entry has address and resource id.

    Args:
        state: Of this session.
        arm: Azure as whoever is signed in, or None when nobody is.
    """
    st.subheader(t("Find it in Azure"))
    if arm is None:
        st.caption(
            t(
                "With a Microsoft account, or the sign-in of this computer, your endpoints are "
                "listed here. A key alone cannot list them."
            )
        )
        return
    pasted = st.text_input(
        t("Resource id (optional)"),
        key="find_id",
        persist_state="session",
        placeholder=t("/subscriptions/... of a workspace or an endpoint"),
        help=t("In the Azure portal: the workspace or endpoint, Properties, Resource ID."),
    )
    try:
        scope = pasted.strip() or _choose_scope(arm)
        if st.button(t("Find endpoints"), key="find", icon=":material/search:"):
            with st.spinner(t("Looking for endpoints")):
                found = find_endpoints(arm, scope or None)
            st.session_state[_KEY] = _Search(arm, found)
    except WorkbenchError as error:
        show_error(error)
        return
    search: _Search | None = st.session_state.get(_KEY)
    if search is not None and search.arm is arm:
        _show_found(state, search.found)


def _choose_scope(arm: ArmClient) -> str:
    """Subscription and workspace; nothing is read before the user asks for narrowing down."""
    narrow = st.checkbox(
        t("Only in one subscription"), key="find_narrow", persist_state="session", value=False
    )
    if not narrow:
        return _EVERYWHERE
    names = {s.id: s.name for s in known_subscriptions(arm)}
    left, right = st.columns(2)
    with left:
        subscription = st.selectbox(
            t("Subscription"),
            list(names),
            format_func=lambda key: names.get(key, key),
            key="find_subscription",
            persist_state="session",
        )
    if not subscription:
        return _EVERYWHERE
    titles = {_EVERYWHERE: t("All")}
    titles |= {str(w.id): w.id.workspace for w in known_workspaces(arm, subscription)}
    with right:
        hold_choice("find_workspace")
        workspace = st.selectbox(
            t("Workspace"),
            list(titles),
            format_func=lambda key: titles.get(key, key),
            key="find_workspace",
            persist_state="session",
        )
    return workspace or subscription


def _show_found(state: Session, found: Found) -> None:
    ours = [endpoint for endpoint in found.endpoints if endpoint.runs]
    others = [endpoint for endpoint in found.endpoints if not endpoint.runs]
    for endpoint in ours:
        show_endpoint(state, endpoint, "find")
    if not ours:
        st.info(t("No MedImageParse endpoint was found."), icon=":material/info:")
    if others:
        one = len(others) == 1
        with st.expander(t(_ANOTHER) if one else t(_OTHERS, count=len(others))):
            for endpoint in others:
                show_endpoint(state, endpoint, "find")
    if found.missed:
        count = t("Not looked into: {count}", count=len(found.missed))
        with st.expander(count, icon=":material/lock:"):
            for missed in found.missed:
                st.markdown(f"**{plain(told(missed.where))}**: {plain(told(missed.error.what))}")
