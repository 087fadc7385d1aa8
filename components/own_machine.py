"""Whether whoever looks at the page sits at the machine on which the program runs.

Only then may a visitor use what is the machine's own: its sign-in to Azure, a browser window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit as st

from core.endpoint_address import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORWARDED = (
    "Forwarded",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-Ip",
    "Via",
)


def own_machine() -> bool:
    """True when the page was opened on this very machine.

    A tunnel that somebody with an account on this machine has opened (``ssh -L``) looks the same;
    that person may use the machine's identity anyway.
    """
    address = st.get_option("server.address") or ""
    return opened_here(address, st.context.ip_address, st.context.headers)


def opened_here(address: str, remote: str | None, headers: Mapping[str, str]) -> bool:
    """True when all signs say so; one that is missing says no.

    Args:
        address: On which the server listens; empty stands for every address.
        remote: Address from which the browser came, None for this machine's own.
        headers: Of the browser's request; a browser always tells the page's address as ``Origin``,
            which a reverse proxy on this machine passes on, whatever else it hides.
    """
    origin = urlsplit(headers.get("Origin") or "").hostname or ""
    host = urlsplit(f"//{headers.get('Host') or ''}").hostname or ""
    forwarded = any(headers.get(name) for name in _FORWARDED)
    local = all(is_loopback(name) for name in (address, origin, host))
    return local and not forwarded and (remote is None or is_loopback(remote))
