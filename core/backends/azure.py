"""A MedImageParse online endpoint on Azure ML, over REST."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.backends.bandwidth import delay_notice, delay_s
from core.backends.base import RunControl
from core.backends.caller import EndpointCaller
from core.backends.served_by import engine_notice
from core.logs import log_phrases
from core.wire import decode_response, encode_request

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence

    from core.backends.base import ModelInput, ModelReply
    from core.backends.retry import Clock
    from core.backends.services import Services
    from core.settings import AzureSettings


LARGEST_BODY = 20_000_000
"""Bytes of one request. A picture has 0.3 to 4 MB; Azure names no limit, the model's own server
takes 100 MB, and proxies in between often less."""

_AZURE = ".inference.ml.azure."
"""In the name of every online endpoint, whatever the cloud. What other hosts run, nobody knows."""


class AzureBackend:
    """Asks one endpoint for masks; see :class:`EndpointCaller` for the arguments.

    May be used from several threads at once. Nothing about a picture but its pixels and phrases is
    sent, and nothing about it is logged.

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
        services: Services | None = None,
        clock: Clock | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.settings = settings
        self._caller = EndpointCaller(
            settings, token=token, services=services, clock=clock, rng=rng
        )

    @property
    def workers(self) -> int:
        """How many requests may be under way at once."""
        return self._caller.places

    @property
    def label(self) -> str:
        """What the page and every export call it."""
        host = self.settings.host
        if _AZURE in host:
            return f"MedImageParse on Azure ML ({host})"
        return f"Endpoint at {host}"

    def __repr__(self) -> str:
        return f"AzureBackend({self.settings!r})"

    def close(self) -> None:
        """Close the connections that are kept open for the next call."""
        self._caller.close()

    def segment(
        self, inputs: Sequence[ModelInput], control: RunControl | None = None
    ) -> list[ModelReply]:
        """Send pictures and phrases, wait, and read the masks; see :class:`Backend`.

        Args:
            inputs: Between 1 and ``max_rows`` pictures with their phrases. They go in one request,
                or in several where one would be very large.
            control: Countdown and cancel.

        Raises:
            BackendError: The endpoint could not answer; retried before, where that makes sense.
            Cancelled: The user stopped the run.
            ValueError: There are no inputs, or more than ``max_rows``.
        """
        if not 1 <= len(inputs) <= self.max_rows:
            raise ValueError(f"between 1 and {self.max_rows} inputs, not {len(inputs)}")
        phrases = [one.phrases for one in inputs]
        body = encode_request([one.picture for one in inputs], phrases)
        if len(body) > LARGEST_BODY and len(inputs) > 1:
            half = len(inputs) // 2
            return [
                *self.segment(inputs[:half], control),
                *self.segment(inputs[half:], control),
            ]
        log_phrases(phrases)
        answers: list[Mapping[str, str]] = []
        replies = self._caller.call(
            body,
            lambda reply: decode_response(reply, phrases),
            control or RunControl(),
            rows=len(inputs),
            on_answer=answers.append,
        )
        told = (delay_notice(sum(map(delay_s, answers))), *map(engine_notice, answers[-1:]))
        notices = tuple(notice for notice in told if notice is not None)
        return [replace(reply, notices=(*reply.notices, *notices)) for reply in replies]
