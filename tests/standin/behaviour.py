"""What the stand-in can be told to do with one request, as frozen values."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Literal, Self


@dataclass(frozen=True)
class Refusal:
    """An answer other than 200, from the front door or, as 424, from the container behind it."""

    status: int
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    delay_s: float = 0.0

    def retry_after(self, value: str) -> Self:
        """The same refusal, which asks for a pause."""
        return replace(self, headers=(*self.headers, ("Retry-After", value)))


@dataclass(frozen=True)
class Reply:
    """A 200 with masks, in one of the shapes and speeds that a client may meet.

    Attributes:
        levels: ``"soft"`` 0..255, or the masks at 128 as 0/1, 0/255, booleans or floats 0..1.
        more_masks: Masks beyond one a phrase; negative for fewer.
        more_categories: Categories beyond one a phrase; negative for fewer.
        features: ``image_features`` as a JSON string (the real way), an object or Python's repr.
        payload: ``data`` as raw values (the real way), one PNG, or an npy file.
        categories: ``text_features`` as a list (the real way) or Python's repr.
        twice_encoded: The whole body as a JSON string of itself.
        flat: A shape without the axis of phrases, for one phrase.
        line_breaks: Base64 in lines of 76 characters.
        keep: How much of the JSON text is sent at all, as a fraction; its length is then true.
        body: Bytes to send instead of masks, under ``content_type``.
        delay_s: Silence before the first byte.
        pieces: In how many pieces the body comes.
        piece_delay_s: Silence before each of them.
        cut_after: Fraction of the announced body after which the connection ends, or None.
        reset: Whether it then ends with a reset instead of an orderly close.
        close: Whether the connection is closed after the answer.
        trailers: Headers behind the body, which is then sent in chunks.
    """

    levels: Literal["soft", "0/1", "0/255", "bool", "float"] = "soft"
    more_masks: int = 0
    more_categories: int = 0
    features: Literal["string", "object", "repr"] = "string"
    payload: Literal["raw", "png", "npy"] = "raw"
    categories: Literal["list", "repr"] = "list"
    twice_encoded: bool = False
    flat: bool = False
    line_breaks: bool = False
    keep: float = 1.0
    body: bytes | None = None
    content_type: str = "application/json"
    delay_s: float = 0.0
    pieces: int = 1
    piece_delay_s: float = 0.0
    cut_after: float | None = None
    reset: bool = False
    close: bool = False
    trailers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class HangUp:
    """The connection ends before any answer.

    Attributes:
        delay_s: Silence before it.
        reset: With a reset instead of an orderly close.
    """

    delay_s: float = 0.0
    reset: bool = True


Behaviour = Refusal | Reply | HangUp

_TEXT = ("content-type", "text/plain")
_JSON = ("content-type", "application/json")


def model_error(status: int, message: str, *, failed: bool = False) -> Refusal:
    """The container's own error as the front door passes it on."""
    headers = (
        _JSON,
        ("ms-azureml-model-error-reason", "model_error"),
        ("ms-azureml-model-error-statuscode", str(status)),
        ("x-ms-run-function-failed", str(failed)),
    )
    return Refusal(424, json.dumps({"message": message}), headers)


BAD_KEY = Refusal(401, "key_auth_access_denied", (_TEXT,))
BAD_AUTHORIZATION = Refusal(401, "key_auth_bad_header_forbidden", (_TEXT,))
TENANT_MISMATCH = Refusal(403, "Tenant mismatch: Token tenant does not match resource tenant")
NO_DEPLOYMENT = Refusal(404)
TIMED_OUT = Refusal(408, "upstream request timeout", (_TEXT,))
TOO_LARGE = Refusal(413)
SCORING_FAILED = model_error(
    500,
    "An unexpected error occurred in scoring script. Check the logs for more info.",
    failed=True,
)
NO_INPUT_DATA = model_error(400, "A value is not provided for the 'input_data' parameter.")
NOT_A_DICTIONARY = model_error(400, "POST body should be a JSON dictionary.")
EMPTY_BODY = model_error(400, "POST body is empty. Expecting a JSON dictionary.")
WRONG_CONTENT_TYPE = replace(
    model_error(415, "Expects Content-Type to be application/json"),
    headers=model_error(415, "").headers[:3],
)
BODY_TOO_LARGE = model_error(413, "Request Entity Too Large")
LONG_REQUEST_ID = model_error(431, "x-ms-client-request-id must not exceed 100 characters")
MODEL_NOT_READY = Refusal(424, "", (("ms-azureml-model-error-reason", "model_not_ready"),))
BUSY = Refusal(429, "", (_TEXT, ("ms-azureml-model-error-reason", "too_many_pending_request")))
RATE_LIMITED = Refusal(429)
INFRASTRUCTURE = Refusal(500)
BAD_GATEWAY = Refusal(502, "Bad Gateway", (_TEXT,))
UNAVAILABLE = Refusal(503)
GATEWAY_TIMEOUT = Refusal(504)


def redirect_to(url: str) -> Refusal:
    """An answer that sends the client elsewhere."""
    return Refusal(307, "", (("location", url),))
