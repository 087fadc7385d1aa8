"""Every row of the error table: the class, the sentences, and how often it is tried again."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import NamedTuple

import pytest

from core import errors
from core.backends.base import RunControl
from tests.standin import KEY, Refusal, StandIn
from tests.standin import behaviour as play


class Row(NamedTuple):
    refusal: Refusal
    kind: type[errors.BackendError]
    what: str
    next_step: str
    tries: int


TABLE = [
    Row(play.BAD_KEY, errors.SignInRefused, "key (401, key_auth_access_denied)", "Consume", 1),
    Row(play.BAD_AUTHORIZATION, errors.SignInRefused, "401, key_auth_bad_header", "Consume", 1),
    Row(play.TENANT_MISMATCH, errors.SignInRefused, "403, Tenant mismatch: Token", "tenant", 1),
    Row(play.NO_DEPLOYMENT, errors.EndpointNotFound, "no deployment", "gets traffic", 1),
    Row(play.TIMED_OUT, errors.EndpointTimeout, "408", "request_timeout_ms", 2),
    Row(play.TOO_LARGE, errors.RequestTooLarge, "413", "fewer pictures", 1),
    Row(play.BODY_TOO_LARGE, errors.RequestTooLarge, "413", "fewer pictures", 1),
    Row(play.SCORING_FAILED, errors.ModelFailed, "424, model_error, 500 inside", "logs", 2),
    Row(play.NO_INPUT_DATA, errors.ModelFailed, "424, model_error, 400 inside", "2D", 1),
    Row(play.WRONG_CONTENT_TYPE, errors.ModelFailed, "model_error, 415 inside", "2D", 1),
    Row(Refusal(424), errors.ModelFailed, "424, no reason given", "another picture", 2),
    Row(play.MODEL_NOT_READY, errors.ModelNotReady, "still starting", "10 to 15 minutes", 7),
    Row(play.BUSY, errors.EndpointBusy, "429, too_many_pending_request", "max_concurrent", 9),
    Row(play.RATE_LIMITED, errors.EndpointBusy, "(429)", "instances", 9),
    Row(play.INFRASTRUCTURE, errors.ServiceFault, "failed (500)", "Azure support", 9),
    Row(play.BAD_GATEWAY, errors.ServiceFault, "failed (502)", "Azure support", 9),
    Row(play.UNAVAILABLE, errors.ServiceFault, "failed (503)", "Azure support", 9),
    Row(play.GATEWAY_TIMEOUT, errors.ServiceFault, "failed (504)", "Azure support", 9),
    Row(Refusal(400), errors.ModelFailed, "refused the request (400)", "scoring URL", 1),
    Row(Refusal(405), errors.ModelFailed, "refused the request (405)", "scoring URL", 1),
    Row(Refusal(407), errors.ConnectionFailed, "proxy", "HTTPS_PROXY", 1),
    Row(Refusal(204), errors.ConnectionFailed, "something else than masks (204)", "address", 1),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.what)
def test_each_refusal_has_its_class_its_sentences_and_its_patience(
    endpoint, ask, picture_of, clock, row
):
    endpoint.script(*[row.refusal] * 20)
    with pytest.raises(errors.BackendError) as caught:
        ask(endpoint.url).segment([picture_of("lung")])
    error = caught.value
    assert type(error) is row.kind
    assert f"127.0.0.1:{endpoint.port}" in error.what
    assert row.what in error.what
    assert row.next_step in error.next_step
    assert ("It was tried" in error.what) == (row.tries > 1)
    assert len(error.request_id) == 36
    assert f"HTTP {row.refusal.status}" in error.details
    assert row.refusal.body[:50] in error.details
    assert len(endpoint.received) == row.tries
    assert clock.slept_s <= 60.001


@pytest.mark.parametrize(
    "refusal", [play.TIMED_OUT, play.SCORING_FAILED, play.MODEL_NOT_READY, play.BUSY], ids=str
)
def test_a_refusal_that_passes_is_not_an_error(endpoint, ask, picture_of, clock, refusal):
    endpoint.script(refusal)
    (reply,) = ask(endpoint.url).segment([picture_of("lung")])
    assert reply.categories == ("lung",)
    assert 0 < clock.slept_s <= 10


def test_a_starting_model_is_asked_slowly_and_a_busy_one_soon(endpoint, ask, picture_of, clock):
    endpoint.script(play.BUSY)
    ask(endpoint.url).segment([picture_of("lung")])
    busy_s = clock.slept_s
    endpoint.script(play.MODEL_NOT_READY)
    ask(endpoint.url).segment([picture_of("lung")])
    assert 0.5 <= busy_s <= 1.0
    assert 5.0 <= clock.slept_s - busy_s <= 10.0


def test_costly_failures_of_two_kinds_are_retried_once_in_all(endpoint, ask, picture_of):
    endpoint.script(play.TIMED_OUT, play.SCORING_FAILED)
    with pytest.raises(errors.ModelFailed):
        ask(endpoint.url).segment([picture_of("lung")])
    assert len(endpoint.received) == 2


def test_the_pause_that_the_service_asks_for_is_kept_and_counted_down(
    endpoint, ask, picture_of, clock
):
    endpoint.script(play.BUSY.retry_after("3"))
    waited = []
    ask(endpoint.url).segment([picture_of("lung")], RunControl(on_wait=waited.append))
    assert clock.slept_s == pytest.approx(3)
    assert [round(one.seconds_left) for one in waited] == [3, 2, 1]
    assert all("busy" in one.reason for one in waited)


def test_the_pause_may_be_given_as_a_date(endpoint, ask, picture_of, clock):
    until = formatdate(time.time() + 10, usegmt=True)
    endpoint.script(play.BUSY.retry_after(until))
    ask(endpoint.url).segment([picture_of("lung")])
    assert 8 <= clock.slept_s <= 12


@pytest.mark.parametrize("value", ["soon", "-5", "1e9", "Wed, 99 Xyz 2026 00:00:00 GMT", "\t"])
def test_a_pause_that_makes_no_sense_is_ignored(endpoint, ask, picture_of, clock, value):
    endpoint.script(play.BUSY.retry_after(value))
    ask(endpoint.url).segment([picture_of("lung")])
    assert 0.5 <= clock.slept_s <= 1.0


def test_a_pause_of_nothing_does_not_become_a_storm_of_requests(endpoint, ask, picture_of, clock):
    endpoint.script(*[play.BUSY.retry_after("0")] * 50)
    with pytest.raises(errors.EndpointBusy):
        ask(endpoint.url).segment([picture_of("lung")])
    assert len(endpoint.received) == 9
    assert clock.slept_s >= 4


@pytest.mark.parametrize(
    "pause",
    [("90", "about 90 seconds"), ("600", "about 10 minutes"), ("86400", "about 24 hours")],
)
def test_a_pause_beyond_the_budget_is_not_begun_but_told(endpoint, ask, picture_of, clock, pause):
    value, spoken = pause
    endpoint.script(play.BUSY.retry_after(value))
    with pytest.raises(errors.EndpointBusy, match=f"Try again in {spoken}"):
        ask(endpoint.url).segment([picture_of("lung")])
    assert len(endpoint.received) == 1
    assert clock.slept_s == 0


def test_pauses_use_the_budget_up_and_never_more(endpoint, ask, picture_of, clock):
    endpoint.script(*[play.BUSY] * 20)
    with pytest.raises(errors.EndpointBusy, match="It was tried 5 times"):
        ask(endpoint.url, retry_budget_s=6).segment([picture_of("lung")])
    assert 3 <= clock.slept_s <= 6.001


def test_with_no_budget_nothing_is_tried_twice(endpoint, ask, picture_of, clock):
    endpoint.script(play.BUSY)
    with pytest.raises(errors.EndpointBusy):
        ask(endpoint.url, retry_budget_s=0).segment([picture_of("lung")])
    assert len(endpoint.received) == 1
    assert clock.slept_s == 0


def test_a_wrong_key_is_told_without_a_second_try(endpoint, ask, picture_of):
    with pytest.raises(errors.SignInRefused, match="did not accept the key"):
        ask(endpoint.url, key="yesterdays-key").segment([picture_of("lung")])
    assert len(endpoint.received) == 1


def test_a_refused_token_is_called_a_token(endpoint, ask, picture_of):
    with pytest.raises(errors.SignInRefused, match="did not accept the token"):
        ask(endpoint.url, token=lambda: "expired").segment([picture_of("lung")])


def test_an_unknown_deployment_is_named(endpoint, ask, picture_of):
    with pytest.raises(errors.EndpointNotFound, match="no deployment named mip-v99"):
        ask(endpoint.url, deployment="mip-v99").segment([picture_of("lung")])


def test_a_redirect_is_not_followed_and_the_other_host_gets_nothing(endpoint, ask, picture_of):
    with StandIn() as other:
        endpoint.script(play.redirect_to(other.url))
        with pytest.raises(errors.ConnectionFailed, match="another address \\(307\\)"):
            ask(endpoint.url).segment([picture_of("lung")])
        assert other.received == ()
    assert len(endpoint.received) == 1


def test_a_long_or_binary_body_of_an_error_is_cut_and_kept_printable(endpoint, ask, picture_of):
    endpoint.script(Refusal(400, "a\x00b\n" + "x" * 100_000))
    with pytest.raises(errors.ModelFailed) as caught:
        ask(endpoint.url).segment([picture_of("lung")])
    assert len(caught.value.details) < 700
    assert caught.value.details.isprintable()


def test_an_overloaded_endpoint_is_asked_again_until_it_has_room(ask, picture_of):
    with StandIn(keys=(KEY,), max_in_flight=0) as full:
        waited = []

        def make_room(waiting) -> None:
            waited.append(waiting)
            full.max_in_flight = 16

        ask(full.url).segment([picture_of("lung")], RunControl(on_wait=make_room))
        assert len(full.received) == 2
    assert waited
