"""One call to a scoring URL: signed, retried where that makes sense, cancellable, and recorded."""

from __future__ import annotations

import logging
import random
import uuid
from dataclasses import asdict, dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import urlsplit

from core.backends.azure_failures import (
    failure_of_answer,
    is_success,
    request_id_of,
    without_secret,
)
from core.backends.bandwidth import delay_s
from core.backends.connection_failures import NETWORK_ERRORS, Target, failure_of_exception
from core.backends.exchange import Exchange, open_session
from core.backends.retry import ONCE, POLL_S, Clock, Failure, persist
from core.backends.services import CallRecord, Services
from core.backends.signature import RenewableToken, Signature
from core.backends.traffic import Verdict
from core.endpoint_address import is_loopback
from core.errors import (
    Cancelled,
    ConnectionFailed,
    EndpointBusy,
    EndpointTimeout,
    InvalidReply,
    ServiceFault,
    SettingsError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.backends.base import RunControl
    from core.backends.exchange import Answer
    from core.settings import AzureSettings

Result = TypeVar("Result")

_log = logging.getLogger(__name__)

DEPLOYMENT_HEADER = "azureml-model-deployment"
CLIENT_ID_HEADER = "x-ms-client-request-id"
PLACES_A_REQUEST = 2
"""Azure ML takes twice the requests that a deployment works on at once, and answers 429 beyond."""

_DOWN = (ConnectionFailed, EndpointTimeout, ServiceFault)


@dataclass(frozen=True, eq=False)
class _Request(Generic[Result]):
    """What one call sends, and who waits for it; see :meth:`EndpointCaller.call`."""

    body: bytes
    read: Callable[[bytes], Result]
    control: RunControl
    rows: int
    on_answer: Callable[[Mapping[str, str]], None]


@dataclass(eq=False)
class _Heard:
    """What one try heard from the endpoint."""

    request_id: str
    status: str = ""
    seconds: float = 0.0
    size: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)


def _tell_nobody(_headers: Mapping[str, str]) -> None:
    """Nobody asks."""


