"""Pauses between tries: how they grow, what they add up to, and how they are counted down."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.backends.base import RunControl
from core.backends.retry import (
    BACKING_OFF,
    NEVER,
    ONCE,
    SLOWLY,
    Clock,
    Failure,
    next_pause_s,
    pause,
    persist,
)
from core.errors import Cancelled, EndpointBusy

failures = st.builds(
    Failure,
    kind=st.just(EndpointBusy),
    what=st.just("It is busy."),
    next_step=st.just("Wait."),
    pace=st.sampled_from([NEVER, ONCE, BACKING_OFF, SLOWLY]),
    retry_after_s=st.none() | st.floats(0, 200),
)


def busy(**changes: object) -> Failure:
    return Failure(EndpointBusy, "It is busy.", "Wait.", pace=BACKING_OFF, **changes)


@given(st.lists(failures, min_size=1, max_size=40), st.integers(0, 2**32), st.floats(0, 60))
def test_whatever_goes_wrong_the_pauses_stay_within_the_budget_and_the_tries_end(
    sequence, seed, budget_s
):
    slept = []
    tries = itertools.count(1)
    outcomes = itertools.chain(sequence, itertools.repeat(busy()))

    def attempt(number: int) -> Failure:
        assert number == next(tries)
        return next(outcomes)

    with pytest.raises(EndpointBusy):
        persist(
            attempt,
            budget_s=budget_s,
            control=RunControl(),
            clock=Clock(lambda: sum(slept), slept.append),
            rng=random.Random(seed),
        )
    assert sum(slept) <= budget_s + 1e-6
    assert next(tries) <= 1 + 8 + 8 + 1 + 1


def test_own_pauses_double_with_the_upper_half_left_to_chance():
    rng = random.Random(1)
    for retried, longest in enumerate([1, 2, 4, 8, 16, 20, 20, 20]):
        pauses = [next_pause_s(busy(), retried, 1e9, rng) for _ in range(200)]
        assert longest / 2 <= min(pauses) < longest * 0.55
        assert longest * 0.95 < max(pauses) <= longest
    assert next_pause_s(busy(), 8, 1e9, rng) is None


def test_two_clients_that_failed_together_do_not_come_back_together():
    pauses = {next_pause_s(busy(), 3, 60, random.Random(seed)) for seed in range(50)}
    assert len(pauses) == 50


def test_a_pause_is_counted_down_about_once_a_second(clock):
    told = []
    pause(4.5, "It is busy.", RunControl(on_wait=told.append), Clock(clock.now, clock.sleep))
    assert [one.seconds_left for one in told] == pytest.approx([4.5, 3.5, 2.5, 1.5, 0.5], abs=0.1)
    assert clock.slept_s == pytest.approx(4.5)


def test_a_pause_looks_for_a_stop_many_times_a_second(clock):
    looks = itertools.count()
    control = RunControl(is_cancelled=lambda: next(looks) == 20)
    with pytest.raises(Cancelled):
        pause(30, "It is busy.", control, Clock(clock.now, clock.sleep))
    assert clock.slept_s == pytest.approx(2.0)


def test_the_error_keeps_the_sentences_the_details_and_the_request_id():
    error = busy(details="HTTP 429", request_id="abc").error(1)
    assert str(error) == "It is busy. Wait."
    assert error.details == "HTTP 429"
    assert error.request_id == "abc"
