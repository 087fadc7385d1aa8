"""When to ask again, how long to pause before, and when to give up."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from core.backends.base import Waiting

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from core.backends.base import RunControl
    from core.errors import BackendError

Result = TypeVar("Result")

POLL_S = 0.1
"""How often a wait looks whether the user has stopped the run."""

_SHORTEST_PAUSE_S = 0.5


@dataclass(frozen=True)
class Pace:
    """How a kind of failure is retried.

    Attributes:
        retries: How many times at most.
        first_s: The first pause, before jitter.
        growth: By how much each pause is longer than the one before.
        longest_s: No pause is longer, before jitter.
    """

    retries: int
    first_s: float = 1.0
    growth: float = 2.0
    longest_s: float = 20.0


NEVER = Pace(retries=0)
ONCE = Pace(retries=1)
BACKING_OFF = Pace(retries=8)
SLOWLY = Pace(retries=8, first_s=10.0, growth=1.5)


@dataclass(frozen=True)
class Failure:
    """One try that failed: what to tell the user, and whether to try again.

    Attributes:
        kind: The error that it becomes when it is given up.
        what: One sentence for what happened, shown while waiting too.
        next_step: One sentence for what to do.
        details: Text for support; no key in it.
        request_id: The service's id of the request.
        pace: How it is retried.
        retry_after_s: The pause that the service asked for, or None.
    """

    kind: type[BackendError]
    what: str
    next_step: str
    details: str = ""
    request_id: str | None = None
    pace: Pace = NEVER
    retry_after_s: float | None = None

    def error(self, tries: int) -> BackendError:
        """The error for the user, after this many tries."""
        what = self.what if tries == 1 else f"{self.what} It was tried {tries} times."
        next_step = self.next_step
        if self.pace.retries and self.retry_after_s is not None:
            next_step = f"Try again in {spoken(self.retry_after_s)}, as the service asks."
        return self.kind(what, next_step, details=self.details, request_id=self.request_id)


@dataclass(frozen=True)
class Clock:
    """Where time comes from; tests put in one that does not make them wait.

    Attributes:
        now: Seconds from any fixed moment.
        sleep: Wait that many seconds.
    """

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def _ignore(_failure: Failure) -> None:
    """Tell nobody."""


def persist(
    attempt: Callable[[int], Result | Failure],
    *,
    budget_s: float,
    control: RunControl,
    clock: Clock,
    rng: random.Random,
    on_give_up: Callable[[Failure], None] = _ignore,
) -> Result:
    """Try until it works, until it makes no sense any more, or until the budget is used up.

    Args:
        attempt: One try; its argument is the number of the try, from 1.
        budget_s: How long all pauses may be, together.
        control: Told about every pause, and asked whether to stop.
        clock: Where time comes from.
        rng: Source of the jitter.
        on_give_up: Told the last failure before it is raised.

    Raises:
        BackendError: The last failure.
        Cancelled: The user stopped the run.
    """
    left_s = budget_s
    retried: Counter[Pace] = Counter()
    number = 0
    while True:
        number += 1
        control.checkpoint()
        outcome = attempt(number)
        if not isinstance(outcome, Failure):
            return outcome
        pause_s = next_pause_s(outcome, retried[outcome.pace], left_s, rng)
        if pause_s is None:
            on_give_up(outcome)
            raise outcome.error(number)
        retried[outcome.pace] += 1
        left_s -= pause_s
        pause(pause_s, outcome.what, control, clock)


def next_pause_s(failure: Failure, retried: int, left_s: float, rng: random.Random) -> float | None:
    """How long to pause before the next try, or None to give up.

    A pause that the service asks for is kept to the second, or, when it does not fit into the
    budget, not begun: a try before that moment would be refused again. Our own pauses grow by a
    constant factor, with the upper half of each left to chance so that clients that failed
    together do not come back together, and the last one is cut to what the budget leaves.

    Args:
        failure: What happened.
        retried: How often this kind has been retried before.
        left_s: What the budget leaves.
        rng: Source of the jitter.
    """
    pace = failure.pace
    if retried >= pace.retries:
        return None
    if failure.retry_after_s is not None:
        asked_s = max(failure.retry_after_s, _SHORTEST_PAUSE_S)
        return asked_s if asked_s <= left_s else None
    full_s = min(pace.first_s * pace.growth**retried, pace.longest_s)
    pause_s = min(full_s * rng.uniform(0.5, 1.0), left_s)
    return pause_s if pause_s >= _SHORTEST_PAUSE_S else None


def pause(seconds: float, reason: str, control: RunControl, clock: Clock) -> None:
    """Wait, count down about once a second, and stop as soon as the user asks to.

    Raises:
        Cancelled: The user stopped the run.
    """
    end = clock.now() + seconds
    next_word = clock.now()
    while (left_s := end - clock.now()) > 0:
        control.checkpoint()
        if clock.now() >= next_word:
            control.on_wait(Waiting(reason, left_s))
            next_word += 1.0
        clock.sleep(min(POLL_S, left_s))
    control.on_resume()


def spoken(seconds: float) -> str:
    """A pause in words: ``"about 90 seconds"``, ``"about 12 minutes"``."""
    if seconds < 120:
        return f"about {max(round(seconds), 1)} seconds"
    if seconds < 7200:
        return f"about {round(seconds / 60)} minutes"
    return f"about {round(seconds / 3600)} hours"
