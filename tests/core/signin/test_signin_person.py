"""A person signs in with a code: the real azure-identity against a token service here."""

import os
import threading
import time
import urllib.request
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from core.errors import Cancelled, ConnectionFailed, SignInRefused
from core.signin import ARM_SCOPE, ML_SCOPE, PersonSource, identity_of, open_sign_in
from tests.standin.token_service import AUTHORIZATION_CODE, PERSON, USER_CODE

PATIENCE_S = 20


class FastTime:
    """Time for the library's polling, which waits a second and more between two questions."""

    def __init__(self):
        self._ahead_s = 0.0

    def time(self):
        return time.time() + self._ahead_s

    def sleep(self, seconds):
        self._ahead_s += seconds
        time.sleep(0.01)


@pytest.fixture
def polling(monkeypatch):
    monkeypatch.setattr("msal.oauth2cli.oauth2.time", FastTime())


@pytest.fixture
def person(service, polling):
    """Begin a sign-in; it is closed afterwards, and its thread has ended."""
    begun = []

    def begin():
        begun.append(PersonSource("device", os.environ))
        return begun[-1]

    yield begin
    for source in begun:
        source.close()
        source._thread.join(PATIENCE_S)
        assert not source._thread.is_alive()


def until(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def ended(source):
    until(lambda: source.state.step != "waiting")
    return source.state


def signed_in(source, service):
    service.allow()
    assert ended(source).step == "done"
    return source


def test_the_code_and_the_link_are_there_while_the_person_is_waited_for(person):
    source = person()
    until(lambda: source.state.code)
    state = source.state
    assert state.code == USER_CODE
    assert state.link == "https://microsoft.example/devicelogin"
    assert 880 < (state.expires - datetime.now(UTC)).total_seconds() <= 900
    with pytest.raises(SignInRefused, match="Nobody is signed in"):
        source.token(ML_SCOPE)


def test_a_person_who_agrees_is_signed_in_for_scoring_and_for_azure(person, service):
    source = signed_in(person(), service)
    token = source.token(ML_SCOPE)
    assert identity_of(token).name == PERSON
    assert service.refreshes == 0, "the token that came with the sign-in is used"
    assert source.token(ARM_SCOPE) != token
    assert service.refreshes == 1


def test_pending_and_slow_down_are_waited_out(person, service):
    service.script("authorization_pending", "slow_down", "authorization_pending")
    signed_in(person(), service)
    assert service.polls == 4


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("expired_token", "code has expired"),
        ("authorization_declined", "was declined"),
    ],
)
def test_a_code_that_is_declined_or_too_old_is_told(person, service, error, words):
    service.script("authorization_pending", error)
    state = ended(person())
    assert state.step == "failed"
    assert words in state.error.what
    assert "Sign in again" in state.error.next_step


def test_a_code_that_nobody_enters_ends_by_itself(person, service):
    service.expires_in_s = 5
    state = ended(person())
    assert "code has expired" in state.error.what


def test_cancelling_stops_asking_and_gives_no_token_even_if_the_person_agrees_later(
    person, service
):
    source = person()
    until(lambda: service.polls > 0)
    source.cancel()
    assert source.state.step == "cancelled"
    source._thread.join(PATIENCE_S)
    polls = service.polls
    service.allow()
    time.sleep(0.05)
    assert service.polls == polls
    assert service.given == []
    with pytest.raises(SignInRefused, match="Nobody is signed in"):
        source.token(ML_SCOPE)


def test_a_token_that_was_refused_is_renewed_without_asking_the_person(person, service):
    source = signed_in(person(), service)
    first = source.token(ML_SCOPE)
    source.forget(ML_SCOPE, first)
    assert source.token(ML_SCOPE) != first
    assert '"nbf"' in service.asked[-1].form["claims"]
    assert service.refreshes == 1


def test_a_sign_in_that_has_ended_is_told_and_asks_nobody_anew(person, service):
    source = signed_in(person(), service)
    service.refuse_refresh = "AADSTS700082: The refresh token has expired due to inactivity."
    codes = sum("devicecode" in asked.path for asked in service.asked)
    with pytest.raises(SignInRefused, match="has ended") as caught:
        source.token(ARM_SCOPE)
    assert "Sign in again" in caught.value.next_step
    assert sum("devicecode" in asked.path for asked in service.asked) == codes


