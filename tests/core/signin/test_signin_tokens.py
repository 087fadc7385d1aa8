"""Tokens of one sign-in: kept, refreshed in time, renewed when refused, told apart by session."""

import threading
import time
import traceback

import pytest

from core.errors import SignInRefused
from core.signin import ARM_SCOPE, ML_SCOPE, Bearer
from core.signin.credential_source import CredentialSource
from tests.core.signin.conftest import NOW, FakeCredential

CANARY = "eyJcanary4711.secret.signature"


class Time:
    def __init__(self):
        self.now_s = NOW

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Time()


def source_of(credential, clock, *, renew=None, patience_s=5.0):
    return CredentialSource(
        "cli", credential, renew or (lambda old: old), now=clock, patience_s=patience_s
    )


def test_a_token_is_asked_for_once_while_it_is_good(clock):
    credential = FakeCredential()
    source = source_of(credential, clock)
    assert {source.token(ML_SCOPE) for _ in range(5)} == {"token-1"}
    assert credential.asked == [ML_SCOPE]


def test_each_scope_has_a_token_of_its_own(clock):
    source = source_of(FakeCredential(), clock)
    assert source.token(ML_SCOPE) != source.token(ARM_SCOPE)


@pytest.mark.parametrize(("later_s", "expected"), [(3299, "token-1"), (3301, "token-2")])
def test_a_token_is_refreshed_five_minutes_before_its_end(clock, later_s, expected):
    credential = FakeCredential()
    source = source_of(credential, clock)
    source.token(ML_SCOPE)
    clock.now_s += later_s
    credential.lasts_s += later_s
    assert source.token(ML_SCOPE) == expected


def test_a_token_about_to_end_is_not_used_but_fetched_past_the_credentials_cache(clock):
    stale, fresh = FakeCredential(lasts_s=299, name="stale"), FakeCredential(name="fresh")
    assert source_of(stale, clock, renew=lambda _old: fresh).token(ML_SCOPE) == "fresh-1"


def test_when_only_ending_tokens_come_the_clock_is_suspected(clock):
    with pytest.raises(SignInRefused, match="clock of this computer"):
        source_of(FakeCredential(lasts_s=299), clock).token(ML_SCOPE)


def test_a_token_that_a_service_refused_is_replaced_by_a_fresh_one(clock):
    fresh = FakeCredential(name="fresh")
    sign = Bearer(source_of(FakeCredential(), clock, renew=lambda _old: fresh))
    sign.refused(sign())
    assert [sign(), sign()] == ["fresh-1", "fresh-1"]


def test_many_requests_refused_with_one_token_renew_it_once(clock):
    fresh = FakeCredential(name="fresh")
    sign = Bearer(source_of(FakeCredential(), clock, renew=lambda _old: fresh))
    used = sign()
    for _ in range(4):
        sign.refused(used)
        sign()
    assert fresh.asked == [ML_SCOPE]


def test_threads_that_ask_at_once_get_one_token_from_one_question(clock):
    credential = FakeCredential()
    answer = credential.get_token
    credential.get_token = lambda *scopes, **options: (time.sleep(0.05), answer(*scopes))[1]
    source = source_of(credential, clock)
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(source.token(ML_SCOPE))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["token-1"] * 8


def test_a_credential_that_never_answers_is_given_up(clock):
    never = threading.Event()
    credential = FakeCredential()
    credential.get_token = lambda *_scopes, **_options: never.wait()
    with pytest.raises(SignInRefused, match=r"no answer within 0\.05 seconds"):
        source_of(credential, clock, patience_s=0.05).token(ML_SCOPE)
    never.set()


def test_after_signing_out_there_is_no_token_and_the_credential_is_closed(clock):
    credential = FakeCredential()
    source = source_of(credential, clock)
    source.token(ML_SCOPE)
    source.close()
    assert credential.closed
    with pytest.raises(SignInRefused, match="Nobody is signed in"):
        source.token(ML_SCOPE)


def test_a_token_that_comes_after_signing_out_is_not_given(clock):
    asked, answer = threading.Event(), threading.Event()
    credential = FakeCredential()
    give = credential.get_token

    def slow(*scopes, **_options):
        asked.set()
        answer.wait(5)
        return give(*scopes)

    credential.get_token = slow
    source = source_of(credential, clock)
    problems = []

    def ask():
        try:
            source.token(ML_SCOPE)
        except SignInRefused as problem:
            problems.append(problem.what)

    thread = threading.Thread(target=ask)
    thread.start()
    assert asked.wait(5)
    source.close()  # does not wait for the answer
    answer.set()
    thread.join()
    assert problems == ["Nobody is signed in."]


def test_two_sessions_never_share_a_token(clock):
    mine, other = (
        source_of(FakeCredential(name="mine"), clock),
        source_of(FakeCredential(name="other"), clock),
    )
    assert mine.token(ML_SCOPE) == "mine-1"
    assert other.token(ML_SCOPE) == "other-1"
    mine.close()
    assert other.token(ML_SCOPE) == "other-1"


def test_what_a_library_says_is_never_repeated(clock, caplog):
    caplog.set_level("DEBUG")
    credential = FakeCredential()
    credential.problem = ValueError(f'Unexpected output from Azure CLI: "accessToken":"{CANARY}"')
    with pytest.raises(SignInRefused) as caught:
        source_of(credential, clock).token(ML_SCOPE)
    problem = caught.value
    told = f"{problem} {problem.details} {problem.__cause__!r} {problem.__context__!r}"
    assert CANARY not in told + caplog.text + "".join(traceback.format_exception(problem))


def test_what_a_source_prints_of_itself_is_no_token(clock):
    source = source_of(FakeCredential(name=CANARY), clock)
    source.token(ML_SCOPE)
    assert CANARY not in repr(source)
