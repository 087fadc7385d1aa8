"""How far a long piece of work on the weights is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

StageName = Literal["download", "copy", "hash", "parameters"]


@dataclass(frozen=True)
class Stage:
    """What is being done, and how far it is.

    Attributes:
        name: What is being done.
        done: Bytes that are done.
        total: Bytes in all; 0 when that is not known.
    """

    name: StageName
    done: int = 0
    total: int = 0


Tell = Callable[[Stage], None]
"""Gets every stage, often; it must not take long."""


def tell_nobody(_stage: Stage) -> None:
    """Tell nobody."""
