"""Which engine answers, and where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from components.connection import endpoint_settings, token_for
from components.language import t
from components.notices import plain, show_error
from components.services import services
from components.sign_in_panel import way_in_words
from core.backends import BACKEND_NAMES, get_backend
from core.errors import WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Hashable

    from components.state import Session
    from core.backends.base import Backend
    from core.settings import AzureSettings

_TITLES = {"demo": "Demo", "azure": "MedImageParse"}
_ENGINE_HELP = (
    "Demo: classical image processing on this computer, no account. "
    "MedImageParse: the model on your Azure ML endpoint."
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
    """Show the choice of engine and, for an endpoint, where it is.

    One backend is kept a session, so that its connection stays open between runs.
    """
    name = (
        st.segmented_control(
            t("Engine"),
            BACKEND_NAMES,
            format_func=_title,
            default=BACKEND_NAMES[0],
            required=True,
            key="engine",
            persist_state="session",
            width="stretch",
            help=t(_ENGINE_HELP),
        )
        or BACKEND_NAMES[0]
    )
    if name != "azure":
        return Engine(_kept_backend(state, name, None))
    try:
        settings = endpoint_settings(state)
        if settings is None:
            st.info(t("No endpoint is set."), icon=":material/link:")
        else:
            backend = _kept_backend(state, name, settings)
    except WorkbenchError as error:
        show_error(error)
        settings = None
    if settings is None:
        st.page_link(
            page="pages/connection.py",
            label=t("Connection"),
            icon=":material/settings_ethernet:",
        )
        return Engine(None)
    how = plain(way_in_words(settings.sign_in))
    st.caption(f":material/cloud: {plain(settings.host)} · {how}")
    return Engine(backend, settings.host)


def _title(name: str) -> str:
    return t(_TITLES.get(name, name))


def _kept_backend(state: Session, name: str, settings: AzureSettings | None) -> Backend:
    state.backend = current_backend(state, name, settings, state.backend)
    return state.backend[1]


def current_backend(
    state: Session,
    name: str,
    settings: AzureSettings | None,
    kept: tuple[Hashable, Backend] | None,
) -> tuple[Hashable, Backend]:
    """The backend that was kept, made anew when settings or sign-in have changed.

    Args:
        state: Of this session.
        name: Of the backend.
        settings: The endpoint, which ``"azure"`` needs.
        kept: What this function returned before, or None.

    Returns:
        What the backend is known by, and the backend.

    Raises:
        WorkbenchError: The sign-in is not set up, or a setting is missing.
    """
    token = token_for(state, settings) if settings else None
    known_by = (name, settings, state.source if token else None)
    if kept is not None and kept[0] == known_by:
        return kept
    return known_by, get_backend(name, settings, token=token, services=services())
