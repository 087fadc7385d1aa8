"""The doctor in front of an endpoint that answers, in every way in which one can."""

from __future__ import annotations

import threading
import time

import pytest

from core.backends.base import RunControl
from core.doctor import STEPS, Checkup, examine
from core.errors import Cancelled, SettingsError
from tests.core.doctor.cases import fact, found_in, settings_for
from tests.standin import KEY, HangUp, Refusal, Reply, StandIn
from tests.standin import behaviour as play


def states(found):
    return {name: finding.state for name, finding in found.items()}


def test_a_sound_endpoint_with_a_key_passes_every_step_that_a_key_can_pass(endpoint):
    found = found_in(Checkup(settings_for(endpoint.url)))
    assert list(found) == [step.name for step in STEPS]
    assert set(states(found).values()) == {"ok", "skipped"}
    assert found["Sign-in"].what == f"Signs in with a key of {len(KEY)} characters."
    assert fact(found["Trial"], "Server") == "azmlinfsrv/1.4.1"
    assert fact(found["Trial"], "Deployment") == "medimageparse-v17"
    assert len(fact(found["Trial"], "Request id")) == 36
    assert fact(found["Masks"], "Shape") == "2x1024x1024"
    assert fact(found["Masks"], "Categories") == "lung (known), lung (known)"
    assert found["Masks"].what.startswith("The masks are soft")


def test_the_trial_sends_a_drawn_chest_twice_and_nothing_else_is_scored(endpoint):
    found_in(Checkup(settings_for(endpoint.url)))
    scored = [one for one in endpoint.received if one.method == "POST"]
    assert [one.texts for one in scored] == [["left lung & right lung"]] * 2
    assert scored[0].connection == scored[1].connection
    assert scored[0].body == scored[1].body


def test_without_a_trial_no_picture_is_sent(endpoint):
    found = found_in(Checkup(settings_for(endpoint.url), trial=False))
    assert {one.method for one in endpoint.received} == {"GET"}
    assert found["Trial"].state == found["Masks"].state == "skipped"
    assert found["Answer"].state == "ok"


def test_the_first_page_is_asked_for_without_the_key(endpoint):
    found_in(Checkup(settings_for(endpoint.url), trial=False))
    first, second = endpoint.received
    assert (first.path, "authorization" in first.headers) == ("/", False)
    assert (second.path, "authorization" in second.headers) == ("/swagger.json", True)


def test_a_wrong_key_is_found_before_a_picture_is_sent(endpoint):
    found = found_in(Checkup(settings_for(endpoint.url, key="another-key")))
    assert found["Answer"].state == "failed"
    assert "did not accept the key (401, key_auth_access_denied)" in found["Answer"].what
    assert "Consume tab" in found["Answer"].next_step
    assert found["Trial"].what == "Not looked at, since the step Answer failed."
    assert {one.method for one in endpoint.received} == {"GET"}


@pytest.mark.parametrize(
    ("refusal", "says"),
    [
        (play.BUSY, "is busy"),
        (play.MODEL_NOT_READY, "is still starting"),
        (play.TIMED_OUT, "did not answer in the time its deployment allows"),
        (play.SCORING_FAILED, "failed on this request"),
        (play.UNAVAILABLE, "failed (503)"),
        (HangUp(), "was cut"),
    ],
    ids=["busy", "starting", "too slow", "failing", "unavailable", "cut"],
)
def test_what_the_trial_meets_is_told_at_once_in_the_programs_own_sentences(
    endpoint, refusal, says
):
    endpoint.script(refusal)
    found = found_in(Checkup(settings_for(endpoint.url)))
    assert found["Trial"].state == "failed"
    assert says in found["Trial"].what
    assert found["Trial"].next_step
    assert found["Masks"].state == "skipped"
    assert sum(one.method == "POST" for one in endpoint.received) == 1


def test_a_second_call_that_is_refused_leaves_the_first_one_standing(endpoint):
    endpoint.script(Reply(), play.BUSY)
    found = found_in(Checkup(settings_for(endpoint.url)))
    assert found["Trial"].state == "warning"
    assert "The first call worked" in found["Trial"].what
    assert "is busy" in found["Trial"].what
    assert fact(found["Trial"], "Second call") == "failed"
    assert found["Masks"].state == "ok"


@pytest.mark.parametrize("levels", ["0/1", "0/255", "bool"])
def test_hard_masks_are_told_apart_from_soft_ones(endpoint, levels):
    endpoint.default = Reply(levels=levels)
    found = found_in(Checkup(settings_for(endpoint.url)))
    assert found["Masks"].state == "warning"
    assert "hard" in found["Masks"].what
    assert fact(found["Masks"], "Different values") == "2"


@pytest.mark.parametrize("reply", [Reply(levels="float"), Reply(features="object")])
def test_soft_masks_are_known_in_any_coding(endpoint, reply):
    endpoint.default = reply
    found = found_in(Checkup(settings_for(endpoint.url)))
    assert "soft" in found["Masks"].what


