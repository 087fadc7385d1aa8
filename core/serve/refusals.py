"""Answers other than 200: what the front door and the container behind it say, word for word.

The front door of Azure ML turns every answer of the model's container that is not 200 into 424,
with the container's own status in a header and its body passed through. Clients are made for that,
so this server, which has no door and no container, says the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from core.errors import (
    BackendError,
    EndpointBusy,
    EndpointNotFound,
    EndpointTimeout,
    InputError,
    ModelFailed,
    ModelNotReady,
    RequestTooLarge,
    SignInRefused,
    WorkbenchError,
)

_REASON = "ms-azureml-model-error-reason"
_TEXT = ("content-type", "text/plain")


@dataclass(frozen=True)
class Refusal:
    """One answer other than 200.

    Attributes:
        status: HTTP status code.
        kind: The error that a client of ours makes of it; its name goes into log and metrics.
        body: The body.
        headers: Names in lower case, and values.
    """

    status: int
    kind: type[BackendError]
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()


class Refused(Exception):
    """A request is not answered with masks.

    Args:
        refusal: What the client gets.
        reason: What the log says: no text of the request, since that may be a phrase or a picture.
    """

    def __init__(self, refusal: Refusal, reason: str) -> None:
        super().__init__(reason)
        self.refusal = refusal
        self.reason = reason


def model_error(status: int, message: str, *, failed: bool = False) -> Refusal:
    """What the container says, as the front door passes it on.

    Args:
        status: The container's own status.
        message: Its sentence.
        failed: Whether the model was at work when it happened.
    """
    headers = (
        ("content-type", "application/json"),
        (_REASON, "model_error"),
        ("ms-azureml-model-error-statuscode", str(status)),
        ("x-ms-run-function-failed", str(failed)),
    )
    return Refusal(424, ModelFailed, json.dumps({"message": message}), headers)


BAD_AUTHORIZATION = Refusal(401, SignInRefused, "key_auth_bad_header_forbidden", (_TEXT,))
BAD_TOKEN = Refusal(401, SignInRefused, "key_auth_access_denied", (_TEXT,))
NOT_FOUND = Refusal(404, EndpointNotFound)
TIMED_OUT = Refusal(408, EndpointTimeout, "upstream request timeout", (_TEXT,))
BUSY = Refusal(429, EndpointBusy, "", (_TEXT, (_REASON, "too_many_pending_request")))
MODEL_NOT_READY = Refusal(424, ModelNotReady, "", ((_REASON, "model_not_ready"),))
SCORING_FAILED = model_error(
    500,
    "An unexpected error occurred in scoring script. Check the logs for more info.",
    failed=True,
)
NO_INPUT_DATA = model_error(400, "A value is not provided for the 'input_data' parameter.")
NOT_A_DICTIONARY = model_error(400, "POST body should be a JSON dictionary.")
EMPTY_BODY = model_error(400, "POST body is empty. Expecting a JSON dictionary.")
WRONG_CONTENT_TYPE = model_error(415, "Expects Content-Type to be application/json")
LONG_REQUEST_ID = model_error(431, "x-ms-client-request-id must not exceed 100 characters")


def too_large(limit: str) -> Refusal:
    """413, which Azure ML does not document for itself and every client knows.

    Args:
        limit: The limit, in words.
    """
    return Refusal(413, RequestTooLarge, f"The limit is {limit}.", (_TEXT,))


def refused_by(problem: Exception) -> Refused:
    """What a client gets when the model gave no answer, and what the log says about it.

    The sentences of errors about input quote the input, and those of unknown exceptions may; of
    both only the name is kept.
    """
    name = type(problem).__name__
    if not isinstance(problem, WorkbenchError) or isinstance(problem, InputError):
        return Refused(SCORING_FAILED, name)
    reason = f"{name}: {problem.what}"
    if isinstance(problem, EndpointBusy):
        return Refused(BUSY, reason)
    if isinstance(problem, EndpointTimeout):
        return Refused(TIMED_OUT, reason)
    if isinstance(problem, ModelNotReady):
        return Refused(MODEL_NOT_READY, reason)
    return Refused(SCORING_FAILED, reason)