class EndpointCaller:
    """Calls one endpoint, with one session, one sign-in and one deployment of its own.

    May be used from several threads at once. Nothing that is sent is logged.

    Args:
        settings: The endpoint and how patient to be with it.
        token: What is sent as ``Authorization: Bearer``, asked for at every try in the thread of
            the request, so that it may fetch a fresh one, and raising :class:`BackendError` when
            it cannot. After a 401 a :class:`RenewableToken` is told and asked once more; any other
            is not. None sends the key of the settings.
        services: What is shared with other callers of this process; None shares nothing.
        clock: Where the time of pauses comes from.
        rng: Source of the jitter in pauses.

    Raises:
        SettingsError: There is neither a key nor a token.
    """

    def __init__(
        self,
        settings: AzureSettings,
        *,
        token: Callable[[], str] | None = None,
        services: Services | None = None,
        clock: Clock | None = None,
        rng: random.Random | None = None,
    ) -> None:
        if token is None and settings.key is None:
            raise SettingsError(
                f"There is no key for {settings.host}.",
                "Set MIP_API_KEY, or type the key into the page; it is on the endpoint's Consume "
                "tab in Azure Machine Learning studio.",
            )
        self._settings = settings
        self._token = token
        self._services = services or Services()
        self._clock = clock or Clock()
        self._rng = rng or random.SystemRandom()
        # A proxy or certificate named in the environment is not meant for this machine itself.
        local = is_loopback(urlsplit(settings.endpoint).hostname or "")
        self._session = open_session(trust_env=not local)
        self._lane = self._services.traffic.lane(settings.endpoint, settings.host, self.places)
        self._target = Target(
            settings.host,
            "token" if token else "key",
            settings.deployment,
            settings.connect_timeout_s,
            settings.read_timeout_s,
        )

    @property
    def places(self) -> int:
        """How many requests may be under way at once, at most."""
        return PLACES_A_REQUEST * self._settings.concurrency

    def close(self) -> None:
        """Close the connections that are kept open for the next call."""
        self._session.close()

    def call(
        self,
        body: bytes,
        read: Callable[[bytes], Result],
        control: RunControl,
        *,
        rows: int = 1,
        on_answer: Callable[[Mapping[str, str]], None] = _tell_nobody,
    ) -> Result:
        """Send a body, wait, and read the answer.

        Args:
            body: JSON, as bytes.
            read: Takes the body of a 200 apart; raises :class:`InvalidReply` when it is not what
                the contract says.
            control: Countdown and cancel.
            rows: Number of pictures in the body.
            on_answer: Told the headers and trailers of every answer, refusals included.

        Raises:
            EndpointPaused: The endpoint has failed so often that it is left alone for now.
            BackendError: The endpoint could not answer; retried before, where that makes sense.
            Cancelled: The user stopped the run.
        """
        request = _Request(body, read, control, rows, on_answer)
        return persist(
            lambda number: self._try(request, number),
            budget_s=self._settings.retry_budget_s,
            control=control,
            clock=self._clock,
            rng=self._rng,
            on_give_up=lambda failure: self._give_up(failure, rows),
        )

    def _try(self, request: _Request[Result], number: int) -> Result | Failure:
        """Ask once, when there is a place, and record how that went."""
        heard = _Heard(str(uuid.uuid4()))
        with self._lane.place(request.control) as place:
            try:
                outcome = self._ask(request, heard)
            except Cancelled:
                self._record(request, heard, number, Cancelled.__name__)
                raise
            place.verdict = _verdict(outcome)
        named = outcome.kind.__name__ if isinstance(outcome, Failure) else "success"
        self._record(request, heard, number, named)
        if heard.headers:
            request.on_answer(heard.headers)
        return outcome

    def _ask(self, request: _Request[Result], heard: _Heard) -> Result | Failure:
        """Send and read.

        What went wrong comes back as a value, not as an exception: the exceptions of requests hold
        the request with its key, and those of a JSON parser what they parsed.
        """
        signature = Signature(self._token or self._key)
        timeout_s = (self._settings.connect_timeout_s, self._settings.read_timeout_s)
        exchange = Exchange(self._session, self._settings.endpoint, timeout_s)
        started = monotonic()
        outcome: Result | Failure
        try:
            answer = exchange.post(
                request.body,
                self._headers(heard.request_id),
                signature,
                poll_s=POLL_S,
                checkpoint=request.control.checkpoint,
            )
        except NETWORK_ERRORS as problem:
            heard.status = type(problem).__name__
            outcome = failure_of_exception(problem, self._target, heard.request_id)
        else:
            heard.status, heard.size = str(answer.status), len(answer.body)
            heard.request_id = request_id_of(answer.headers, heard.request_id, signature.used)
            heard.headers = answer.headers
            outcome = self._read(answer, request.read, heard.request_id)
            if answer.status == 401 and isinstance(outcome, Failure):
                outcome = self._renew_token(outcome, signature.used)
        finally:
            heard.seconds = monotonic() - started
        return without_secret(outcome, signature.used) if isinstance(outcome, Failure) else outcome

    def _read(
        self, answer: Answer, read: Callable[[bytes], Result], request_id: str
    ) -> Result | Failure:
        """What is in an answer, or what it says instead."""
        if not is_success(answer):
            return failure_of_answer(answer, self._target, request_id)
        try:
            return read(answer.body)
        except InvalidReply as problem:
            return Failure(
                InvalidReply, problem.what, problem.next_step, problem.details, request_id
            )

    def _renew_token(self, failure: Failure, token: str) -> Failure:
        """Have the next try, if there can be one, signed with a fresh token."""
        if not isinstance(self._token, RenewableToken):
            return failure
        self._token.refused(token)
        return replace(failure, pace=ONCE)

    def _give_up(self, failure: Failure, rows: int) -> None:
        """Tell the lane when a call failed because of the endpoint, not of what was sent."""
        too_much = rows > 1 and failure.kind is EndpointTimeout
        if failure.kind in _DOWN and not too_much:
            self._lane.give_up(failure.what)

    def _record(self, request: _Request[Result], heard: _Heard, number: int, outcome: str) -> None:
        record = CallRecord(
            self._settings.host,
            heard.request_id,
            heard.status,
            outcome,
            number,
            heard.seconds,
            len(request.body),
            heard.size,
            request.rows,
            delay_s(heard.headers),
        )
        self._services.on_call(record)
        _log.log(
            logging.INFO if outcome in {"success", Cancelled.__name__} else logging.WARNING,
            "request %s: %s, try %d, %.2f s",
            record.request_id,
            record.status,
            number,
            record.seconds,
            extra={"event": "request", "fields": asdict(record)},
        )

    def _headers(self, request_id: str) -> dict[str, str]:
        """All headers but the one that signs."""
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            CLIENT_ID_HEADER: request_id,
        }
        if self._settings.deployment:
            headers[DEPLOYMENT_HEADER] = self._settings.deployment
        return headers

    def _key(self) -> str:
        """The key, as a token that never changes."""
        return self._settings.key.reveal() if self._settings.key else ""


def _verdict(outcome: object) -> Verdict:
    """What the outcome of a try shows about the endpoint."""
    if not isinstance(outcome, Failure):
        return Verdict.SUCCESS
    if outcome.kind is EndpointBusy:
        return Verdict.BUSY
    return Verdict.DOWN if outcome.kind in _DOWN else Verdict.ANSWERED
