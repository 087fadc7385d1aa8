"""A MedImageParse online endpoint on Azure ML, over REST."""

from __future__ import annotations

import logging
import random
import time
import uuid
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from requests.auth import AuthBase

from core.backends.azure_failures import (
    failure_of_answer,
    is_success,
    request_id_of,
    without_secret,
)
from core.backends.base import RunControl
from core.backends.connection_failures import NETWORK_ERRORS, Target, failure_of_exception
from core.backends.exchange import Exchange, open_session
from core.backends.retry import POLL_S, Clock, Failure, persist
from core.endpoint_address import is_loopback
from core.errors import InvalidReply, SettingsError
from core.wire import decode_response, encode_request

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from requests import PreparedRequest

    from core.backends.base import ModelInput, ModelReply
    from core.backends.exchange import Answer
    from core.settings import AzureSettings

_log = logging.getLogger(__name__)

DEPLOYMENT_HEADER = "azureml-model-deployment"
CLIENT_ID_HEADER = "x-ms-client-request-id"


class AzureBackend:
    """Asks one endpoint, with one session, one key and one deployment of its own.

    May be used from several threads at once. Nothing about a picture but its pixels and phrases is
    sent, and nothing about it is logged.

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

    name = "azure"
    max_rows = 8
    leaves_machine = True

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
        self.settings = settings
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

    @property
    def label(self) -> str:
        """What the page and every export call it."""
        return f"MedImageParse on Azure ML ({self.settings.host})"

    def __repr__(self) -> str:
        return f"AzureBackend({self.settings!r})"

    def close(self) -> None:
        """Close the connections that are kept open for the next call."""
        self._session.close()

    def segment(
        self, inputs: Sequence[ModelInput], control: RunControl | None = None
    ) -> list[ModelReply]:
        """Send pictures and phrases, wait, and read the masks; see :class:`Backend`.

        Args:
            inputs: Between 1 and ``max_rows`` pictures with their phrases; all go in one request.
            control: Countdown and cancel.

        Raises:
            BackendError: The endpoint could not answer; retried before, where that makes sense.
            Cancelled: The user stopped the run.
            ValueError: There are no inputs, or more than ``max_rows``.
        """
        if not 1 <= len(inputs) <= self.max_rows:
            raise ValueError(f"between 1 and {self.max_rows} inputs, not {len(inputs)}")
        control = control or RunControl()
        phrases = [one.phrases for one in inputs]
        body = encode_request([one.picture for one in inputs], phrases)
        return persist(
            lambda number: self._try(body, phrases, control, number),
            budget_s=self.settings.retry_budget_s,
            control=control,
            clock=self._clock,
            rng=self._rng,
        )

    def _try(
        self, body: bytes, phrases: Sequence[Sequence[str]], control: RunControl, number: int
    ) -> list[ModelReply] | Failure:
        """Ask once, and log how that went.

        What went wrong comes back as a value, not as an exception: the exceptions of requests hold
        the request with its key, and those of a JSON parser what they parsed.
        """
        request_id = str(uuid.uuid4())
        signature = _Bearer(self._token or self._key)
        timeout_s = (self.settings.connect_timeout_s, self.settings.read_timeout_s)
        exchange = Exchange(self._session, self.settings.endpoint, timeout_s)
        started = time.monotonic()
        outcome: list[ModelReply] | Failure
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
            outcome = self._read(answer, phrases, request_id)
        seconds = time.monotonic() - started
        _log.info("request %s: %s, try %d, %.2f s", request_id, said, number, seconds)
        return without_secret(outcome, signature.used) if isinstance(outcome, Failure) else outcome

    def _read(
        self, answer: Answer, phrases: Sequence[Sequence[str]], request_id: str
    ) -> list[ModelReply] | Failure:
        """The masks in an answer, or what it says instead."""
        if not is_success(answer):
            return failure_of_answer(answer, self._target, request_id)
        try:
            return decode_response(answer.body, phrases)
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
        if self.settings.deployment:
            headers[DEPLOYMENT_HEADER] = self.settings.deployment
        return headers

    def _key(self) -> str:
        """The key, as a token that never changes."""
        return self.settings.key.reveal() if self.settings.key else ""


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
