"""Endpoints that exist, as cards with a button that puts one to use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from components.notices import plain
from core.arm.inventory import MODEL_2D, MODEL_3D, spoken
from core.settings.names import ENDPOINT_3D

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.state import Session
    from core.arm.inventory import Deployment, Endpoint

_MODELS = {MODEL_2D: "MedImageParse", MODEL_3D: "MedImageParse 3D"}
_SIGN_IN = {"key": "key", "aadtoken": "Microsoft Entra", "amltoken": "token of the workspace"}


def show_endpoint(
    state: Session,
    endpoint: Endpoint,
    key: str,
    *,
    more: Callable[[Endpoint], None] | None = None,
) -> None:
    """Show one endpoint with what runs behind it, and Use.

    Args:
        state: Of this session.
        endpoint: Which.
        key: Prefix of the widgets' keys.
        more: Draws further controls beside Use.
    """
    with st.container(border=True):
        where = f"{endpoint.id.workspace}, {endpoint.location}"
        model = _MODELS.get(endpoint.runs, "another model")
        st.markdown(f"**{plain(endpoint.name)}**  \n{model}, in {plain(where)}")
        for deployment in endpoint.deployments:
            st.caption(plain(_deployment(deployment)))
        if not endpoint.deployments:
            st.caption("No deployment: it answers nothing.")
        mode = endpoint.auth_mode.lower()
        st.caption(f"{plain(endpoint.state)}, sign-in with {_SIGN_IN.get(mode, plain(mode))}")
        if endpoint.shared_quota:
            when = spoken(endpoint.deleted_at) if endpoint.deleted_at else "168 hours"
            st.caption(f":material/schedule: On shared quota: Azure deletes it on {when}.")
        if endpoint.runs == MODEL_3D and endpoint.scoring_url:
            # Of this endpoint only the operator can say that it is to be used.
            st.code(f"{ENDPOINT_3D.name}={endpoint.scoring_url}", language=None, wrap_lines=True)
        with st.container(horizontal=True):
            _show_use(state, endpoint, f"{key}_{endpoint.id}")
            if more is not None:
                more(endpoint)


def use_endpoint(state: Session, endpoint: Endpoint) -> None:
    """Make an endpoint the session's: address, resource id, and the sign-in that it takes.

    The key and the deployment that were typed belonged to the endpoint before, and go.
    """
    ways = {"key": "key", "amltoken": "workspace"}
    own = state.source.way if state.source is not None else ""
    same = state.entry.endpoint == endpoint.scoring_url
    state.entry = replace(
        state.entry,
        endpoint=endpoint.scoring_url,
        resource_id=str(endpoint.id),
        key=state.entry.key if same else None,
        deployment=state.entry.deployment if same else "",
        sign_in=ways.get(endpoint.auth_mode.lower(), own),
    )


def _show_use(state: Session, endpoint: Endpoint, key: str) -> None:
    if endpoint.runs == MODEL_3D:
        return
    if state.entry.resource_id == str(endpoint.id):
        st.markdown(":green[:material/check:] In use")
    elif st.button(
        "Use",
        key=f"{key}_use",
        icon=":material/link:",
        disabled=not endpoint.scoring_url,
        help="Fills in the address under Connection.",
    ):
        use_endpoint(state, endpoint)
        st.rerun()


def _deployment(deployment: Deployment) -> str:
    parts = (
        f"{deployment.name}: {deployment.state}",
        f"{deployment.instances} x {deployment.sku}",
        f"{deployment.traffic} % of the requests",
        f"{deployment.concurrency} at once",
        f"{deployment.timeout_s:g} s at most",
    )
    return ", ".join(parts)
