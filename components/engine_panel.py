"""Which engine answers, and where it is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from components.notices import show_error
from core.backends import BACKEND_NAMES, get_backend
from core.errors import SettingsError
from core.secret import Secret
from core.settings import PageEntry, azure_settings_from, secrets_from_file

if TYPE_CHECKING:
    from components.state import Session
    from core.backends.base import Backend
    from core.settings import AzureSettings

_TITLES = {"demo": "Demo", "azure": "MedImageParse"}


@dataclass(frozen=True, eq=False)
class Engine:
    """The engine of this run.

    Attributes:
        backend: Ready to be asked, or None while something is missing.
        host: Where pictures go, or empty when they stay on this machine.
    """

    backend: Backend | None
    host: str = ""


def show_engine_panel(state: Session) -> Engine:
    """Show the choice of engine and, for an endpoint, its settings.

    One backend is kept a session, so that its connection stays open between runs.
    """
    name = (
        st.segmented_control(
            "Engine",
            BACKEND_NAMES,
            format_func=lambda n: _TITLES.get(n, n),
            default=BACKEND_NAMES[0],
            required=True,
            key="engine",
            width="stretch",
            help="Demo: classical image processing on this computer, no account. "
            "MedImageParse: the model on your Azure ML endpoint.",
        )
        or BACKEND_NAMES[0]
    )
    try:
        settings = _azure_settings() if name == "azure" else None
        if name == "azure" and settings is None:
            st.info("Enter the scoring URL and the key of your endpoint.", icon=":material/link:")
            return Engine(None)
        if state.backend is None or state.backend[0] != (name, settings):
            state.backend = ((name, settings), get_backend(name, settings))
        return Engine(state.backend[1], settings.host if settings else "")
    except SettingsError as error:
        show_error(error)
        return Engine(None)


def _azure_settings() -> AzureSettings | None:
    """Read the settings from the page, the environment and ``secrets.toml``."""
    secrets = secrets_from_file()
    operator = _operator_settings(secrets)
    with st.expander("Connection", expanded=operator is None):
        if operator is not None:
            st.caption(f"Set by the operator: {operator.host}")
        endpoint = st.text_input(
            "Scoring URL",
            key="azure_endpoint",
            placeholder="https://name.region.inference.ml.azure.com/score",
        )
        key = st.text_input(
            "Key",
            type="password",
            key="azure_key",
            autocomplete="off",
            help="Kept in this browser session only; never shown, logged or exported.",
        )
        deployment = st.text_input("Deployment (optional)", key="azure_deployment")
    entry = PageEntry(endpoint, Secret(key) if key else None, deployment)
    return azure_settings_from(os.environ, secrets, entry)


def _operator_settings(secrets: object) -> AzureSettings | None:
    try:
        return azure_settings_from(os.environ, secrets if isinstance(secrets, dict) else {})
    except SettingsError:
        return None
