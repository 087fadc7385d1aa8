"""Log lines: one JSON object a line on standard error, with nothing in them about a patient.

Ours carry fields that we chose: times, sizes, statuses, request ids. Lines of libraries are kept
from warnings up, and what may hold a secret is struck from them.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.errors import SettingsError
from core.settings.names import LOG_LEVEL, LOG_PHRASES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OUR_LOGGERS = ("core", "components")
LIBRARY_LOGGERS = (
    "urllib3",
    "requests",
    "azure",
    "msal",
    "msal_extensions",
    "huggingface_hub",
    "uvicorn",
)

_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
_OFF = logging.CRITICAL + 1
_LONGEST_MESSAGE = 500

_phrases = logging.getLogger("core.phrases")
_phrases.setLevel(_OFF)

_SECRETS = (
    (re.compile(r"(?is)\b(authorization|bearer|basic)\b.*"), r"\1 ****"),
    (re.compile(r"\?[^\s'\")]+"), "?****"),
    (re.compile(r"\beyJ[\w.-]+"), "****"),
    (re.compile(r"[\w+/=-]{32,}"), "****"),
)
"""What is struck from lines of libraries: all behind the name of a sign-in, queries of addresses,
tokens, and words as long as a key."""


def configure_logs(env: Mapping[str, str]) -> None:
    """Write log lines to standard error as the settings say; may be called again and again.

    Args:
        env: Environment variables.

    Raises:
        SettingsError: The level is none that there is.
    """
    named = (env.get(LOG_LEVEL.name) or "warning").strip().lower()
    if named not in _LEVELS:
        raise SettingsError(
            f"{LOG_LEVEL.name} is {named[:20]!r}.", f"Set it to one of {', '.join(_LEVELS)}."
        )
    for name in OUR_LOGGERS:
        _attach(logging.getLogger(name), _LEVELS[named])
    for name in LIBRARY_LOGGERS:
        _attach(logging.getLogger(name), logging.WARNING)
    wanted = (env.get(LOG_PHRASES.name) or "").strip() == "1"
    _phrases.setLevel(logging.NOTSET if wanted else _OFF)


def log_phrases(phrases: Sequence[Sequence[str]]) -> None:
    """Log what is looked for, should the operator have switched that on.

    Args:
        phrases: Of every picture of a request.
    """
    _phrases.info("phrases", extra={"event": "phrases", "fields": {"phrases": phrases}})


def _attach(logger: logging.Logger, level: int) -> None:
    logger.setLevel(level)
    if not any(isinstance(handler, JsonLines) for handler in logger.handlers):
        logger.addHandler(JsonLines())


class JsonLines(logging.Handler):
    """Writes records to whatever standard error is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; a broken pipe stops nothing."""
        try:
            sys.stderr.write(json_line(record) + "\n")
        except Exception:  # noqa: BLE001 - a log must never break what it tells about
            self.handleError(record)


def json_line(record: logging.LogRecord) -> str:
    """One record as JSON.

    A record with ``fields`` is ours and carries those; of any other the message is kept, without
    what may be a secret, and of its exception the kind only.
    """
    moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    line: dict[str, object] = {
        "time": moment,
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": getattr(record, "event", "message"),
    }
    fields = getattr(record, "fields", None)
    if isinstance(fields, dict):
        line |= {name: _short(value) for name, value in fields.items()}
    else:
        line["message"] = without_secrets(record.getMessage())[:_LONGEST_MESSAGE]
    if record.exc_info and record.exc_info[0]:
        line["exception"] = record.exc_info[0].__name__
    return json.dumps(line, default=str)


def without_secrets(text: str) -> str:
    """A text without sign-ins, queries of addresses, tokens and anything as long as a key."""
    for pattern, shown in _SECRETS:
        text = pattern.sub(shown, text)
    return text


def _short(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value
