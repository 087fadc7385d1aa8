"""What an Azure ML endpoint's refusals mean, in words and in pauses.

The table follows Microsoft's troubleshooting page for online endpoints: the front door turns every
answer of the model's container that is not 200 into 424 and passes its body through, with the
container's own status and the reason in headers.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from core.backends.connection_failures import ASK_OPERATOR, LONGEST_DETAILS, proxy_refused
from core.backends.retry import BACKING_OFF, ONCE, SLOWLY, Failure
from core.errors import (
    ConnectionFailed,
    EndpointBusy,
    EndpointNotFound,
    EndpointTimeout,
    ModelFailed,
    ModelNotReady,
    RequestTooLarge,
    ServiceFault,
    SignInRefused,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.backends.connection_failures import Target
    from core.backends.exchange import Answer

_REASON_HEADER = "ms-azureml-model-error-reason"
_INNER_STATUS_HEADER = "ms-azureml-model-error-statuscode"
_ID_HEADERS = ("x-request-id", "x-ms-request-id")


def request_id_of(headers: Mapping[str, str], fallback: str, token: str) -> str:
    """The service's id of a request, since support asks for it; it goes into the log.

    Args:
        headers: Of the answer.
        fallback: The id that we sent, for when there is none, or none that looks like an id.
        token: What signed the request; an id with that in it is none.
    """
    for name in _ID_HEADERS:
        found = _word(headers.get(name, ""), 64)
        if found and token not in found:
            return found
    return fallback


def is_success(answer: Answer) -> bool:
    """True for 200, unless it is a web page, such as the sign-in page of a network."""
    return answer.status == 200 and "html" not in answer.headers.get("Content-Type", "").lower()


def failure_of_answer(answer: Answer, target: Target, request_id: str) -> Failure:
    """Say what an answer means that is no success.

    Args:
        answer: Status, headers and body.
        target: What was called.
        request_id: For support.
    """
    return replace(
        _teller(answer.status)(answer, target),
        details=_details(answer),
        request_id=request_id,
        retry_after_s=_retry_after_s(answer.headers),
    )


def without_secret(failure: Failure, token: str) -> Failure:
    """The same failure, should the other side have sent the key back to us."""
    if not token:
        return failure
    return replace(
        failure,
        what=failure.what.replace(token, "****"),
        details=failure.details.replace(token, "****"),
    )


def _not_signed_in(answer: Answer, target: Target) -> Failure:
    return Failure(
        SignInRefused,
        f"{target.host} did not accept the {target.sign_in} ({_said(answer)}).",
        "Copy the primary key again from the endpoint's Consume tab in Azure Machine Learning "
        "studio; it may have been regenerated."
        if target.sign_in == "key"
        else "Sign in again; if it stays, ask for the role AzureML Data Scientist on the endpoint.",
    )


def _not_allowed(answer: Answer, target: Target) -> Failure:
    return Failure(
        SignInRefused,
        f"{target.host} knows who asks and does not allow it ({_said(answer)}).",
        "Ask IT whether the endpoint belongs to this tenant, whether this network may reach it, "
        "and whether the account has the role AzureML Data Scientist.",
    )


def _not_found(_answer: Answer, target: Target) -> Failure:
    missing = (
        f"no deployment named {target.deployment}"
        if target.deployment
        else "no deployment that takes requests"
    )
    return Failure(
        EndpointNotFound,
        f"{target.host} has {missing}, or nothing at this path (404).",
        "Check the address and the deployment's name, and that a deployment gets traffic.",
    )


def _no_proxy_sign_in(_answer: Answer, target: Target) -> Failure:
    return proxy_refused(target)


def _timed_out(_answer: Answer, target: Target) -> Failure:
    return Failure(
        EndpointTimeout,
        f"The model behind {target.host} did not answer in the time its deployment allows (408).",
        "Run it again, since a first call is slow; if it stays, have the deployment's "
        "request_timeout_ms raised to 90000, because its default is 5 seconds.",
        pace=ONCE,
    )


def _too_large(_answer: Answer, target: Target) -> Failure:
    return Failure(
        RequestTooLarge,
        f"The request is larger than {target.host} takes (413).",
        "Send fewer pictures at once; if one alone is refused, ask IT for the size limit of the "
        "proxy in between.",
    )


def _model_failed(answer: Answer, target: Target) -> Failure:
    reason = _word(answer.headers.get(_REASON_HEADER, ""), 40)
    inner = _word(answer.headers.get(_INNER_STATUS_HEADER, ""), 3)
    if reason == "model_not_ready":
        return Failure(
            ModelNotReady,
            f"The model behind {target.host} is still starting (424, model_not_ready).",
            "Try again in 10 to 15 minutes, which is what a deployment takes to start.",
            pace=SLOWLY,
        )
    if inner == "413":
        return _too_large(answer, target)
    said = f"424, {reason or 'no reason given'}" + (f", {inner} inside" if inner else "")
    if inner.startswith("4"):
        return Failure(
            ModelFailed,
            f"The model behind {target.host} does not take this request ({said}).",
            "Check that the endpoint runs MedImageParse for 2D images; another model expects "
            "another request.",
        )
    return Failure(
        ModelFailed,
        f"The model behind {target.host} failed on this request ({said}).",
        f"Try another picture or phrase; if all fail, {ASK_OPERATOR}.",
        pace=ONCE,
    )


def _busy(answer: Answer, target: Target) -> Failure:
    reason = _word(answer.headers.get(_REASON_HEADER, ""), 40)
    said = f"429, {reason}" if reason else "429"
    return Failure(
        EndpointBusy,
        f"{target.host} is busy: more requests are under way than its deployment takes ({said}).",
        "Try again in a few minutes, or have max_concurrent_requests_per_instance or the number "
        "of instances raised.",
        pace=BACKING_OFF,
    )


def _service_fault(answer: Answer, target: Target) -> Failure:
    return Failure(
        ServiceFault,
        f"The service at {target.host} failed ({answer.status}).",
        "Try again in a few minutes; if it stays, look at status.azure.com or give the request id "
        "to Azure support.",
        pace=BACKING_OFF,
    )


def _led_astray(answer: Answer, target: Target) -> Failure:
    what = (
        f"{target.host} sends the request on to another address ({answer.status}), which is not "
        "followed, because the key and the picture would go there too."
        if answer.status >= 300
        else f"{target.host} answered with something else than masks ({answer.status})."
    )
    return Failure(
        ConnectionFailed,
        what,
        "Check the endpoint's address, and whether a proxy or a sign-in page of the network "
        "stands in between.",
    )


def _refused(answer: Answer, target: Target) -> Failure:
    return Failure(
        ModelFailed,
        f"{target.host} refused the request ({answer.status}).",
        "Check that the address is the scoring URL of a MedImageParse endpoint.",
    )


_TABLE: Mapping[int, Callable[[Answer, Target], Failure]] = {
    401: _not_signed_in,
    403: _not_allowed,
    404: _not_found,
    407: _no_proxy_sign_in,
    408: _timed_out,
    413: _too_large,
    424: _model_failed,
    429: _busy,
}


def _teller(status: int) -> Callable[[Answer, Target], Failure]:
    """Who tells what a status means."""
    if status >= 500:
        return _service_fault
    if status < 400:
        return _led_astray
    return _TABLE.get(status, _refused)


def _said(answer: Answer) -> str:
    """The status, with the front door's one-line reason when the body is no more than that."""
    text = answer.body[:120].decode("ascii", "replace").strip().rstrip(".")
    short = len(text) < 100 and re.fullmatch(r"[\w ,:'-]+", text)
    return f"{answer.status}, {text}" if short else str(answer.status)


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds from a Retry-After header: a number, or a date seen from the server's own clock."""
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value):
        return float(value)
    until = _http_date(value)
    if until is None:
        return None
    now = _http_date(headers.get("Date", "")) or datetime.now(UTC)
    return max((until - now).total_seconds(), 0.0)


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _details(answer: Answer) -> str:
    """Status and body as support wants to see them."""
    body = answer.body[: 4 * LONGEST_DETAILS].decode("utf-8", "replace")
    shown = "".join(c if c.isprintable() else " " for c in body)[:LONGEST_DETAILS]
    return f"HTTP {answer.status}: {shown}" if shown else f"HTTP {answer.status}, empty body"


def _word(text: str, longest: int) -> str:
    """A header value when it is one plain word, else nothing."""
    return text if re.fullmatch(rf"[A-Za-z0-9_.-]{{1,{longest}}}", text) else ""
