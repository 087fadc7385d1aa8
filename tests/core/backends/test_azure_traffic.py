"""Load on a real endpoint of this machine: never more at once than it takes, and no hammering."""

from __future__ import annotations

import threading

import pytest

from core import errors
from core.backends.base import RunControl
from core.backends.retry import Clock
from core.backends.services import Services
from core.backends.traffic import Traffic
from tests.standin import HangUp, Reply, StandIn
from tests.standin import behaviour as play


@pytest.fixture
def records():
    """Every request that was counted."""
    return []


@pytest.fixture
def services(clock, records):
    """What two sessions of one server share."""
    return Services(Traffic(Clock(clock.now, clock.sleep)), records.append)


def at_once(backends, picture, count):
    """Send so many requests from as many threads, in turn through each backend."""
    results = [None] * count

    def send(number):
        try:
            (results[number],) = backends[number % len(backends)].segment([picture])
        except errors.BackendError as problem:
            results[number] = problem

    threads = [threading.Thread(target=send, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.parametrize("concurrency", [1, 3])
def test_two_sessions_together_never_send_more_at_once_than_the_deployment_takes(
    ask, picture_of, services, records, concurrency
):
    with StandIn(default=Reply(delay_s=0.25), max_in_flight=2 * concurrency) as endpoint:
        backends = [ask(endpoint.url, concurrency=concurrency, services=services) for _ in range(2)]
        results = at_once(backends, picture_of("lung"), 8)
        assert endpoint.most_in_flight == 2 * concurrency
        assert len(endpoint.received) == 8
    assert all(result.categories == ("lung",) for result in results)
    assert {record.outcome for record in records} == {"success"}


def test_an_endpoint_that_takes_less_than_it_should_is_sent_less(ask, picture_of, services, clock):
    with StandIn(default=Reply(delay_s=0.05), max_in_flight=1) as endpoint:
        backend = ask(endpoint.url, concurrency=4, services=services)
        results = at_once([backend], picture_of("lung"), 8)
        assert not [result for result in results if isinstance(result, Exception)]
        assert services.traffic.states[0].limit < 8


def test_pauses_for_a_retry_hold_no_place(endpoint, ask, picture_of, services):
    seen = []
    endpoint.script(play.BUSY)
    control = RunControl(on_wait=lambda _w: seen.append(services.traffic.states[0].in_flight))
    ask(endpoint.url, services=services).segment([picture_of("lung")], control)
    assert set(seen) == {0}


def test_a_dead_endpoint_is_not_asked_any_more_after_three_calls(
    endpoint, ask, picture_of, services, clock
):
    endpoint.script(*[play.INFRASTRUCTURE] * 100)
    backend = ask(endpoint.url, services=services)
    for _ in range(3):
        with pytest.raises(errors.ServiceFault):
            backend.segment([picture_of("lung")])
    asked = len(endpoint.received)
    with pytest.raises(errors.EndpointPaused, match="failed 3 times in a row") as caught:
        ask(endpoint.url, services=services).segment([picture_of("lung")])
    assert len(endpoint.received) == asked
    assert caught.value.details.startswith("The last failure: The service at 127.0.0.1")

    clock.sleep(30)
    with pytest.raises(errors.EndpointPaused):  # the trial, once, and not its retries
        backend.segment([picture_of("lung")])
    assert len(endpoint.received) == asked + 1


def test_an_endpoint_that_works_again_is_used_again(endpoint, ask, picture_of, services, clock):
    endpoint.script(*[HangUp()] * 3)
    hasty = ask(endpoint.url, services=services, retry_budget_s=0)
    for _ in range(3):
        with pytest.raises(errors.ConnectionFailed):
            hasty.segment([picture_of("lung")])
    clock.sleep(30)
    hasty.segment([picture_of("lung")])
    hasty.segment([picture_of("lung")])
    assert not services.traffic.states[0].paused


@pytest.mark.parametrize(
    "refusal",
    [play.BAD_KEY, play.TENANT_MISMATCH, play.NO_DEPLOYMENT, play.NO_INPUT_DATA, play.BUSY],
    ids=str,
)
def test_what_is_wrong_with_a_request_never_pauses_the_endpoint(
    endpoint, ask, picture_of, services, refusal
):
    endpoint.script(*[refusal] * 6)
    backend = ask(endpoint.url, services=services, retry_budget_s=0)
    for _ in range(6):
        with pytest.raises(errors.BackendError):
            backend.segment([picture_of("lung")])
    assert len(endpoint.received) == 6
    assert not services.traffic.states[0].paused


def test_a_sign_in_that_cannot_be_reached_never_pauses_the_endpoint(
    endpoint, ask, picture_of, services, records
):
    def unreachable():
        raise errors.ConnectionFailed("The sign-in service is away.", "Try again.")

    backend = ask(endpoint.url, token=unreachable, services=services)
    for _ in range(6):
        with pytest.raises(errors.ConnectionFailed, match="sign-in service"):
            backend.segment([picture_of("lung")])
    assert records == []
    assert not services.traffic.states[0].paused


def test_too_many_pictures_for_the_time_there_is_do_not_pause_the_endpoint(
    endpoint, ask, picture_of, services
):
    endpoint.script(*[play.TIMED_OUT] * 4)
    backend = ask(endpoint.url, services=services, retry_budget_s=0)
    for _ in range(4):
        with pytest.raises(errors.EndpointTimeout):
            backend.segment([picture_of("lung"), picture_of("heart")])
    assert not services.traffic.states[0].paused


def test_every_request_is_recorded_with_what_support_asks_for(
    endpoint, ask, picture_of, services, records
):
    endpoint.script(play.BUSY)
    ask(endpoint.url, services=services).segment([picture_of("lung"), picture_of("heart")])
    first, second = records
    assert (first.status, first.outcome, first.attempt) == ("429", "EndpointBusy", 1)
    assert (second.status, second.outcome, second.attempt) == ("200", "success", 2)
    assert second.host == endpoint.url.split("/")[2]
    assert len(second.request_id) == 36
    assert second.rows == 2
    assert second.bytes_sent == len(endpoint.received[1].body)
    assert second.bytes_received > 2 * 1024 * 1024


def test_a_request_that_the_user_stops_is_recorded_too(
    endpoint, ask, picture_of, services, records
):
    endpoint.script(Reply(delay_s=30))
    control = RunControl(is_cancelled=lambda: bool(endpoint.received))
    with pytest.raises(errors.Cancelled):
        ask(endpoint.url, services=services).segment([picture_of("lung")], control)
    assert [record.outcome for record in records] == ["Cancelled"]
    assert services.traffic.states[0].in_flight == 0
