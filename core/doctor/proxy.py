"""Which proxy the calls to an endpoint go through, and how that is told without its password."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote
from urllib.request import getproxies

from requests.utils import get_environ_proxies, select_proxy
from urllib3.util import make_headers, parse_url

from core.doctor.finding import Fact, failed, ok

if TYPE_CHECKING:
    from core.doctor.case import Case
    from core.doctor.finding import Finding
    from core.doctor.scrub import Scrubber

STEP = "Proxy"

_NAMES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_SOCKS_PORT = 1080
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Proxy:
    """A proxy on the way.

    Attributes:
        scheme: ``"http"``, ``"https"`` or one of SOCKS.
        host: Its name or address.
        port: Its port.
        signs_in: Whether its address holds a user and password.
        headers: What signs in to it; shown nowhere.
    """

    scheme: str
    host: str
    port: int
    signs_in: bool
    headers: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"Proxy({self.shown!r})"

    @property
    def shown(self) -> str:
        """Its address without user and password."""
        return f"{self.scheme}://{self.host}:{self.port}"


def look_at_proxy(case: Case) -> Finding:
    """Find the proxy as requests finds it: from the environment or the system's settings."""
    hide_proxy_secrets(case.scrubber)
    host = case.settings.host
    if case.is_local:
        return ok(STEP, f"{host} is this machine, so no proxy is used.")
    url = case.settings.endpoint
    address = select_proxy(url, get_environ_proxies(url))
    if not address:
        if select_proxy(url, dict(getproxies())):
            return ok(
                STEP,
                f"A proxy is set, but NO_PROXY names {host}: the connection goes straight to it.",
            )
        return ok(STEP, f"No proxy is set; the connection goes straight to {host}.")
    try:
        case.proxy = _read(address)
    except ValueError:
        return failed(
            STEP,
            "A proxy is set, but its address cannot be read.",
            "Write it as in HTTPS_PROXY=http://proxy.example.org:8080; in a user name or password "
            "write @ as %40, : as %3A and / as %2F.",
            _facts(),
        )
    sign_in = "with a sign-in" if case.proxy.signs_in else "without a sign-in"
    return ok(
        STEP, f"The connection goes through the proxy {case.proxy.shown}, {sign_in}.", _facts()
    )


def hide_proxy_secrets(scrubber: Scrubber) -> None:
    """Have the passwords of all proxies hidden, also of those that are not used."""
    for address in getproxies().values():
        coded = address.rpartition("@")[0].rpartition("//")[2]
        for userinfo in (coded, unquote(coded)):
            scrubber.hide(userinfo)
            scrubber.hide(userinfo.partition(":")[2])


def _read(address: str) -> Proxy:
    """Take an address apart as requests does.

    Raises:
        ValueError: It is none.
    """
    url = parse_url(address)
    if not url.host:
        raise ValueError("no host")
    scheme = url.scheme or "http"
    port = url.port or _DEFAULT_PORTS.get(scheme, _SOCKS_PORT)
    headers = make_headers(proxy_basic_auth=unquote(url.auth)) if url.auth else {}
    return Proxy(scheme, url.host, port, bool(url.auth), tuple(headers.items()))


def _facts() -> list[Fact]:
    """Where the setting comes from: names of variables, never their values."""
    named = [n for n in (*_NAMES, "NO_PROXY") if os.environ.get(n) or os.environ.get(n.lower())]
    return [Fact("Set by", ", ".join(named) or "the system's settings")]
