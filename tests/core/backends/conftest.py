"""An endpoint on this machine, a backend that asks it, and a clock that does not make us wait."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.backends.azure import AzureBackend
from core.backends.base import ModelInput
from core.backends.retry import Clock
from core.geometry import Letterbox
from core.imaging.model import Frame
from core.secret import Secret
from core.settings import AzureSettings
from tests.standin import KEY, StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class FastClock:
    """Time that passes only in pauses."""

    def __init__(self) -> None:
        self.slept_s = 0.0

    def now(self) -> float:
        return self.slept_s

    def sleep(self, seconds: float) -> None:
        self.slept_s += seconds


@pytest.fixture
def clock() -> FastClock:
    return FastClock()


@pytest.fixture
def endpoint() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running


@pytest.fixture
def ask(clock: FastClock) -> Iterator[Callable[..., AzureBackend]]:
    """Make backends: ``ask(url, key="...", read_timeout_s=1)``; they are closed afterwards."""
    made = []

    def make(
        url: str, *, key: str = KEY, token: object = None, services: object = None, **settings
    ) -> AzureBackend:
        backend = AzureBackend(
            AzureSettings(url, Secret(key) if token is None else None, **settings),
            token=token,
            services=services,
            clock=Clock(clock.now, clock.sleep),
            rng=random.Random(7),
        )
        made.append(backend)
        return backend

    yield make
    for backend in made:
        backend.close()


@pytest.fixture
def picture_of() -> Callable[..., ModelInput]:
    """Make inputs, a landscape picture each: ``picture_of("lung", "heart", seed=3)``."""

    def make(*phrases: str, seed: int = 1) -> ModelInput:
        rng = np.random.default_rng(seed)
        picture = np.zeros((1024, 1024, 3), np.uint8)
        coarse = rng.integers(1, 256, (10, 16, 3), dtype=np.uint8)
        picture[192:832] = coarse.repeat(64, axis=0).repeat(64, axis=1)
        small = picture[192:832:64, ::64].copy()
        frame = Frame(values=small, rgb=small)
        return ModelInput(picture, phrases, frame, Letterbox.fit(10, 16))

    return make
