"""What is written into the log, and what never is."""

from __future__ import annotations

import contextlib
import json
import logging

import pytest
import urllib3

from core.backends import get_backend
from core.errors import SettingsError, WorkbenchError
from core.imaging import open_upload
from core.logs import LIBRARY_LOGGERS, OUR_LOGGERS, configure_logs, without_secrets
from core.png import encode_png
from core.secret import Secret
from core.segmentation import segment
from core.settings import AzureSettings
from tests.standin import HangUp, Refusal, Reply, StandIn
from tests.standin import behaviour as play

KEY = "canary-7f3a-key"
TOKEN = "eyJcanary0token.payload.signature"
PHRASE = "canary phrase"
FILE = "CANARYFILE.png"


class Log:
    """What has been written to standard error so far."""

    def __init__(self, capsys):
        self._capsys = capsys
        self._text = ""

    @property
    def text(self):
        self._text += self._capsys.readouterr().err
        return self._text

    @property
    def lines(self):
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def log(capsys):
    """The log, with the loggers as they were afterwards."""
    names = (*OUR_LOGGERS, *LIBRARY_LOGGERS, "core.phrases")
    loggers = [logging.getLogger(name) for name in names]
    before = [(one, one.level, list(one.handlers)) for one in loggers]
    yield Log(capsys)
    for one, level, handlers in before:
        one.setLevel(level)
        one.handlers[:] = handlers


def run(rng, behaviour, token=None):
    """One run over a picture on an endpoint that behaves like this."""
    picture = encode_png(rng.integers(0, 256, (32, 32, 3), dtype="uint8"))
    frame = open_upload(picture, FILE).frame()
    with StandIn(keys=(KEY, TOKEN)) as endpoint:
        endpoint.script(behaviour)
        settings = AzureSettings(
            endpoint.url, None if token else Secret(KEY), retry_budget_s=1, read_timeout_s=5
        )
        backend = get_backend("azure", settings, token=token)
        try:
            segment(frame, PHRASE, backend)
        finally:
            backend.close()


def test_a_request_is_one_line_of_json_with_what_support_asks_for(log, rng):
    configure_logs({"MIP_LOG_LEVEL": "info"})
    run(rng, Reply())
    (line,) = log.lines
    assert line["time"].endswith("+00:00")
    assert (line["level"], line["event"], line["status"]) == ("info", "request", "200")
    assert len(line["request_id"]) == 36
    assert line["attempt"] == 1
    assert line["rows"] == 1
    assert line["bytes_sent"] > 1000
    assert line["host"].startswith("127.0.0.1:")
    assert line["seconds"] >= 0


def test_by_default_only_what_goes_wrong_is_written(log, rng):
    configure_logs({})
    run(rng, Reply())
    assert log.lines == []
    with pytest.raises(WorkbenchError):
        run(rng, play.BAD_KEY)
    (line,) = log.lines
    assert (line["level"], line["status"], line["outcome"]) == ("warning", "401", "SignInRefused")


@pytest.mark.parametrize(
    "behaviour",
    [
        Reply(),
        play.BAD_KEY,
        play.SCORING_FAILED,
        Refusal(401, f"bad header {KEY} {TOKEN}", (("x-request-id", KEY),)),
        play.redirect_to(f"http://127.0.0.1:9/?key={KEY}"),
        HangUp(),
        Reply(body=f"{KEY} {TOKEN}".encode()),
    ],
    ids=["masks", "wrong key", "model error", "echo", "redirect", "cut", "no masks"],
)
@pytest.mark.parametrize("token", [None, lambda: TOKEN], ids=["key", "token"])
def test_nothing_secret_and_nothing_of_the_picture_is_written_at_any_level(
    log, rng, behaviour, token
):
    configure_logs({"MIP_LOG_LEVEL": "debug"})
    with contextlib.suppress(WorkbenchError):
        run(rng, behaviour, token)
    written = log.text
    assert '"event": "request"' in written
    for canary in (TOKEN if token else KEY, PHRASE, "CANARYFILE", "Bearer"):
        assert canary not in written


def test_phrases_are_written_when_the_operator_wants_them(log, rng):
    configure_logs({"MIP_LOG_LEVEL": "info", "MIP_LOG_PHRASES": "1"})
    run(rng, Reply())
    phrases = [line["phrases"] for line in log.lines if line["event"] == "phrases"]
    assert phrases == [[[PHRASE]]]


def test_phrases_are_not_written_any_more_when_that_is_switched_off_again(log, rng):
    configure_logs({"MIP_LOG_LEVEL": "info", "MIP_LOG_PHRASES": "1"})
    configure_logs({"MIP_LOG_LEVEL": "info"})
    run(rng, Reply())
    assert PHRASE not in log.text


def test_setting_the_log_up_again_writes_nothing_twice(log):
    for _ in range(3):
        configure_logs({})
    logging.getLogger("core.anything").warning("once")
    assert [line["message"] for line in log.lines] == ["once"]


def test_libraries_are_heard_from_warnings_up_and_without_what_is_secret(log):
    configure_logs({"MIP_LOG_LEVEL": "debug"})
    library = logging.getLogger("urllib3.connectionpool")
    library.debug("https://host:443 POST /score?code=%s", KEY)
    library.warning("Retrying after: /score?code=%s, Authorization: Bearer %s", KEY, TOKEN)
    logging.getLogger("azure.identity").warning("token %s failed", TOKEN)
    first, second = [line["message"] for line in log.lines]
    assert "Retrying after: /score?****" in first
    assert KEY not in first
    assert TOKEN not in first + second
    assert "failed" in second


def test_what_a_real_library_says_about_an_address_loses_its_query(log):
    configure_logs({})
    with pytest.raises(urllib3.exceptions.MaxRetryError):
        urllib3.PoolManager(retries=1).request("GET", f"http://127.0.0.1:9/score?code={KEY}")
    assert "/score?****" in log.text
    assert KEY not in log.text


def test_of_an_exception_only_its_kind_is_written(log):
    configure_logs({})
    try:
        int(FILE)
    except ValueError:
        logging.getLogger("core.x").exception("it failed")
    (line,) = log.lines
    assert line["exception"] == "ValueError"
    assert FILE not in log.text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Authorization: Bearer abc.def", "abc.def"),
        ("{'Authorization': 'Bearer abcdef'}", "abcdef"),
        ("https://x.blob.core.windows.net/c?sv=1&sig=abcdef", "abcdef"),
        ("key 0123456789abcdef0123456789abcdef", "0123456789abcdef"),
    ],
)
def test_sign_ins_are_struck_in_whatever_shape_they_come(text, left):
    assert left not in without_secrets(text)


def test_a_level_that_there_is_not_is_answered_with_those_that_there_are(log):
    with pytest.raises(SettingsError, match="debug, info, warning, error"):
        configure_logs({"MIP_LOG_LEVEL": "loud"})
