"""To which hosts pictures may be sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from core.endpoint_address import is_loopback
from core.errors import SettingsError
from core.settings.names import ALLOWED_HOSTS

if TYPE_CHECKING:
    from core.settings.lookup import Operator

DEFAULT_HOSTS = ("*.inference.ml.azure.com",)
"""Where Azure ML's online endpoints live in the public cloud."""


@dataclass(frozen=True)
class AllowedHosts:
    """A list of hosts, to which this machine always belongs.

    Attributes:
        patterns: Host names in lower case; a leading ``*.`` stands for any name below.
    """

    patterns: tuple[str, ...] = DEFAULT_HOSTS

    def allows(self, host: str) -> bool:
        """True when a host name (without a port) is on the list."""
        host = host.lower().rstrip(".")
        return is_loopback(host) or any(_matches(host, pattern) for pattern in self.patterns)

    def with_host_of(self, url: str) -> AllowedHosts:
        """The list with the host of an address (with or without https://) beside the others."""
        host = urlsplit(url if "://" in url else f"//{url}").hostname or ""
        return self if self.allows(host) or not host else AllowedHosts((*self.patterns, host))

    def check(self, url: str) -> None:
        """Refuse an address that is not on the list.

        Raises:
            SettingsError: Its host is not allowed.
        """
        host = urlsplit(url).hostname or ""
        if not self.allows(host):
            raise SettingsError(
                f"Nothing may be sent to {host[:100]}: it is not among the allowed hosts.",
                f"Check the address; if it is right, have {ALLOWED_HOSTS.name} set to it where "
                "this program is started.",
            )


def allowed_hosts_from(operator: Operator) -> AllowedHosts:
    """The operator's list, or Azure ML's own domain when there is none.

    Raises:
        SettingsError: An entry is no host name.
    """
    text = operator.value(ALLOWED_HOSTS)
    if not text:
        return AllowedHosts()
    patterns = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    for pattern in patterns:
        name = pattern.removeprefix("*.")
        if not name or not all(c.isalnum() or c in "-." for c in name) or "." not in name:
            raise SettingsError(
                f"{ALLOWED_HOSTS.name} holds {pattern[:60]!r}, which is no host name.",
                "Write names such as mip.example.org or *.example.org, with commas between.",
            )
    return AllowedHosts(patterns)


def _matches(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:])
    return host == pattern
