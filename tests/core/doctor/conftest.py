"""An endpoint to examine, certificates of any kind, and a quiet network."""

from __future__ import annotations

import socket

import pytest

from tests.core.doctor.authority import make_authority
from tests.standin import StandIn

_NETWORK = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def quiet_network(monkeypatch):
    """No proxy and no certificates of a network, whatever the machine has."""
    for name in _NETWORK:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def endpoint():
    with StandIn() as running:
        yield running


@pytest.fixture
def authority(tmp_path):
    """An authority of an invented hospital."""
    return make_authority(tmp_path, "Invented Hospital Web Filter")


@pytest.fixture
def closed_port():
    """A port of this machine at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]
