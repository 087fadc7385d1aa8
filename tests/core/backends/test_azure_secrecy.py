"""A key, a phrase and a file's name end in no log, no error and no text about the backend."""

from __future__ import annotations

import logging
import pickle

import pytest

from core.errors import WorkbenchError
from tests.standin import HangUp, Refusal, Reply, StandIn
from tests.standin import behaviour as play

CANARY = "canary-7f3a-key"
PHRASE = "canary phrase"

ECHO = Refusal(401, f"bad header {CANARY}", (("x-request-id", CANARY),))
ECHO_AS_REASON = Refusal(
    424,
    f"Authorization: Bearer {CANARY}",
    (("ms-azureml-model-error-reason", CANARY), ("ms-azureml-model-error-statuscode", "400")),
)


def everything_in(root: object) -> str:
    """All text that can be reached from an object through attributes, items and causes."""
    found, seen, waiting = [], set(), [root]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type):
            continue
        seen.add(id(one))
        if isinstance(one, str | bytes | int | float | None):
            found.append(str(one))
            continue
        found.append(repr(one))
        waiting += getattr(one, "__dict__", {}).values()
        if isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list | tuple | set | frozenset):
            waiting += one
        elif isinstance(one, BaseException):
            waiting += [one.args, one.__cause__, one.__context__]
    return "\n".join(found)


def test_the_search_finds_what_hides_in_a_cause():
    inner = ValueError("hidden")
    inner.request = {"headers": [CANARY]}
    outer = RuntimeError("plain")
    outer.__context__ = inner
    assert CANARY in everything_in(outer)


@pytest.mark.parametrize(
    "fault",
    [
        play.BAD_KEY,
        play.TIMED_OUT,
        play.SCORING_FAILED,
        play.BUSY,
        play.INFRASTRUCTURE,
        ECHO,
        ECHO_AS_REASON,
        play.redirect_to(f"http://127.0.0.1:9/?{CANARY}"),
        HangUp(),
        Reply(cut_after=0.5),
        Reply(delay_s=30),
        Reply(keep=0.5),
        Reply(body=CANARY.encode()),
    ],
    ids=str,
)
def test_no_failure_tells_the_key(ask, picture_of, caplog, fault):
    caplog.set_level(logging.DEBUG)
    with StandIn(keys=(CANARY,), default=fault) as endpoint:
        backend = ask(endpoint.url, key=CANARY, read_timeout_s=0.5, retry_budget_s=3)
        with pytest.raises(WorkbenchError) as caught:
            backend.segment([picture_of(PHRASE)])
        assert endpoint.received[0].headers["authorization"] == f"Bearer {CANARY}"
    logged = "\n".join(record.getMessage() + str(vars(record)) for record in caplog.records)
    assert "try 1" in logged
    assert CANARY not in logged
    assert PHRASE not in logged
    assert CANARY not in everything_in(caught.value)


def test_a_token_that_the_other_side_sends_back_is_struck_out(endpoint, ask, picture_of):
    endpoint.script(ECHO)
    with pytest.raises(WorkbenchError) as caught:
        ask(endpoint.url, token=lambda: CANARY).segment([picture_of("lung")])
    assert CANARY not in everything_in(caught.value)
    assert "****" in caught.value.details


def test_no_text_about_the_backend_tells_the_key(ask, picture_of):
    with StandIn(keys=(CANARY,)) as endpoint:
        backend = ask(endpoint.url, key=CANARY)
        backend.segment([picture_of("lung")])
        assert CANARY not in everything_in(backend)
        assert CANARY not in f"{backend} {backend!r} {backend.label} {backend.settings}"


def test_a_backend_and_its_settings_cannot_be_pickled_with_the_key(endpoint, ask):
    backend = ask(endpoint.url, key=CANARY)
    for holder in (backend, backend.settings, backend.settings.key):
        with pytest.raises(TypeError):
            pickle.dumps(holder)


def test_the_log_names_the_request_its_status_and_the_try(endpoint, ask, picture_of, caplog):
    caplog.set_level(logging.INFO, logger="core.backends.caller")
    endpoint.script(play.BUSY)
    ask(endpoint.url).segment([picture_of("lung")])
    first, second = [record.getMessage() for record in caplog.records]
    assert ": 429, try 1, " in first
    assert ": 200, try 2, " in second