def test_after_signing_out_no_token_is_given_and_none_refreshed(person, service):
    source = signed_in(person(), service)
    source.token(ML_SCOPE)
    source.close()
    assert source.state.step == "cancelled"
    for scope in (ML_SCOPE, ARM_SCOPE):
        with pytest.raises(SignInRefused, match="Nobody is signed in"):
            source.token(scope)
    assert service.refreshes == 0


def test_two_people_have_sign_ins_of_their_own(person, service):
    mine, other = person(), person()
    signed_in(mine, service)
    signed_in(other, service)
    assert mine.token(ML_SCOPE) != other.token(ML_SCOPE)
    mine.close()
    assert other.token(ML_SCOPE)


def test_a_sign_in_service_that_cannot_be_reached_is_told(service, bare):
    bare.setenv("AZURE_AUTHORITY_HOST", "https://127.0.0.1:9")
    state = ended(PersonSource("device", os.environ))
    assert isinstance(state.error, ConnectionFailed)
    assert state.error.what.startswith("the sign-in service")


def test_a_certificate_that_is_not_trusted_is_called_that(service, bare):
    bare.delenv("REQUESTS_CA_BUNDLE")
    state = ended(PersonSource("device", os.environ))
    assert "certificate of the sign-in service is not trusted" in state.error.what
    assert "REQUESTS_CA_BUNDLE" in state.error.next_step


def test_a_link_that_is_not_encrypted_is_not_offered():
    agreed = threading.Event()

    def open_with(on_code, _on_request):
        def authenticate(*, scopes):
            on_code("http://elsewhere.example", "CODE", datetime.now(UTC))
            agreed.wait(PATIENCE_S)

        return SimpleNamespace(authenticate=authenticate)

    source = PersonSource("device", {}, open_with=open_with)
    until(lambda: source.state.code)
    assert source.state.link == ""
    agreed.set()
    assert ended(source).step == "done"


@pytest.fixture
def window(service, monkeypatch):
    """A browser on this machine, in which the person agrees or closes the window."""
    opened = []

    def come_back(to, answer):
        body = urlencode(answer).encode()
        urllib.request.urlopen(to.replace("localhost", "127.0.0.1"), body, timeout=5).close()

    def open_window(url):
        asked = dict(parse_qsl(urlsplit(url).query))
        opened.append(asked)
        service.nonce = asked["nonce"]
        answer = {"code": AUTHORIZATION_CODE, "state": asked["state"]}
        if service.refuse_refresh:
            answer = {"error": "access_denied", "state": asked["state"]}
        threading.Thread(target=come_back, args=(asked["redirect_uri"], answer)).start()
        return True

    monkeypatch.setattr("webbrowser.open", open_window)
    return opened


def test_a_person_signs_in_in_a_browser_window_of_this_machine(service, window):
    source = PersonSource("browser", os.environ)
    assert ended(source).step == "done"
    assert identity_of(source.token(ML_SCOPE)).name == PERSON
    assert ML_SCOPE in window[0]["scope"]
    source.close()


def test_a_window_in_which_the_person_declines_is_told(service, window):
    service.refuse_refresh = "declined"
    state = ended(PersonSource("browser", os.environ))
    assert state.step == "failed"
    assert "browser did not come about" in state.error.what


def test_the_command_line_prints_the_code_and_waits(service, polling):
    told = []

    def on_code(state):
        told.append(state.code)
        service.allow()

    source = open_sign_in("device", os.environ, on_code=on_code)
    assert told == [USER_CODE]
    assert identity_of(source.token(ML_SCOPE)).name == PERSON
    source.close()


def test_the_command_line_stops_waiting_when_asked_to(service, polling):
    told = []
    with pytest.raises(Cancelled):
        open_sign_in("device", os.environ, on_code=told.append, is_cancelled=lambda: bool(told))
    assert service.given == []
