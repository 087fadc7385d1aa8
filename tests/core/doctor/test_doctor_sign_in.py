"""Who is signed in, and what is wrong with a token, without the token."""

from __future__ import annotations

import time

import pytest

from core.doctor import Checkup
from core.errors import SignInRefused
from tests.core.doctor.cases import TENANT, Source, fact, found_in, jwt, settings_for


def signed_in(source, way="cli"):
    """What the step finds; nobody listens at the address."""
    settings = settings_for("http://127.0.0.1:9", key=None, sign_in=way)
    return found_in(Checkup(settings, source, trial=False))["Sign-in"]


def test_a_person_is_told_by_the_tenant_and_named_in_a_fact_only():
    finding = signed_in(Source())
    assert finding.state == "ok"
    assert (
        finding.what
        == "Signed in through the Azure CLI as a person of the tenant beginning with 1234abcd."
    )
    assert fact(finding, "Account") == "reader@invented.example"
    assert fact(finding, "Tenant") == TENANT
    assert {one.label for one in finding.facts if one.personal} == {"Account", "Tenant"}


def test_an_application_is_called_one():
    finding = signed_in(Source(jwt(upn=None, idtyp="app", app_displayname="reading room")), "auto")
    assert "with the sign-in of this computer as an application" in finding.what
    assert fact(finding, "Account") == "reading room"


def test_a_token_that_tells_nothing_is_good_enough():
    finding = signed_in(Source("opaque-token"), "workspace")
    assert finding.what == "Signed in with the workspace's own token."
    assert finding.state == "ok"


def test_a_token_for_another_service_is_found_out():
    finding = signed_in(Source(jwt(aud="https://management.azure.com/")))
    assert finding.state == "failed"
    assert "made out to https://management.azure.com, not to https://ml.azure.com" in finding.what
    assert "az account get-access-token --resource https://ml.azure.com" in finding.next_step


@pytest.mark.parametrize(
    "audience", ["https://ml.azure.com/", "18a66f5f-dbdf-4c17-9dd7-1634712a9cbe"]
)
def test_the_right_service_is_known_in_every_spelling(audience):
    assert signed_in(Source(jwt(aud=audience))).state == "ok"


def test_a_token_that_has_ended_is_found_out():
    finding = signed_in(Source(jwt(exp=int(time.time()) - 60)))
    assert finding.state == "failed"
    assert "the token ended at" in finding.what


def test_nobody_signed_in_is_told_with_where_to_do_it():
    finding = signed_in(None)
    assert (finding.state, finding.what) == ("failed", "Nobody is signed in.")
    assert finding.next_step


@pytest.mark.parametrize("raised", [True, False], ids=["at the token", "before"])
def test_a_refused_sign_in_keeps_its_own_sentences(raised):
    error = SignInRefused("Nobody is signed in to the Azure CLI.", "Run az login.", details="E")
    finding = signed_in(Source(error=error) if raised else error)
    assert (finding.state, finding.what, finding.next_step) == (
        "failed",
        error.what,
        "Run az login.",
    )
    assert fact(finding, "Details") == "E"


def test_a_sign_in_that_does_not_answer_is_given_up(monkeypatch):
    monkeypatch.setattr("core.doctor.sign_in.ANSWER_S", 0.1)

    class Slow(Source):
        def token(self, scope):
            time.sleep(0.5)
            return super().token(scope)

    finding = signed_in(Slow())
    assert finding.state == "failed"
    assert "no answer within 0.2 seconds" in finding.what


def test_a_missing_key_is_told_as_a_run_would_tell_it():
    settings = settings_for("http://127.0.0.1:9", key=None)
    finding = found_in(Checkup(settings, trial=False))["Sign-in"]
    assert finding.state == "failed"
    assert "There is no key for 127.0.0.1:9." in finding.what


@pytest.mark.parametrize(
    ("claims", "state", "says"),
    [
        ({}, "warning", "with a token in place of a key"),
        ({"aud": "https://management.core.windows.net/"}, "failed", "not to https://ml.azure.com"),
        ({"exp": 1}, "failed", "ended at 1970-01-01"),
    ],
    ids=["good", "for another service", "ended"],
)
def test_a_token_pasted_in_place_of_a_key_is_looked_into(claims, state, says):
    settings = settings_for("http://127.0.0.1:9", key=jwt(**claims))
    finding = found_in(Checkup(settings, trial=False))["Sign-in"]
    assert finding.state == state
    assert says in finding.what
