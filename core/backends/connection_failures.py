"""What a connection that did not come about, or broke, means in words and in pauses."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import requests.exceptions as rq
import urllib3.exceptions as u3

from core.backends.retry import BACKING_OFF, ONCE, Failure
from core.errors import ConnectionFailed, EndpointTimeout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NETWORK_ERRORS = (rq.RequestException, u3.HTTPError, OSError)
"""What an exchange can end with instead of an answer."""

LONGEST_DETAILS = 600
"""Characters of text for support."""

ASK_OPERATOR = "ask whoever runs the endpoint to read the deployment's logs of this time"


@dataclass(frozen=True)
class Target:
    """What was called, as the sentences name it.

    Attributes:
        host: Host of the endpoint.
        sign_in: ``"key"`` or ``"token"``.
        deployment: The deployment that was asked for, or None.
        connect_timeout_s: How long a connection was waited for.
        read_timeout_s: How long an answer was waited for.
    """

    host: str
    sign_in: str
    deployment: str | None
    connect_timeout_s: float
    read_timeout_s: float


def failure_of_exception(problem: BaseException, target: Target, request_id: str) -> Failure:
    """Say what a broken connection means, by what is at its root.

    Args:
        problem: One of :data:`NETWORK_ERRORS`.
        target: What was called.
        request_id: The id that we sent; the service gave none.
    """
    causes = list(_chain(problem))
    told = next(
        (tell for kinds, tell in _CAUSES if any(isinstance(cause, kinds) for cause in causes)),
        _cut,
    )
    details = f"{type(causes[-1]).__name__}: {causes[-1]}"[:LONGEST_DETAILS]
    return replace(told(target), details=details, request_id=request_id)


def proxy_refused(target: Target) -> Failure:
    """A proxy is in the way."""
    return Failure(
        ConnectionFailed,
        f"The proxy on the way to {target.host} did not let the request through.",
        "Ask IT for the proxy's address and sign-in, and set HTTPS_PROXY to it, or NO_PROXY to "
        "the endpoint's host if none is needed.",
    )


def _unknown_name(target: Target) -> Failure:
    return Failure(
        ConnectionFailed,
        f"The name {target.host} is not known on this network.",
        "Check the endpoint's address for a typing error, and that this computer is online; a "
        "private endpoint is known inside its own network only.",
    )


def _untrusted(target: Target) -> Failure:
    return Failure(
        ConnectionFailed,
        f"The certificate of {target.host} is not trusted on this computer.",
        "If the network inspects https, have IT give you its root certificate and set "
        "REQUESTS_CA_BUNDLE to that file; otherwise check the address.",
    )


def _not_encrypted(target: Target) -> Failure:
    return Failure(
        ConnectionFailed,
        f"No encrypted connection to {target.host} came about.",
        "Check the address and port, and ask IT whether a proxy or firewall alters https.",
    )


def _silent(target: Target) -> Failure:
    return Failure(
        EndpointTimeout,
        f"{target.host} was silent for {target.read_timeout_s:g} seconds.",
        f"Run it again with fewer pictures or phrases; if it stays, {ASK_OPERATOR}.",
    )


def _refused(target: Target) -> Failure:
    return Failure(
        ConnectionFailed,
        f"{target.host} refused the connection.",
        "Check the endpoint's address and port, and that the endpoint still exists.",
        pace=ONCE,
    )


def _no_route(target: Target) -> Failure:
    return Failure(
        ConnectionFailed,
        f"There is no route to {target.host}.",
        "Check that this computer is online, and ask IT whether the firewall lets https through "
        "to it.",
        pace=ONCE,
    )


def _not_taken_up(target: Target) -> Failure:
    return Failure(
        ConnectionFailed,
        f"{target.host} did not take up the connection within {target.connect_timeout_s:g} "
        "seconds.",
        "Check that this network lets https through to it, and ask IT for the proxy to use.",
        pace=ONCE,
    )


def _cut(target: Target) -> Failure:
    return Failure(
        ConnectionFailed,
        f"The connection to {target.host} was cut before the whole answer was here.",
        "Run it again; if it stays, ask IT whether a proxy or firewall ends long connections.",
        pace=BACKING_OFF,
    )


_CAUSES: tuple[tuple[tuple[type[BaseException], ...], Callable[[Target], Failure]], ...] = (
    ((u3.ProxyError, rq.ProxyError), proxy_refused),
    ((u3.NameResolutionError,), _unknown_name),
    ((ssl.SSLCertVerificationError,), _untrusted),
    ((ssl.SSLError, u3.SSLError, rq.SSLError), _not_encrypted),
    ((u3.ReadTimeoutError, rq.ReadTimeout), _silent),
    ((ConnectionRefusedError,), _refused),
    ((u3.NewConnectionError,), _no_route),
    ((u3.ConnectTimeoutError, rq.ConnectTimeout), _not_taken_up),
)
"""From the narrowest cause to the widest; what is in none of them was cut half-way."""


def _chain(problem: BaseException) -> Iterator[BaseException]:
    """The exception and what caused it, outermost first, each once.

    requests and urllib3 keep causes in three places: ``__cause__``, ``reason`` and ``args``.
    """
    seen: set[int] = set()
    waiting = [problem]
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = (current.__cause__, current.__context__, getattr(current, "reason", None))
        waiting += [one for one in (*inner, *current.args) if isinstance(one, BaseException)]
