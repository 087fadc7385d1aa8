"""Backends for the cluster's tests; they are made in the processes of the replicas."""

from __future__ import annotations

import os
import signal
import time

import numpy as np

from core.backends.base import ModelReply
from core.errors import LocalModelMissing, PhraseError

QUICK, SLOW, DEADLY = 0, 1, 2
SLOW_S = 1.0


class PlayedBackend:
    """Does what the first pixel says; the category of a phrase is "PROCESS PICTURES-AT-ONCE"."""

    name = "played"
    label = "Played"
    max_rows = 8
    workers = 1
    leaves_machine = False

    def segment(self, inputs, control=None):
        does = [int(asked.picture[0, 0, 0]) for asked in inputs]
        if DEADLY in does:
            os.kill(os.getpid(), signal.SIGKILL)
        if SLOW in does:
            time.sleep(SLOW_S)
        if any("refused" in asked.phrases for asked in inputs):
            raise PhraseError("There is a phrase that is refused.", "Leave it out.")
        told = f"{os.getpid()} {len(inputs)}"
        return [ModelReply(_level(asked), (told,) * len(asked.phrases)) for asked in inputs]


def _level(asked):
    level = asked.picture[0, 0, 1]
    return np.full((len(asked.phrases), 1024, 1024), level, np.uint8)


def open_played(name):
    return PlayedBackend()


def open_tiny(name):
    """The local backend with a small network, as a replica has it with the whole one."""
    from core.backends.local import LocalBackend, LocalRunner
    from core.backends.local.device import Placement
    from core.backends.local.loading import Loaded
    from core.settings import LocalSettings
    from tests.core.backends.local.tiny import tiny_model

    def load(settings):
        return Loaded(tiny_model(), Placement("cpu"))

    return LocalBackend(LocalRunner(LocalSettings(), load=load), "test")


def open_broken(name):
    raise LocalModelMissing("There are no weights here.", "Run: python -m core weights")


def picture(does=QUICK, level=200):
    """A picture that says what to do, and which level the masks are to have."""
    drawn = np.zeros((1024, 1024, 3), np.uint8)
    drawn[0, 0] = does, level, 0
    return drawn
