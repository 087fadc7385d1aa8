"""Short requests to the endpoint: over the same way as all others, and never repeated."""

from __future__ import annotations

import uuid
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from requests import Session
from requests.auth import AuthBase

from core.backends.azure_failures import failure_of_answer, request_id_of, without_secret
from core.backends.caller import CLIENT_ID_HEADER, DEPLOYMENT_HEADER
from core.backends.connection_failures import NETWORK_ERRORS, failure_of_exception
from core.backends.exchange import Answer
from core.backends.signature import Signature
from core.doctor.case import ANSWER_S, PATIENCE_S
from core.doctor.patience import within

if TYPE_CHECKING:
    from collections.abc import Mapping

    from requests import PreparedRequest

    from core.backends.retry import Failure
    from core.doctor.case import Case

LONGEST_BODY = 2**21
"""How much of an answer is read: a description of an endpoint has a few kilobytes."""


class _Unsigned(AuthBase):
    """Signs with nothing, and keeps requests from signing with a ``.netrc`` file instead."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Leave the request as it is."""
        return request


def signature_of(case: Case) -> AuthBase:
    """What signs a request: the key or token, once the sign-in has been looked at."""
    token = case.token
    return Signature(token.reveal) if token else _Unsigned()


def get(case: Case, path: str, *, signed: bool) -> Answer | Failure:
    """Ask for one page of the endpoint.

    Args:
        case: Tells where and as whom; its clock is compared with the answer's.
        path: Such as ``"/swagger.json"``.
        signed: Whether the token goes along.

    Returns:
        The answer, whatever its status, or why there was none.

    Raises:
        Cancelled: The user stopped the examination.
    """
    url = case.settings.endpoint.removesuffix("/score") + path
    request_id = str(uuid.uuid4())
    signature = signature_of(case) if signed else _Unsigned()

    def ask() -> Answer:
        with Session() as session:
            session.trust_env = not case.is_local
            with session.get(
                url,
                headers=headers_of(case, request_id) if signed else {},
                auth=signature,
                timeout=(PATIENCE_S, ANSWER_S),
                allow_redirects=False,
                stream=True,
            ) as response:
                content = response.raw.read(LONGEST_BODY, decode_content=True)
                return Answer(response.status_code, response.headers, content)

    try:
        answer = within(2 * PATIENCE_S + ANSWER_S, case.control, ask)
    except NETWORK_ERRORS as problem:
        return failure_of_exception(problem, case.target(ANSWER_S), request_id)
    note_clock(case, answer.headers)
    return answer


def failure_in(case: Case, answer: Answer, silence_s: float = ANSWER_S) -> Failure:
    """What an answer means that is no success, without the key it may repeat.

    Args:
        case: Tells what was called and with which key.
        answer: Of the endpoint.
        silence_s: How long it was waited for.
    """
    token = case.token.reveal() if case.token else ""
    request_id = request_id_of(answer.headers, "", token) or None
    failure = failure_of_answer(answer, case.target(silence_s), request_id or "")
    return without_secret(failure, token)


def headers_of(case: Case, request_id: str) -> dict[str, str]:
    """The headers of a signed request but the one that signs."""
    headers = {"Accept": "application/json", CLIENT_ID_HEADER: request_id}
    if case.settings.deployment:
        headers[DEPLOYMENT_HEADER] = case.settings.deployment
    return headers


def note_clock(case: Case, headers: Mapping[str, str]) -> None:
    """Compare this computer's clock with the moment that an answer names."""
    try:
        said = parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, OverflowError):
        return
    case.clock_ahead_s = case.checkup.now() - said.timestamp()
