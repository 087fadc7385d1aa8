"""Places, queues and pauses at one endpoint, with the time in the hand of the test."""

from __future__ import annotations

import threading
import time

import pytest

from core.backends.base import RunControl
from core.backends.breaker import COOL_DOWN_S, FAILURES
from core.backends.retry import Clock
from core.backends.traffic import ANSWERS_A_PLACE, Traffic, Verdict
from core.errors import Cancelled, EndpointPaused

URL = "https://mip.region.inference.ml.azure.com/score"
HOST = "mip.region.inference.ml.azure.com"
PATIENCE_S = 5.0


@pytest.fixture
def traffic(clock):
    return Traffic(Clock(clock.now, clock.sleep))


@pytest.fixture
def lane(traffic):
    return traffic.lane(URL, HOST, 4)


def use(lane, verdict=Verdict.SUCCESS, times=1):
    for _ in range(times):
        with lane.place(RunControl()) as place:
            place.verdict = verdict


def break_down(lane):
    for _ in range(FAILURES):
        use(lane, Verdict.DOWN)
        lane.give_up("It was cut.")


def eventually(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


class Visitor(threading.Thread):
    """Takes a place and keeps it until told to go."""

    def __init__(self, lane, log, name, control=None):
        super().__init__(daemon=True)
        self.go = threading.Event()
        self.end = None
        self._use = (lane, log, name, control or RunControl())
        self.start()

    def run(self):
        lane, log, name, control = self._use
        try:
            with lane.place(control):
                log.append(name)
                self.go.wait(PATIENCE_S)
        except (Cancelled, EndpointPaused) as end:
            self.end = end


def test_everybody_shares_one_lane_to_an_endpoint(traffic, lane):
    assert traffic.lane(URL, HOST, 4) is lane
    assert traffic.lane(URL.replace("mip", "other"), "other", 4) is not lane


def test_who_comes_first_is_served_first(traffic):
    lane, log = traffic.lane(URL, HOST, 1), []
    visitors = []
    for name in "abcd":
        visitors.append(Visitor(lane, log, name))
        eventually(lambda: lane.state.in_flight + lane.state.waiting == len(visitors))
    for number, visitor in enumerate(visitors, start=1):
        eventually(lambda n=number: len(log) == n)
        assert lane.state.in_flight == 1
        visitor.go.set()
        visitor.join(PATIENCE_S)
    assert log == list("abcd")
    assert lane.state.waiting == lane.state.in_flight == 0


def test_whoever_waits_is_told_for_what_and_that_it_is_over(traffic):
    lane = traffic.lane(URL, HOST, 1)
    first = Visitor(lane, [], "first")
    eventually(lambda: lane.state.in_flight == 1)
    told, over = [], []

    def hear(waiting):
        told.append(waiting)
        first.go.set()

    with lane.place(RunControl(on_wait=hear, on_resume=lambda: over.append(True))):
        assert lane.state.in_flight == 1
    assert told[0].reason == "Waiting for a free place: 1 request is under way."
    assert told[0].seconds_left is None
    assert over == [True]


def test_whoever_stops_waiting_leaves_the_queue_and_takes_no_place(traffic):
    lane, log = traffic.lane(URL, HOST, 1), []
    first = Visitor(lane, log, "first")
    eventually(lambda: log == ["first"])
    stop = threading.Event()
    second = Visitor(lane, log, "second", RunControl(is_cancelled=stop.is_set))
    third = Visitor(lane, log, "third")
    eventually(lambda: lane.state.waiting == 2)
    stop.set()
    second.join(PATIENCE_S)
    assert isinstance(second.end, Cancelled)
    first.go.set()
    eventually(lambda: log == ["first", "third"])
    third.go.set()
    third.join(PATIENCE_S)
    assert lane.state.in_flight == 0


def test_a_refusal_for_too_many_halves_the_places_down_to_one(lane):
    limits = []
    for _ in range(4):
        use(lane, Verdict.BUSY)
        limits.append(lane.state.limit)
    assert limits == [2, 1, 1, 1]


def test_requests_that_are_refused_together_halve_the_places_once(lane):
    with lane.place(RunControl()) as one, lane.place(RunControl()) as two:
        one.verdict = two.verdict = Verdict.BUSY
    assert lane.state.limit == 2


def test_the_places_come_back_one_by_one_and_not_beyond_what_there_is(lane):
    use(lane, Verdict.BUSY, 2)
    use(lane, times=ANSWERS_A_PLACE - 1)
    assert lane.state.limit == 1
    use(lane)
    assert lane.state.limit == 2
    use(lane, times=10 * ANSWERS_A_PLACE)
    assert lane.state.limit == 4


def test_a_refusal_in_between_starts_the_count_of_good_answers_again(lane):
    use(lane, Verdict.BUSY, 3)
    use(lane, times=ANSWERS_A_PLACE - 1)
    use(lane, Verdict.BUSY)
    use(lane, times=ANSWERS_A_PLACE - 1)
    assert lane.state.limit == 1


def test_a_setting_that_changes_changes_the_places(traffic, lane):
    traffic.lane(URL, HOST, 16)
    assert lane.state.limit == 16


def test_an_endpoint_that_keeps_failing_is_left_alone_and_it_is_said_for_how_long(lane, clock):
    break_down(lane)
    clock.sleep(10)
    with pytest.raises(EndpointPaused) as caught:
        use(lane)
    assert HOST in caught.value.what
    assert f"{FAILURES} times in a row" in caught.value.what
    assert f"in about {COOL_DOWN_S - 10:.0f} seconds" in caught.value.next_step
    assert caught.value.details == "The last failure: It was cut."
    assert lane.state.paused


@pytest.mark.parametrize("verdict", [Verdict.SUCCESS, Verdict.ANSWERED, Verdict.BUSY])
def test_any_answer_in_between_shows_that_the_endpoint_is_there(lane, verdict):
    for _ in range(3 * FAILURES):
        use(lane, Verdict.DOWN)
        lane.give_up("It was cut.")
        use(lane, verdict)
    assert not lane.state.paused


def test_after_the_pause_one_request_tries_and_the_others_go_on_when_it_works(lane, clock):
    break_down(lane)
    clock.sleep(COOL_DOWN_S)
    with lane.place(RunControl()) as trial:
        with pytest.raises(EndpointPaused, match="one request tries it now"):
            use(lane)
        trial.verdict = Verdict.SUCCESS
    use(lane, times=3)
    assert not lane.state.paused


def test_when_the_trial_fails_the_endpoint_is_left_alone_once_more(lane, clock):
    break_down(lane)
    clock.sleep(COOL_DOWN_S)
    use(lane, Verdict.DOWN)
    with pytest.raises(EndpointPaused, match=f"about {COOL_DOWN_S:.0f} seconds"):
        use(lane)
    clock.sleep(COOL_DOWN_S)
    use(lane)
    assert not lane.state.paused


def test_a_trial_that_the_user_stops_leaves_the_trial_to_the_next(lane, clock):
    break_down(lane)
    clock.sleep(COOL_DOWN_S)
    use(lane, Verdict.NONE)
    assert lane.state.paused
    use(lane)
    assert not lane.state.paused


def test_who_waits_for_a_place_is_told_at_once_when_the_endpoint_is_left_alone(traffic):
    lane, log = traffic.lane(URL, HOST, 1), []
    first = Visitor(lane, log, "first")
    eventually(lambda: log == ["first"])
    second = Visitor(lane, log, "second")
    eventually(lambda: lane.state.waiting == 1)
    for _ in range(FAILURES):
        lane.give_up("It was cut.")
    second.join(PATIENCE_S)
    assert isinstance(second.end, EndpointPaused)
    first.go.set()
    first.join(PATIENCE_S)
    assert log == ["first"]


def test_the_endpoint_of_another_is_not_left_alone(traffic, lane):
    break_down(lane)
    use(traffic.lane(URL.replace("mip", "other"), "other", 1))
    assert [state.paused for state in traffic.states] == [True, False]
