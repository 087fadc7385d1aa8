"""What all sessions of this server process share: traffic limits, counts, log, local model."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from components.notices import show_error
from core.backends.services import Services
from core.backends.traffic import Traffic
from core.errors import SettingsError
from core.logs import configure_logs
from core.metrics import Metrics, MetricsServer, metrics_port_from

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, eq=False)
class Process:
    """One server process.

    Attributes:
        services: For backends.
        server: Offers the metrics, or None.
        problems: Settings that could not be followed.
    """

    services: Services
    server: MetricsServer | None
    problems: tuple[SettingsError, ...]

    def close(self) -> None:
        """Give the port of the metrics back."""
        if self.server is not None:
            self.server.close()


def services() -> Services:
    """What backends of all sessions share: counts, and the local model."""
    return _process().services


def forget_session(owner: str) -> None:
    """Drop what the local model keeps of a session's pictures."""
    services().local.forget(owner)


@st.cache_resource(scope="session", show_spinner=False, on_release=forget_session)
def session_owner() -> str:
    """Who this browser session is to the local model: chosen by chance, until it is closed."""
    return secrets.token_hex(16)


def show_start_problems() -> None:
    """Start what the process needs, once, and say which of its settings could not be followed."""
    for problem in _process().problems:
        show_error(problem)


@st.cache_resource(show_spinner=False, on_release=Process.close)
def _process() -> Process:
    return start_process(os.environ)


def start_process(env: Mapping[str, str]) -> Process:
    """Set the log up and, where a port is set, open it for metrics.

    Args:
        env: Environment variables.
    """
    problems = []
    try:
        configure_logs(env)
    except SettingsError as problem:
        problems.append(problem)
    metrics = Metrics(traffic := Traffic())
    server = None
    try:
        port = metrics_port_from(env)
        server = MetricsServer(metrics, port) if port else None
    except SettingsError as problem:
        problems.append(problem)
    return Process(Services(traffic, metrics.count), server, tuple(problems))
