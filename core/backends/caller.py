"""One call to a scoring URL: signed, retried where that makes sense, cancellable, and logged."""

from __future__ import annotations

import logging
import random
import time
import uuid
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from requests.auth import AuthBase

from core.backends.azure_failures import (
    failure_of_answer,
    is_success,
    request_id_of,
    without_secret,
)
from core.backends.connection_failures import NETWORK_ERRORS, Target, failure_of_exception
from core.backends.exchange import Exchange, open_session
from core.backends.retry import POLL_S, Clock, Failure, persist
from core.endpoint_address import is_loopback
from core.errors import InvalidReply, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from requests import PreparedRequest

    from core.backends.base import RunControl
    from core.backends.exchange import Answer
    from core.settings import AzureSettings

Result = TypeVar("Result")

_log = logging.getLogger(__name__)

DEPLOYMENT_HEADER = "azureml-model-deployment"
CLIENT_ID_HEADER = "x-ms-client-request-id"


class EndpointCaller:
    """Calls one endpoint, with one session, one sign-in and one deployment of its own.

    May be used from several threads at once. Nothing that is sent is logged.

    Args:
        settings: The endpoint and how patient to be with it.
        token: What is sent as ``Authorization: Bearer``, asked for at every try in the thread of
            the request, so that it may fetch a fresh one, and raising :class:`BackendError` when
            it cannot; None sends the key of the settings.
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
        self._clock = clock or Clock()
        self._rng = rng or random.SystemRandom()
        # A proxy or certificate named in the environment is not meant for this machine itself.
        local = is_loopback(urlsplit(settings.endpoint).hostname or "")
        self._session = open_session(trust_env=not local)
        self._target = Target(
            settings.host,
            "token" if token else "key",
            settings.deployment,
            settings.connect_timeout_s,
            settings.read_timeout_s,
        )

    def close(self) -> None:
        """Close the connections that are kept open for the next call."""
        self._session.close()

    def call(self, body: bytes, read: Callable[[bytes], Result], control: RunControl) -> Result:
        """Send a body, wait, and read the answer.

        Args:
            body: JSON, as bytes.
            read: Takes the body of a 200 apart; raises :class:`InvalidReply` when it is not what
                the contract says.
            control: Countdown and cancel.

        Raises:
            BackendError: The endpoint could not answer; retried before, where that makes sense.
            Cancelled: The user stopped the run.
        """
        return persist(
            lambda number: self._try(body, read, control, number),
            budget_s=self._settings.retry_budget_s,
            control=control,
            clock=self._clock,
            rng=self._rng,
        )

    def _try(
        self, body: bytes, read: Callable[[bytes], Result], control: RunControl, number: int
    ) -> Result | Failure:
        """Ask once, and log how that went.

        What went wrong comes back as a value, not as an exception: the exceptions of requests hold
        the request with its key, and those of a JSON parser what they parsed.
        """
        request_id = str(uuid.uuid4())
        signature = _Bearer(self._token or self._key)
        timeout_s = (self._settings.connect_timeout_s, self._settings.read_timeout_s)
        exchange = Exchange(self._session, self._settings.endpoint, timeout_s)
        started = time.monotonic()
        outcome: Result | Failure
        try:
            answer = exchange.post(
                body,
                self._headers(request_id),
                signature,
                poll_s=POLL_S,
                checkpoint=control.checkpoint,
            )
        except NETWORK_ERRORS as problem:
            said = type(problem).__name__
            outcome = failure_of_exception(problem, self._target, request_id)
        else:
            said = str(answer.status)
            request_id = request_id_of(answer.headers, request_id, signature.used)
            outcome = self._read(answer, read, request_id)
        seconds = time.monotonic() - started
        _log.info("request %s: %s, try %d, %.2f s", request_id, said, number, seconds)
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


class _Bearer(AuthBase):
    """Signs one request, and remembers with what, so that it can be struck from what comes back.

    Given as ``auth``, it also keeps requests from signing with a ``.netrc`` file instead.
    """

    def __init__(self, token: Callable[[], str]) -> None:
        self._fetch = token
        self.used = ""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        self.used = self._fetch().strip()
        request.headers["Authorization"] = f"Bearer {self.used}"
        return request
