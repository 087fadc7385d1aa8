"""Whether the name of the endpoint, or of the proxy on the way, is known on this network."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection
from urllib3.exceptions import NameResolutionError

from core.backends.connection_failures import failure_of_exception
from core.doctor.case import PATIENCE_S
from core.doctor.finding import Fact, failed, from_error, ok
from core.doctor.patience import within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.doctor.case import Case
    from core.doctor.finding import Finding

STEP = "Name"

_MOST_SHOWN = 4
_PORTS = {"http": 80, "https": 443}


def look_up_name(case: Case) -> Finding:
    """Resolve the name that the first connection needs: the proxy's where there is one."""
    if case.proxy is not None:
        host, port = case.proxy.host, case.proxy.port
    else:
        parts = urlsplit(case.settings.endpoint)
        host, port = case.host, parts.port or _PORTS[parts.scheme]
    if is_address(host):
        case.addresses = () if case.proxy else (host,)
        return ok(STEP, f"{host} is an address, so no name is looked up.")
    try:
        found = within(PATIENCE_S, case.control, lambda: _resolve(case, host, port))
    except TimeoutError:
        return failed(
            STEP,
            f"Looking up the name {host} took longer than {PATIENCE_S:g} seconds.",
            "Check that this computer is online and its VPN is connected; ask IT about the name "
            "server.",
        )
    except (OSError, UnicodeError) as problem:
        return _not_known(case, host, problem)
    if case.proxy is not None:
        return ok(
            STEP,
            f"The proxy {host} is known on this network; it looks {case.host} up itself.",
            _facts(found),
        )
    case.addresses = found
    private = ", a private address" if is_private(found) else ""
    return ok(STEP, f"{host} is known on this network, at {found[0]}{private}.", _facts(found))


def is_private(addresses: Iterable[str]) -> bool:
    """True when all addresses belong to a private network, as a private endpoint's do."""
    parsed = [ipaddress.ip_address(address.partition("%")[0]) for address in addresses]
    return bool(parsed) and all(one.is_private and not one.is_loopback for one in parsed)


def is_address(host: str) -> bool:
    """True when a host is given as a number, not by its name."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _resolve(case: Case, host: str, port: int) -> tuple[str, ...]:
    """Every address of a name, each once.

    Raises:
        OSError: There is none.
    """
    rows: list[Any] = case.checkup.resolve(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(row[4][0]) for row in rows))


def _not_known(case: Case, host: str, problem: Exception) -> Finding:
    if case.proxy is not None:
        return failed(
            STEP,
            f"The name of the proxy, {host}, is not known on this network.",
            "Check HTTPS_PROXY for a typing error, and that this computer is in the network or "
            "VPN of the proxy; take HTTPS_PROXY out where none is needed.",
        )
    cause = NameResolutionError(host, HTTPConnection(host), socket.gaierror(str(problem)))
    failure = failure_of_exception(cause, case.target(PATIENCE_S), "")
    return from_error(STEP, failure.error(1))


def _facts(addresses: tuple[str, ...]) -> list[Fact]:
    shown = ", ".join(addresses[:_MOST_SHOWN])
    more = len(addresses) - _MOST_SHOWN
    return [Fact("Addresses", f"{shown} and {more} more" if more > 0 else shown)]
