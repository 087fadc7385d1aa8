"""The address of an endpoint as people paste it, turned into the URL that is called."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from core.errors import SettingsError

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_WHERE = (
    "Copy the REST endpoint from the endpoint's page in Azure Machine Learning studio "
    "(Endpoints, the endpoint's name, tab Consume); it looks like "
    "https://NAME.REGION.inference.ml.azure.com/score."
)
_PORTALS = frozenset({"ml.azure.com", "ai.azure.com", "portal.azure.com"})
_PAIRS = (('"', '"'), ("'", "'"), ("\u201c", "\u201d"), ("\u2018", "\u2019"), ("<", ">"))


def clean(text: str) -> str:
    """Take away blanks and the quotes around a pasted value."""
    text = text.strip()
    for opening, closing in _PAIRS:
        if len(text) > 1 and text.startswith(opening) and text.endswith(closing):
            return text[1:-1].strip()
    return text


def scoring_url(text: str) -> str:
    """Turn a pasted address into the scoring URL.

    Args:
        text: A URL with or without ``/score``, or the host name alone.

    Returns:
        The URL with ``/score`` at its end and the host in lower case.

    Raises:
        SettingsError: It is no URL (a resource id, a bare name), leads to a page of the portal,
            holds a user or a query, or would send the key unencrypted over a network.
    """
    text = clean(text)
    if "\\" in text or any(not " " < character <= "~" for character in text):
        raise SettingsError(
            "The endpoint's address holds blanks or characters that no address has.", _WHERE
        )
    _refuse_names(text)
    parts = _split(text if "://" in text else f"https://{text}")
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in {"http", "https"}:
        raise SettingsError(f"The endpoint's address starts with {parts.scheme}://.", _WHERE)
    if parts.scheme == "http" and not is_loopback(host):
        raise SettingsError(
            f"The endpoint's address {host} is not encrypted (http), and pictures and the key "
            "would travel in the open.",
            "Use the https:// address.",
        )
    if host in _PORTALS:
        raise SettingsError(f"{host} is a page of the portal, not the endpoint itself.", _WHERE)
    return urlunsplit((parts.scheme, parts.netloc.lower(), _scoring_path(parts.path), "", ""))


def host_of(url: str) -> str:
    """Host of a scoring URL, with the port where the URL has one."""
    return urlsplit(url).netloc


def is_resource_id(text: str) -> bool:
    """True when a text is the Azure resource id of something, not its address."""
    return text.lower().startswith("/subscriptions/")


def is_loopback(host: str) -> bool:
    """True when a host name is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_names(text: str) -> None:
    """Refuse what other tools take for an endpoint: a resource id or a name."""
    if text.startswith(("/", "azureml:")):
        raise SettingsError(
            "The endpoint is given as a resource id; the scoring URL is needed.", _WHERE
        )
    if "://" not in text and "." not in text:
        raise SettingsError(
            f"The endpoint is given as the name {text[:80]!r}; the scoring URL is needed.", _WHERE
        )


def _split(url: str) -> SplitResult:
    """Split a URL and refuse the parts that must not be there."""
    try:
        parts = urlsplit(url)
        sound = bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise SettingsError("The endpoint's address is not a URL.", _WHERE)
    if "@" in parts.netloc:
        raise SettingsError(
            "The endpoint's address holds a user name or password.",
            "Take out everything between // and @; the key has a field of its own.",
        )
    if parts.query or parts.fragment:
        raise SettingsError(
            "The endpoint's address holds a question mark or a hash sign with text behind it.",
            "Use the address up to /score; the key has a field of its own.",
        )
    return parts


def _scoring_path(path: str) -> str:
    """The path with ``/score`` at its end."""
    path = path.rstrip("/").removesuffix("/swagger.json")
    return path if path.endswith("/score") else f"{path}/score"
