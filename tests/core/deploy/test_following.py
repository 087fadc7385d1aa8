"""Deploying and watching, to the good or the bad end."""

import pytest

from core.arm import ArmClient
from core.arm.find import endpoint_at
from core.backends.base import RunControl
from core.deploy.following import Standing, follow, standing, start
from core.errors import ArmRefused, Cancelled, ConnectionFailed, EndpointNotFound, ServiceFault
from tests.core.deploy.deploy_samples import plan
from tests.standin.arm_client import QuickTime
from tests.standin.tokens import FixedSource

QUOTA = ("QuotaExceeded", "Not enough quota: 40 cores needed, 0 left")


def watched(arm, control=None):
    time, told = QuickTime(), []
    start(arm, plan())
    end = follow(arm, plan().endpoint_id, control or RunControl(), told.append, clock=time.clock)
    return end, told, time


def test_a_deployment_is_followed_to_its_end(connect):
    _, arm = connect(polls=2)
    end, told, time = watched(arm)
    assert [now.state for now in told] == ["Running", "Running", "Succeeded"]
    assert [(step.what, step.name) for step in end.steps] == [
        ("Endpoint", "mip-1"),
        ("Deployment", "medimageparse-v17"),
        ("Traffic", "mip-1"),
    ]
    assert time.now == pytest.approx(30)
    endpoint = endpoint_at(arm, plan().endpoint_id)
    assert endpoint.deployments[0].traffic == 100
    assert endpoint.deployments[0].timeout_s == 90


def test_a_deployment_that_fails_says_why_and_that_it_costs_on(connect):
    _, arm = connect(failure=QUOTA)
    with pytest.raises(ArmRefused, match="40 cores needed, 0 left") as raised:
        watched(arm)
    assert "delete the endpoint" in raised.value.next_step
    assert "Deployment medimageparse-v17: Failed" in raised.value.details


def test_stopping_to_watch_stops_nothing_in_azure(connect):
    azure, arm = connect(polls=3)
    looks = []

    def tired():
        return len(looks) > 1

    start(arm, plan())
    with pytest.raises(Cancelled):
        follow(
            arm,
            plan().endpoint_id,
            RunControl(is_cancelled=tired),
            looks.append,
            clock=QuickTime().clock,
        )
    assert not azure.asked_for("POST", "cancel")
    again = follow(arm, plan().endpoint_id, RunControl(), lambda now: None, clock=QuickTime().clock)
    assert again.state == "Succeeded"


def test_a_second_run_at_the_same_time_is_refused(connect):
    _, arm = connect(polls=5)
    start(arm, plan())
    with pytest.raises(ArmRefused, match="still running"):
        start(arm, plan())


def test_a_deployment_that_nobody_began_is_not_found(connect):
    _, arm = connect()
    with pytest.raises(EndpointNotFound):
        standing(arm, plan().endpoint_id)


class Flaky(ArmClient):
    """Loses some calls."""

    lost = 0

    def call(self, method, path, *more, **named):
        if method == "GET" and self.lost:
            self.lost -= 1
            raise ServiceFault("Azure is busy.", "Try again.")
        return super().call(method, path, *more, **named)


def test_some_lost_looks_in_half_an_hour_end_nothing(connect):
    azure, _ = connect(polls=1)
    arm = Flaky(FixedSource(), azure.url, clock=QuickTime().clock)
    start(arm, plan())
    arm.lost = 5
    time = QuickTime()
    end = follow(arm, plan().endpoint_id, RunControl(), lambda now: None, clock=time.clock)
    assert end.finished


def test_an_azure_that_stays_away_is_told(connect):
    azure, _ = connect()
    arm = Flaky(FixedSource(), azure.url, clock=QuickTime().clock)
    arm.lost = 100
    with pytest.raises(ServiceFault):
        follow(arm, plan().endpoint_id, RunControl(), lambda now: None, clock=QuickTime().clock)


def test_no_connection_at_the_start_begins_nothing():
    arm = ArmClient(FixedSource(), "http://127.0.0.1:9")
    with pytest.raises(ConnectionFailed):
        start(arm, plan())


def test_only_azures_three_words_are_an_end():
    assert [Standing(word).finished for word in ("Succeeded", "failed", "Canceled", "Running")] == [
        True,
        True,
        True,
        False,
    ]