def test_an_answer_that_is_no_mask_fails_the_trial(endpoint):
    endpoint.default = Reply(body=b'{"predictions": []}')
    found = found_in(Checkup(settings_for(endpoint.url)))
    assert found["Trial"].state == "failed"
    assert "Instead of a list of results" in found["Trial"].what


def test_a_sign_in_page_of_the_network_is_no_endpoint(endpoint):
    endpoint.default = Reply(body=b"<html>Welcome</html>", content_type="text/html")
    found = found_in(Checkup(settings_for(endpoint.url)))
    assert found["Trial"].state == "failed"
    assert "something else than masks" in found["Trial"].what


def test_an_endpoint_without_a_description_is_tried_all_the_same():
    with StandIn(deployments=("other",)) as endpoint:
        found = found_in(Checkup(settings_for(endpoint.url, deployment="missing")))
    assert found["Answer"].state == "warning"
    assert found["Trial"].state == "failed"
    assert "no deployment named missing" in found["Trial"].what


def test_an_address_where_nobody_listens_fails_at_the_connection(closed_port):
    found = found_in(Checkup(settings_for(f"http://127.0.0.1:{closed_port}")))
    assert found["Connection"].state == "failed"
    assert "refused the connection" in found["Connection"].what
    assert found["Trial"].what == "Not looked at, since the step Connection failed."
    assert found["Sign-in"].state == "ok"
    assert found["Versions"].state == "ok"


def test_cancelling_in_the_middle_of_a_call_ends_it_at_once(endpoint):
    endpoint.script(Reply(delay_s=30))
    stop = threading.Event()
    begun = time.monotonic()

    def stop_when_it_is_asked():
        endpoint.wait_for(lambda: any(one.method == "POST" for one in endpoint.received))
        stop.set()

    watcher = threading.Thread(target=stop_when_it_is_asked)
    watcher.start()
    with pytest.raises(Cancelled):
        list(examine(Checkup(settings_for(endpoint.url)), RunControl(is_cancelled=stop.is_set)))
    watcher.join()
    assert time.monotonic() - begun < 15
    assert endpoint.wait_for(lambda: endpoint.left_early == 1)


def test_findings_come_one_after_another(endpoint):
    steps = examine(Checkup(settings_for(endpoint.url)))
    assert next(steps).step == "Settings"
    assert endpoint.received == ()
    assert [next(steps).step for _ in range(3)] == ["Proxy", "Name", "Connection"]
    assert len(endpoint.received) == 1


def test_without_settings_only_what_needs_none_is_looked_at():
    found = found_in(Checkup(None))
    assert found["Settings"].what == "No MedImageParse endpoint is set."
    assert "MIP_ENDPOINT" in found["Settings"].next_step
    assert found["Trial"].what == "Not looked at, since the step Settings failed."
    assert states(found)["Versions"] == "ok"
    assert set(list(states(found).values())[1:-1]) == {"skipped"}


def test_settings_that_make_no_sense_are_told_as_the_program_tells_them():
    error = SettingsError("Nothing may be sent to evil.invalid.", "Check the address.")
    found = found_in(Checkup(error))
    assert found["Settings"].state == "failed"
    assert (found["Settings"].what, found["Settings"].next_step) == (error.what, error.next_step)


@pytest.mark.parametrize(("ahead_s", "says"), [(900, "15 minutes ahead of"), (-900, "behind")])
def test_a_clock_that_is_wrong_is_told_from_the_endpoints_own(endpoint, ahead_s, says):
    checkup = Checkup(settings_for(endpoint.url), trial=False, now=lambda: time.time() + ahead_s)
    found = found_in(checkup)
    assert found["Clock"].state == "warning"  # a key works all the same
    assert says in found["Clock"].what
    assert found_in(Checkup(settings_for(endpoint.url), trial=False))["Clock"].state == "ok"


def test_a_fault_of_the_doctor_itself_stops_no_other_step(endpoint, monkeypatch):
    def broken(*_args, **_kwargs):
        raise ZeroDivisionError("a text that may hold anything")

    monkeypatch.setattr("core.doctor.answers.encode_request", broken)
    found = found_in(Checkup(settings_for(endpoint.url)))
    assert found["Trial"].state == "failed"
    assert fact(found["Trial"], "Details") == "ZeroDivisionError"
    assert found["Versions"].state == "ok"


def test_a_redirect_is_told_and_not_followed(endpoint):
    with StandIn() as elsewhere:
        endpoint.script(play.redirect_to(elsewhere.url))
        found = found_in(Checkup(settings_for(endpoint.url)))
        assert elsewhere.received == ()
    assert "sends the request on to another address (307)" in found["Trial"].what


def test_an_unknown_refusal_is_told_with_its_status(endpoint):
    endpoint.script(Refusal(418))
    found = found_in(Checkup(settings_for(endpoint.url)))
    assert "refused the request (418)" in found["Trial"].what
