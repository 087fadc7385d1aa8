"""Whose token it is, as Azure numbers people and applications."""

from __future__ import annotations

from core.signin.identity import claims_of


def object_id_of(token: str) -> str:
    """The object id that an access token carries; empty when it carries none.

    Nothing here checks the token: it is Azure that does, with every call.

    Args:
        token: Of Microsoft Entra.
    """
    found = claims_of(token).get("oid")
    return found if isinstance(found, str) else ""
