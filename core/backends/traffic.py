"""How many requests may be under way to each endpoint, for all who share this process.

Azure ML answers 429 to everything beyond twice the requests that a deployment works on at once, so
that many places are there at most. First come, first served. A 429 halves the places, because
others may use the endpoint too; answers bring them back one by one. An endpoint that keeps failing
is left alone for a while, see :mod:`core.backends.breaker`.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import count
from typing import TYPE_CHECKING

from core.backends.base import Waiting
from core.backends.breaker import Breaker
from core.backends.retry import POLL_S, Clock, spoken
from core.errors import EndpointPaused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.backends.base import RunControl

ANSWERS_A_PLACE = 10
"""Good answers in a row, after a 429, before one more place is tried."""

_LOOKS_A_WORD = 10


class Verdict(Enum):
    """What a request has shown about its endpoint."""

    NONE = auto()
    """Nothing: it was broken off by the user."""
    SUCCESS = auto()
    ANSWERED = auto()
    """It answered with a refusal, which is the request's own matter."""
    BUSY = auto()
    DOWN = auto()
    """No connection, silence, or a fault of the service."""


@dataclass(eq=False)
class Place:
    """The right to have one request under way.

    Attributes:
        verdict: Set by whoever holds the place, before it is given back.
    """

    verdict: Verdict = Verdict.NONE
    number: int = 0
    admitted: bool = False
    trial: bool = False
    called: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class LaneState:
    """How things stand at one endpoint.

    Attributes:
        host: Host of the endpoint.
        in_flight: Requests under way.
        waiting: Requests that wait for a place.
        limit: Places at present.
        paused: Whether the endpoint is left alone.
    """

    host: str
    in_flight: int
    waiting: int
    limit: int
    paused: bool


class Traffic:
    """One lane for each scoring URL; safe to use from any thread.

    Args:
        clock: Where the time of cool-downs comes from.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._lock = threading.Lock()
        self._lanes: dict[str, Lane] = {}

    def lane(self, url: str, host: str, places: int) -> Lane:
        """The lane to an endpoint, the same one for everybody.

        Args:
            url: Scoring URL.
            host: Its host, for sentences.
            places: Most requests under way; the last one to say so is right.
        """
        with self._lock:
            lane = self._lanes.get(url)
            if lane is None:
                lane = self._lanes[url] = Lane(host, places, self._clock)
        lane.resize(places)
        return lane

    @property
    def states(self) -> tuple[LaneState, ...]:
        """How things stand at every endpoint."""
        with self._lock:
            lanes = tuple(self._lanes.values())
        return tuple(lane.state for lane in lanes)


class Lane:
    """The way to one endpoint; see :class:`Traffic`."""

    def __init__(self, host: str, places: int, clock: Clock) -> None:
        self._host = host
        self._most = places
        self._limit = places
        self._breaker = Breaker(clock.now)
        self._lock = threading.Lock()
        self._queue: deque[Place] = deque()
        self._in_flight = 0
        self._entered = 0
        self._cut_at = 0
        self._good = 0

    @property
    def state(self) -> LaneState:
        """How things stand."""
        with self._lock:
            return LaneState(
                self._host, self._in_flight, len(self._queue), self._limit, self._breaker.open
            )

    def resize(self, places: int) -> None:
        """Change the most places that there are."""
        with self._lock:
            if places != self._most:
                self._most = self._limit = places
                self._advance()

    @contextmanager
    def place(self, control: RunControl) -> Iterator[Place]:
        """Hold one place; waits for it, and says so.

        Args:
            control: Told about the wait, and asked whether to stop.

        Raises:
            EndpointPaused: The endpoint is left alone for now.
            Cancelled: The user stopped the run.
        """
        place = Place()
        with self._lock:
            self._queue.append(place)
            self._advance()
        try:
            self._wait(place, control)
            if not place.admitted:
                raise self._paused()
            yield place
        finally:
            with self._lock:
                self._leave(place)
                self._advance()

    def give_up(self, reason: str) -> None:
        """Note that a call was given up because the endpoint does not work.

        Args:
            reason: The sentence for what happened; no address but the host, nothing of a user.
        """
        with self._lock:
            self._breaker.give_up(reason)
            self._advance()

    def _wait(self, place: Place, control: RunControl) -> None:
        if place.called.is_set():
            return
        looks = count()
        while not place.called.wait(POLL_S):
            control.checkpoint()
            if next(looks) % _LOOKS_A_WORD == 0:
                control.on_wait(Waiting(self._queue_sentence(), None))
        control.on_resume()

    def _advance(self) -> None:
        """Call whoever is next, as long as there is room; the lock is held."""
        while self._queue:
            admits = self._breaker.admits
            if admits and self._in_flight >= self._limit:
                return
            place = self._queue.popleft()
            if admits:
                self._entered += 1
                self._in_flight += 1
                place.number = self._entered
                place.admitted = True
                place.trial = self._breaker.begin()
            place.called.set()

    def _leave(self, place: Place) -> None:
        """Take a place back, and learn from what was heard; the lock is held."""
        if not place.admitted:
            if place in self._queue:
                self._queue.remove(place)
            return
        self._in_flight -= 1
        self._learn(place)
        if place.trial:
            self._breaker.trying = False

    def _learn(self, place: Place) -> None:
        verdict = place.verdict
        if verdict is Verdict.NONE:
            return
        if verdict is Verdict.DOWN:
            if place.trial:
                self._breaker.trial_failed()
            return
        self._breaker.answered()
        if verdict is Verdict.BUSY:
            self._good = 0
            # Requests that were under way together are refused together: that counts once.
            if place.number > self._cut_at:
                self._cut_at = self._entered
                self._limit = max(self._limit // 2, 1)
        elif verdict is Verdict.SUCCESS:
            self._good += 1
            if self._good >= ANSWERS_A_PLACE and self._limit < self._most:
                self._good = 0
                self._limit += 1

    def _queue_sentence(self) -> str:
        under_way = self.state.in_flight
        requests = "1 request is" if under_way == 1 else f"{under_way} requests are"
        return f"Waiting for a free place: {requests} under way."

    def _paused(self) -> EndpointPaused:
        with self._lock:
            breaker = self._breaker
            left_s, failures, reason = breaker.left_s, breaker.failures, breaker.reason
        when = f"in {spoken(left_s)}" if left_s else "in a moment, since one request tries it now"
        return EndpointPaused(
            f"Nothing is sent to {self._host} for now: it failed {failures} times in a row.",
            f"Run it again {when}; if it goes on, check on the page Connection that the endpoint "
            "works.",
            details=f"The last failure: {reason}",
        )
