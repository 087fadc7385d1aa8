"""What runs in a workspace: using it, watching it, deleting it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from components.azure_places import forget_places
from components.endpoint_cards import show_endpoint
from components.language import t, told
from components.notices import plain, show_error
from core.arm.find import find_endpoints
from core.deploy.cost import BILLING
from core.errors import WorkbenchError

if TYPE_CHECKING:
    from components.deploy_desk import Desk
    from components.state import Session
    from core.arm.find import Found
    from core.arm.inventory import Endpoint, Workspace

_GOES_ON = frozenset({"creating", "updating"})
_DELETES = "Deletes **{name}** with {count} deployments. It cannot be brought back."
_DELETES_ONE = "Deletes **{name}** with 1 deployment. It cannot be brought back."


def show_deployed(state: Session, desk: Desk, workspace: Workspace) -> None:
    """Show the endpoints of a workspace with Use, Watch and Delete."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.subheader(t("In this workspace"))
        if st.button(t("Refresh"), key="deployed_refresh", icon=":material/refresh:"):
            desk.endpoints.clear()
            desk.quotas.clear()
            forget_places()
            st.rerun()
    found = _endpoints(desk, workspace)
    if found is None:
        return
    if not found.endpoints:
        st.caption(t("No endpoint yet."))
    for endpoint in found.endpoints:
        show_endpoint(state, endpoint, "deployed", more=partial(_show_more, desk))


def _endpoints(desk: Desk, workspace: Workspace) -> Found | None:
    """What is there, read once, or None with the reason on the page."""
    key = str(workspace.id)
    try:
        if key not in desk.endpoints:
            with st.spinner(t("Reading what runs there")):
                desk.endpoints[key] = find_endpoints(desk.arm, workspace.id)
    except WorkbenchError as error:
        show_error(error)
        return None
    return desk.endpoints[key]


def _show_more(desk: Desk, endpoint: Endpoint) -> None:
    states = {endpoint.state.lower(), *(d.state.lower() for d in endpoint.deployments)}
    if states & _GOES_ON and st.button(
        t("Watch"),
        key=f"watch_{endpoint.id}",
        icon=":material/visibility:",
        disabled=desk.busy,
        help=t("Follows the deployment that is under way."),
    ):
        desk.begin_watch(endpoint.id)
        st.rerun()
    with st.popover(t("Delete"), icon=":material/delete:", disabled=desk.busy):
        name, count = plain(endpoint.name), len(endpoint.deployments)
        st.markdown(
            t(_DELETES_ONE, name=name) if count == 1 else t(_DELETES, name=name, count=count)
        )
        st.caption(told(BILLING))
        typed = st.text_input(t("Type its name"), key=f"delete_name_{endpoint.id}")
        if st.button(
            t("Delete the endpoint"),
            key=f"delete_{endpoint.id}",
            type="primary",
            disabled=typed.strip() != endpoint.name,
        ):
            desk.begin_removal(endpoint.id, typed)
            st.rerun()
