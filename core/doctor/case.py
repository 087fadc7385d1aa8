"""What the doctor is asked to examine, and what is known of it so far."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from core.backends.base import RunControl
from core.backends.connection_failures import Target
from core.doctor.scrub import Scrubber
from core.endpoint_address import is_loopback
from core.errors import WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.arm import ArmClient
    from core.arm.inventory import Deployment
    from core.backends.base import ModelReply
    from core.backends.exchange import Answer
    from core.doctor.proxy import Proxy
    from core.secret import Secret
    from core.settings import AzureSettings
    from core.signin import TokenSource

PATIENCE_S = 10.0
"""Longest wait for a name and for a connection."""

ANSWER_S = 30.0
"""Longest silence of a service that has no model to run."""


@dataclass(frozen=True, eq=False)
class Checkup:
    """What is to be examined.

    Attributes:
        settings: The endpoint; None when nothing is set, or why the settings cannot be used.
        source: Who is signed in; None for a key, or why nobody is.
        arm: Azure Resource Manager, or None where it cannot be asked.
        trial: Whether a drawn picture is sent.
        resolve: Looks a name up, as ``socket.getaddrinfo`` does.
        now: Seconds since 1970.
    """

    settings: AzureSettings | WorkbenchError | None
    source: TokenSource | WorkbenchError | None = None
    arm: ArmClient | None = None
    trial: bool = True
    resolve: Callable[..., list[Any]] = socket.getaddrinfo
    now: Callable[[], float] = time.time


@dataclass(frozen=True, eq=False)
class Trial:
    """How the trial went.

    Attributes:
        answer: Of the first call.
        reply: Its masks.
        first_s: Seconds of the first call, connecting included.
        second_s: Seconds of the second call, on the open connection; None when it failed.
        sent_bytes: Size of the request's body.
    """

    answer: Answer
    reply: ModelReply
    first_s: float
    second_s: float | None
    sent_bytes: int


@dataclass(eq=False)
class Case:
    """What the steps have found out for those after them; belongs to one examination.

    Attributes:
        checkup: What is examined.
        control: Asked whether to go on.
        scrubber: Knows every secret seen so far.
        proxy: The proxy on the way, or None.
        addresses: Of the host, as far as they are known here.
        token: What signs the calls, or None.
        clock_ahead_s: By how much this computer's clock is ahead of the endpoint's, or None.
        endpoint: The endpoint as Azure Resource Manager describes it; empty when it was not asked.
        deployments: The deployments that get our requests.
        trial: How the trial went, or None.
    """

    checkup: Checkup
    control: RunControl = field(default_factory=RunControl)
    scrubber: Scrubber = field(default_factory=Scrubber)
    proxy: Proxy | None = None
    addresses: tuple[str, ...] = ()
    token: Secret | None = None
    clock_ahead_s: float | None = None
    endpoint: Mapping[str, Any] = field(default_factory=dict)
    deployments: tuple[Deployment, ...] = ()
    trial: Trial | None = None

    @property
    def settings(self) -> AzureSettings:
        """The endpoint's settings, for steps that run only when there are any."""
        settings = self.checkup.settings
        if settings is None or isinstance(settings, WorkbenchError):
            raise TypeError("this step needs settings that can be used")
        return settings

    @property
    def host(self) -> str:
        """Host name of the endpoint, without a port."""
        return urlsplit(self.settings.endpoint).hostname or ""

    @property
    def is_local(self) -> bool:
        """True when the endpoint is this machine; then no proxy or certificate setting counts."""
        return is_loopback(self.host)

    def target(self, silence_s: float) -> Target:
        """What is called, as the sentences name it.

        Args:
            silence_s: How long an answer is waited for.
        """
        settings = self.settings
        sign_in = "key" if settings.sign_in == "key" else "token"
        return Target(settings.host, sign_in, settings.deployment, PATIENCE_S, silence_s)
