"""Who a token speaks for: for display only, since nothing here checks a signature."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_NAMES = ("upn", "preferred_username", "unique_name", "email", "name")
_APP_NAMES = ("app_displayname", "appid", "azp", "oid")
_LONGEST = 120


@dataclass(frozen=True)
class Identity:
    """Who is signed in, as far as a token tells.

    Attributes:
        name: Account of a person or name of an application; empty when the token does not tell.
        tenant_id: Id of the tenant, or empty.
        kind: ``"person"``, ``"app"``, or empty when the token does not tell.
        expires: When the token ends, in UTC, or None.
    """

    name: str = ""
    tenant_id: str = ""
    kind: str = ""
    expires: datetime | None = None


def identity_of(token: str) -> Identity:
    """Read the claims of a token without checking them; an opaque token tells nothing.

    Args:
        token: An access token, such as a JWT of Microsoft Entra.
    """
    claims = claims_of(token)
    if not claims:
        return Identity()
    person = _first(claims, _NAMES)
    is_app = claims.get("idtyp") == "app" or not person
    name = _first(claims, _APP_NAMES) if is_app else person
    kind = ("app" if is_app else "person") if name else ""
    return Identity(name, _text(claims.get("tid")), kind, _moment(claims.get("exp")))


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a JSON web token, unchecked; empty for any other token.

    Args:
        token: An access token.
    """
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        found = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _first(claims: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := _text(claims.get(name)))), "")


def _text(value: object) -> str:
    """A claim that is printable text, cut to a length that fits on a line."""
    return value[:_LONGEST] if isinstance(value, str) and value.isprintable() else ""


def _moment(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return None
