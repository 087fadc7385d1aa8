"""Nothing secret comes out of the doctor, wherever it sits and whatever the other side sends."""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path

import pytest

from core.arm import ArmClient
from core.doctor import Checkup, examine, report_of
from core.doctor.scrub import Scrubber
from tests.core.doctor.cases import AZURE, Source, jwt, settings_for
from tests.standin import Refusal, StandIn
from tests.standin.arm_world import Endpoint
from tests.standin.proxy import ConnectProxy
from tests.standin.rest_server import Answered, RestServer

KEY = "canary-key-0123456789"
ARM_TOKEN = "canary-arm-token-0123456789"
PASSWORD = "canary:pass/word@1"
CODED = "canary%3Apass%2Fword%401"
USER = "canary-user"
PERSON = "canary.person@invented.example"


def spellings(secret):
    coded = base64.b64encode(secret.encode()).decode()
    return {secret, coded, coded.rstrip("="), json.dumps(secret)[1:-1]}


def everything(checkup, caplog):
    """All that anybody sees: findings with their facts, the report, the log."""
    caplog.set_level(logging.DEBUG)
    findings = list(examine(checkup))
    shown = [f for one in findings for f in one.facts if not f.personal]
    texts = [str((one.step, one.what, one.next_step)) for one in findings]
    return "\n".join([*texts, *map(str, shown), report_of(findings), caplog.text])


def assert_nothing(text, *secrets):
    for secret in secrets:
        for spelling in spellings(secret):
            assert spelling not in text


@pytest.mark.parametrize(
    "body",
    [KEY, f"Bearer {KEY}", f'{{"key": "{KEY}"}}', base64.b64encode(KEY.encode()).decode()],
    ids=["bare", "as a header", "in JSON", "coded"],
)
def test_a_key_that_the_endpoint_sends_back_is_struck_out(body, caplog):
    refusal = Refusal(401, body, (("x-request-id", KEY), ("x-ms-server-version", KEY)))
    with StandIn(keys=(KEY,)) as endpoint:
        endpoint.script(refusal)
        text = everything(Checkup(settings_for(endpoint.url, key=KEY)), caplog)
    assert_nothing(text, KEY)
    assert "did not accept the key" in text


def test_a_key_in_the_headers_of_a_good_answer_is_struck_out(caplog):
    def answer(_asked):
        headers = {"x-ms-server-version": KEY, "x-request-id": KEY, "server": f"door {KEY}"}
        return Answered(200, {"paths": {"/score": {}}, "key": KEY}, headers)

    with RestServer(answer) as endpoint:
        text = everything(Checkup(settings_for(f"{endpoint.url}/score", key=KEY)), caplog)
    assert_nothing(text, KEY)
    assert "door ****" in text


def test_tokens_and_persons_that_azure_sends_back_are_struck_out(caplog, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "missing.pem")
    token = jwt(upn=PERSON)

    def answer(asked):
        given = asked.headers["authorization"]
        message = f"The client '{PERSON}' with object id '77-88' may not, with {given} or {token}"
        return Answered(403, {"error": {"code": "AuthorizationFailed", "message": message}})

    with RestServer(answer) as azure:
        source = Source(token, arm_token=ARM_TOKEN)
        arm = ArmClient(source, azure.url)
        settings = settings_for(AZURE, key=None, sign_in="cli", resource_id=Endpoint("mip").path)
        text = everything(Checkup(settings, source, arm), caplog)
        arm.close()
    assert_nothing(text, token, ARM_TOKEN, PERSON, "77-88")
    assert "as a person of the tenant beginning with 1234abcd" in text


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_the_password_of_a_proxy_is_in_nothing(name, caplog, monkeypatch, closed_port):
    monkeypatch.setenv(name, f"http://{USER}:{CODED}@127.0.0.1:{closed_port}")
    text = everything(Checkup(settings_for(AZURE)), caplog)
    assert_nothing(text, PASSWORD, CODED, USER)
    assert f"http://127.0.0.1:{closed_port}, with a sign-in" in text


def test_the_password_of_a_proxy_that_refuses_it_is_in_nothing(caplog, monkeypatch):
    with ConnectProxy(9, user="other", password="other") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{USER}:{CODED}@{proxy.address}")
        text = everything(Checkup(settings_for(AZURE)), caplog)
    assert_nothing(text, PASSWORD, CODED, USER)
    assert proxy.refused


def test_the_password_in_an_address_that_cannot_be_read_is_in_nothing(caplog, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", f"http://{USER}:{PASSWORD}@proxy.invalid:80a")
    text = everything(Checkup(settings_for(AZURE)), caplog)
    assert_nothing(text, PASSWORD, USER)


def test_the_password_of_a_proxy_for_others_is_hidden_from_what_comes_back(caplog, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://{USER}:{CODED}@proxy.invalid:8080")
    with StandIn() as endpoint:
        endpoint.script(Refusal(418, f"seen {PASSWORD} and {CODED}"))
        text = everything(Checkup(settings_for(endpoint.url)), caplog)
    assert_nothing(text, PASSWORD, CODED)


def test_a_home_folder_is_a_tilde():
    scrubber = Scrubber()
    assert scrubber.text(f"{Path.home()}/ca.pem is missing") == "~/ca.pem is missing"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("to http://a:b@proxy:80 and on", "to http://****@proxy:80 and on"),
        (f"sent {jwt()} there", "sent **** there"),
        ("Authorization: Bearer abcdefgh1234", "Authorization: Bearer ****"),
        ("for a.b+c@invented.example only", "for an account only"),
        ("a basic fact, and a bearer of news", "a basic fact, and a bearer of news"),
        ("the client 'x y' with object id '1'", "the client 'an account' with object id '****'"),
    ],
)
def test_what_looks_like_a_secret_or_a_person_is_struck_out_unseen(text, shown):
    assert Scrubber().text(text) == shown


def test_a_short_secret_does_not_tear_words_apart():
    scrubber = Scrubber()
    scrubber.hide("an")
    assert scrubber.text("and another") == "and another"
