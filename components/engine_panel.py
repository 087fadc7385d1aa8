"""Which engine answers, and where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from components.connection import endpoint_settings, token_for
from components.language import t
from components.local_engine import runnable_settings, show_local_card
from components.notices import plain, show_error
from components.services import services, session_owner
from components.sign_in_panel import way_in_words
from core.backends import BACKEND_NAMES, get_backend
from core.errors import WorkbenchError
from core.settings import AzureSettings, LocalSettings

if TYPE_CHECKING:
    from collections.abc import Hashable

    from components.state import Session
    from core.backends.base import Backend

_TITLES = {"demo": "Demo", "azure": "MedImageParse", "local": "Local"}
_ENGINE_HELP = (
    "Demo: classical image processing on this computer, no account. "
    "MedImageParse: the model on your Azure ML endpoint. "
    "Local: BiomedParse on this computer, from weights that you have downloaded."
)


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
    """Show the choice of engine, where it is, and what is missing.

    One backend is kept a session, so that its connection stays open between runs.
    """
    name = (
        st.segmented_control(
            t("Engine"),
            BACKEND_NAMES,
            format_func=engine_title,
            default=BACKEND_NAMES[0],
            required=True,
            key="engine",
            persist_state="session",
            width="stretch",
            help=t(_ENGINE_HELP),
        )
        or BACKEND_NAMES[0]
    )
    backend = None
    try:
        settings = engine_settings(state, name)
        if name == "azure" and settings is None:
            st.info(t("No endpoint is set."), icon=":material/link:")
        else:
            state.backend = current_backend(state, name, settings, state.backend)
            backend = state.backend[1]
    except WorkbenchError as error:
        show_error(error)
        settings = None
    if backend is not None and isinstance(settings, AzureSettings):
        how = plain(way_in_words(settings.sign_in))
        st.caption(f":material/cloud: {plain(settings.host)} · {how}")
        return Engine(backend, settings.host)
    if isinstance(settings, LocalSettings):
        show_local_card(settings)
    if backend is None:
        show_engine_link(name)
    return Engine(backend)


def show_engine_link(name: str) -> None:
    """The way to the page on which an engine is set up."""
    if name == "local":
        st.page_link(page="pages/local_model.py", label=t("Local model"), icon=":material/memory:")
    else:
        st.page_link(
            page="pages/connection.py",
            label=t("Connection"),
            icon=":material/settings_ethernet:",
        )


def engine_settings(state: Session, name: str) -> AzureSettings | LocalSettings | None:
    """What an engine needs; None where it needs nothing, or no endpoint is set.

    Args:
        state: Of this session.
        name: Of the engine.

    Raises:
        SettingsError: A value makes no sense.
        BackendError: What the engine needs is not there, or could not be looked up.
    """
    if name == "azure":
        return endpoint_settings(state)
    return runnable_settings() if name == "local" else None


def current_backend(
    state: Session,
    name: str,
    settings: AzureSettings | LocalSettings | None,
    kept: tuple[Hashable, Backend] | None,
) -> tuple[Hashable, Backend]:
    """The backend that was kept, made anew when settings or sign-in have changed.

    Args:
        state: Of this session.
        name: Of the backend.
        settings: From :func:`engine_settings`.
        kept: What this function returned before, or None.

    Returns:
        What the backend is known by, and the backend.

    Raises:
        WorkbenchError: The sign-in is not set up, or a setting is missing.
    """
    token = token_for(state, settings) if isinstance(settings, AzureSettings) else None
    owner = session_owner()
    known_by = (name, settings, state.source if token else None, owner)
    if kept is not None and kept[0] == known_by:
        return kept
    backend = get_backend(name, settings, token=token, services=services(), owner=owner)
    return known_by, backend


def engine_title(name: str) -> str:
    """What an engine is called where one is chosen, in the reader's language."""
    return t(_TITLES[name])
