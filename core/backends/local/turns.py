"""Who may use the model next: one after the other, in the order in which they came."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

from core.backends.base import Waiting
from core.backends.retry import POLL_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.backends.base import RunControl

_LOOKS_A_WORD = 10


class Turns:
    """A lock that goes to whoever has waited longest; safe to use from any thread."""

    def __init__(self) -> None:
        self._line: deque[object] = deque()
        self._moved = threading.Condition()

    @contextmanager
    def turn(self, control: RunControl) -> Iterator[None]:
        """Hold the lock; waits for it, and says how many are before.

        Args:
            control: Told about the wait about once a second, and asked whether to stop.

        Raises:
            Cancelled: The user stopped the run.
        """
        ticket = object()
        with self._moved:
            self._line.append(ticket)
        try:
            self._wait(ticket, control)
            yield
        finally:
            with self._moved:
                self._line.remove(ticket)
                self._moved.notify_all()

    def _wait(self, ticket: object, control: RunControl) -> None:
        for look in count():
            with self._moved:
                before = self._line.index(ticket)
                # What moves the line between this look and the next ends the wait at once.
                if before and look:
                    self._moved.wait(POLL_S)
                    before = self._line.index(ticket)
            if not before:
                if look:
                    control.on_resume()
                return
            control.checkpoint()
            if look % _LOOKS_A_WORD == 0:
                control.on_wait(Waiting(_sentence(before), None))


def _sentence(before: int) -> str:
    if before == 1:
        return "Waiting for the local model: 1 run is before this one."
    return f"Waiting for the local model: {before} runs are before this one."
