"""Endpoints that exist, as cards with a button that puts one to use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from components.language import t
from components.notices import plain
from core.arm.inventory import MODEL_2D, MODEL_3D
from core.settings.names import ENDPOINT_3D

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from components.state import Session
    from core.arm.inventory import Deployment, Endpoint

_MODELS = {MODEL_2D: "MedImageParse", MODEL_3D: "MedImageParse 3D"}
_SIGN_IN = {"key": "key", "aadtoken": "Microsoft Entra", "amltoken": "token of the workspace"}
# As Azure calls them.
_STATES = {
    "canceled": "Canceled",
    "creating": "Creating",
    "deleting": "Deleting",
    "failed": "Failed",
    "running": "Running",
    "succeeded": "Succeeded",
    "updating": "Updating",
}
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DEPLOYMENT = (
    "{name}: {state}, {count} x {sku}, {share} % of the requests, {requests} at once, "
    "{seconds:g} s at most"
)
_DELETED_ON = "On shared quota: Azure deletes it on {when}."
_DELETED_AFTER = "On shared quota: Azure deletes it 168 hours after its creation."


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
        model = _MODELS.get(endpoint.runs) or t("another model")
        what = t("{model}, in {place}", model=model, place=plain(where))
        st.markdown(f"**{plain(endpoint.name)}**  \n{what}")
        for deployment in endpoint.deployments:
            st.caption(plain(_deployment(deployment)))
        if not endpoint.deployments:
            st.caption(t("No deployment: it answers nothing."))
        mode = endpoint.auth_mode.lower()
        way = t(_SIGN_IN[mode]) if mode in _SIGN_IN else plain(mode)
        state_now = plain(state_in_words(endpoint.state))
        st.caption(t("{state}, sign-in with {way}", state=state_now, way=way))
        if endpoint.shared_quota:
            st.caption(f":material/schedule: {_deletion(endpoint.deleted_at)}")
        if endpoint.runs == MODEL_3D and endpoint.scoring_url:
            # Of this endpoint only the operator can say that it is to be used.
            st.code(f"{ENDPOINT_3D.name}={endpoint.scoring_url}", language=None, wrap_lines=True)
        with st.container(horizontal=True):
            _show_use(state, endpoint, f"{key}_{endpoint.id}")
            if more is not None:
                more(endpoint)


def state_in_words(state: str) -> str:
    """A state of Azure's in the session's language."""
    known = state.lower()
    return t(_STATES[known]) if known in _STATES else state


def date_in_words(moment: datetime) -> str:
    """As :func:`core.arm.inventory.spoken`, in the session's language."""
    month = t(_MONTHS[moment.month - 1])
    return f"{moment.day} {month} {moment:%Y, %H:%M} UTC"


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
        st.markdown(f":green[:material/check:] {t('In use')}")
    elif st.button(
        t("Use"),
        key=f"{key}_use",
        icon=":material/link:",
        disabled=not endpoint.scoring_url,
        help=t("Fills in the address under Connection."),
    ):
        use_endpoint(state, endpoint)
        st.rerun()


def _deployment(deployment: Deployment) -> str:
    return t(
        _DEPLOYMENT,
        name=deployment.name,
        state=state_in_words(deployment.state),
        count=deployment.instances,
        sku=deployment.sku,
        share=deployment.traffic,
        requests=deployment.concurrency,
        seconds=deployment.timeout_s,
    )


def _deletion(moment: datetime | None) -> str:
    return t(_DELETED_ON, when=date_in_words(moment)) if moment else t(_DELETED_AFTER)
