"""The local model as an engine: whether it can run here, where, and with which numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.connection import operator
from components.language import t
from core.backends.local.device import place, require_packages
from core.settings import local_settings_from
from core.weights import find

if TYPE_CHECKING:
    from core.settings import LocalSettings


def local_settings() -> LocalSettings:
    """How the operator wants the local model to run.

    Raises:
        SettingsError: A value makes no sense.
    """
    found = operator()
    return local_settings_from(found.env, found.secrets)


def runnable_settings() -> LocalSettings:
    """The same, where the model can run; reads neither the weights nor loads the model.

    Raises:
        SettingsError: A value makes no sense, or the device is not there.
        LocalModelMissing: torch or the weights are not there.
        WeightsDamaged: The file of weights is not as it was when it was checked.
    """
    settings = local_settings()
    require_packages()
    find(settings)
    place(settings)
    return settings


def show_local_card(settings: LocalSettings) -> None:
    """Say where the model runs; nothing is sent, so there is nothing to agree to."""
    there = place(settings)
    where = t(
        "This computer, {device}, {precision}; the weights are there.",
        device=there.title,
        precision=there.precision,
    )
    st.caption(f":material/memory: {where}")
