"""One model, several callers: who came first is served first."""

from __future__ import annotations

import threading
import time

import pytest

from core.backends.base import RunControl
from core.backends.local.turns import Turns
from core.errors import Cancelled

PATIENCE_S = 10


class Caller(threading.Thread):
    """Takes a turn and keeps it until it is let go."""

    def __init__(self, turns, served, name):
        super().__init__(name=name, daemon=True)
        self.turns, self.served = turns, served
        self.told, self.resumed = [], []
        self.stop, self.has_turn, self.let_go = (threading.Event() for _ in range(3))
        self.in_line = threading.Event()
        self.error = None
        self.start()

    def run(self):
        control = RunControl(
            on_wait=self._tell,
            is_cancelled=self.stop.is_set,
            on_resume=lambda: self.resumed.append(self.name),
        )
        try:
            with self.turns.turn(control):
                self.served.append(self.name)
                self.in_line.set()
                self.has_turn.set()
                self.let_go.wait(PATIENCE_S)
        except Cancelled as error:
            self.error = error

    def _tell(self, waiting):
        self.told.append(waiting.reason)
        self.in_line.set()


@pytest.fixture
def call():
    """Begin calls; each is in line before the next begins."""
    turns, served, callers = Turns(), [], []

    def begin(name):
        caller = Caller(turns, served, name)
        callers.append(caller)
        assert caller.in_line.wait(PATIENCE_S)
        return caller

    yield begin
    for caller in callers:
        caller.stop.set()
        caller.let_go.set()
    for caller in callers:
        caller.join(PATIENCE_S)
        assert not caller.is_alive()


def test_who_waits_is_served_in_the_order_of_arrival_and_told_how_many_are_before(call):
    first, second, third = call("a"), call("b"), call("c")
    assert (first.told, first.resumed) == ([], [])
    assert second.told[0] == "Waiting for the local model: 1 run is before this one."
    assert third.told[0] == "Waiting for the local model: 2 runs are before this one."
    first.let_go.set()
    assert second.has_turn.wait(PATIENCE_S)
    assert not third.has_turn.is_set()
    second.let_go.set()
    assert third.has_turn.wait(PATIENCE_S)
    assert third.served == ["a", "b", "c"]
    assert (second.resumed, third.resumed) == (["b"], ["c"])


def test_who_gives_up_while_waiting_is_not_served_and_holds_nobody_up(call):
    first, second, third = call("a"), call("b"), call("c")
    second.stop.set()
    second.join(PATIENCE_S)
    assert isinstance(second.error, Cancelled)
    first.let_go.set()
    assert third.has_turn.wait(PATIENCE_S)
    assert third.served == ["a", "c"]


def test_a_fault_during_a_turn_gives_it_back(call):
    turns = Turns()
    with pytest.raises(ValueError, match="a fault"), turns.turn(RunControl()):
        raise ValueError("a fault")
    started = time.monotonic()
    with turns.turn(RunControl()):
        assert time.monotonic() - started < PATIENCE_S


def test_a_fault_of_who_is_told_takes_the_caller_out_of_the_line():
    turns = Turns()

    def broken(_waiting):
        raise ValueError("the page is gone")

    with (
        turns.turn(RunControl()),
        pytest.raises(ValueError, match="gone"),
        turns.turn(RunControl(on_wait=broken)),
    ):
        pytest.fail("the turn is another's")
    with turns.turn(RunControl()):
        pass
