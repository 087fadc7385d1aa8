"""When an endpoint that keeps failing is left alone, and when it is tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FAILURES = 3
"""Calls in a row that were given up, each after its own retries, before the endpoint is left
alone."""

COOL_DOWN_S = 30.0
"""How long it is left alone before one request tries it again."""


class Breaker:
    """Counts calls that were given up in a row. Not thread-safe: its lane holds a lock.

    Args:
        now: Seconds from any fixed moment.

    Attributes:
        failures: Calls given up in a row.
        reason: The sentence for the last of them.
        trying: Whether the trial is under way.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._open_until: float | None = None
        self.failures = 0
        self.reason = ""
        self.trying = False

    @property
    def open(self) -> bool:
        """True while the endpoint is left alone, the trial included."""
        return self._open_until is not None

    @property
    def admits(self) -> bool:
        """Whether a request may be sent now; the first one after the cool-down is the trial."""
        return self._open_until is None or (self.left_s == 0 and not self.trying)

    @property
    def left_s(self) -> float:
        """Seconds until the endpoint is tried again; 0 during the trial."""
        return 0.0 if self._open_until is None else max(self._open_until - self._now(), 0.0)

    def begin(self) -> bool:
        """A request is sent; True when it is the trial."""
        self.trying = self.open
        return self.trying

    def give_up(self, reason: str) -> None:
        """A call was given up; enough of them in a row open the breaker."""
        self.failures += 1
        self.reason = reason
        if self.failures >= FAILURES and not self.open:
            self._open_until = self._now() + COOL_DOWN_S

    def answered(self) -> None:
        """The endpoint answered, whatever it said: it is there."""
        self.failures = 0
        self._open_until = None

    def trial_failed(self) -> None:
        """Leave the endpoint alone once more."""
        self._open_until = self._now() + COOL_DOWN_S
