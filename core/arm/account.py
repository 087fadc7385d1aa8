"""Whose token it is, as Azure numbers people and applications."""

from __future__ import annotations

import base64
import binascii
import json


def object_id_of(token: str) -> str:
    """The object id that an access token carries; empty when it carries none.

    Nothing here checks the token: it is Azure that does, with every call.

    Args:
        token: Of Microsoft Entra.
    """
    middle = token.split(".")[1:2]
    try:
        claims = json.loads(base64.urlsafe_b64decode("".join(middle) + "==="))
    except (ValueError, binascii.Error, RecursionError):
        return ""
    found = claims.get("oid") if isinstance(claims, dict) else None
    return found if isinstance(found, str) else ""
