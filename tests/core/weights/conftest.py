"""A small checkpoint with the official names, and the hub that offers it."""

from __future__ import annotations

import pytest

from core.secret import Secret
from core.weights import Hub
from tests.core.backends.local.tiny import write_tiny_checkpoint
from tests.standin.hub import TOKEN, HubStandIn


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory):
    """A file as the official one is, of 13 MB."""
    return write_tiny_checkpoint(tmp_path_factory.mktemp("hub") / "biomedparse_v1.pt")


@pytest.fixture
def hub(checkpoint, monkeypatch, tmp_path):
    """The hub; nobody is signed in to it on this machine."""
    monkeypatch.delenv("HF_TOKEN", raising=False)
    # Read by huggingface_hub when it is imported, which may be long ago.
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "no-token"))
    with HubStandIn(checkpoint.read_bytes()) as standin:
        yield standin


@pytest.fixture
def signed_in(hub):
    """The hub, as somebody who has accepted the terms."""
    return Hub(hub.url, Secret(TOKEN))


@pytest.fixture
def place(tmp_path):
    """Where the weights belong; the folder is not there yet."""
    return tmp_path / "data" / "weights" / "biomedparse_v1.pt"
