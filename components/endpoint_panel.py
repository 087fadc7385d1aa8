"""Where the endpoint is, as typed into the page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from components.connection import operator_has_endpoint
from components.language import t

if TYPE_CHECKING:
    from components.state import Session

_ENDPOINT = "endpoint_url"
_DEPLOYMENT = "endpoint_deployment"


def show_endpoint_panel(state: Session) -> None:
    """Show the fields for the address; what is typed stays when another page is opened."""
    st.subheader(t("Endpoint"))
    # The session's entry is the truth: widgets are dropped with their page, and an endpoint can
    # also be chosen from a list.
    st.session_state[_ENDPOINT] = state.entry.endpoint
    st.session_state[_DEPLOYMENT] = state.entry.deployment
    st.text_input(
        t("Scoring URL"),
        key=_ENDPOINT,
        placeholder=t("https://name.region.inference.ml.azure.com/score"),
        on_change=_take,
        args=(state, "endpoint", _ENDPOINT),
        help=t("It is on the endpoint's Consume tab in Azure Machine Learning studio."),
    )
    st.text_input(
        t("Deployment (optional)"),
        key=_DEPLOYMENT,
        on_change=_take,
        args=(state, "deployment", _DEPLOYMENT),
        help=t("Empty leaves it to the endpoint's own traffic rule."),
    )
    if operator_has_endpoint():
        st.caption(t("Left empty, the operator's endpoint is used."))


def _take(state: Session, name: str, key: str) -> None:
    typed = st.session_state[key]
    state.entry = replace(state.entry, **{name: typed})
    if name == "endpoint":  # it was the id of what stood there before
        state.entry = replace(state.entry, resource_id="")
