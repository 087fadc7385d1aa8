"""A token service on this machine, credentials that are none, and a world without any sign-in."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tests.standin.token_service import serving, without_azure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.standin.token_service import TokenService

NOW = 1_800_000_000.0


class FakeCredential:
    """Gives numbered tokens that last, or raises what it is told to."""

    def __init__(self, *, lasts_s: float = 3600.0, name: str = "token") -> None:
        self.lasts_s = lasts_s
        self.name = name
        self.problem: Exception | None = None
        self.asked: list[str] = []
        self.closed = False

    def get_token(self, *scopes: str, **_options: object) -> SimpleNamespace:
        self.asked += scopes
        if self.problem is not None:
            raise self.problem
        text = f"{self.name}-{len(self.asked)}"
        return SimpleNamespace(token=text, expires_on=int(NOW + self.lasts_s))

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def bare(monkeypatch):
    """Nothing of Azure is set or installed."""
    without_azure(monkeypatch)
    return monkeypatch


@pytest.fixture
def service(tmp_path, bare) -> Iterator[TokenService]:
    """The token service, to which azure-identity is led by the environment."""
    with serving(tmp_path, bare) as running:
        yield running
