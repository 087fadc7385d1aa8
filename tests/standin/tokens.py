"""Sign-ins that give one token, made up here."""

from __future__ import annotations

import base64
import json

OBJECT_ID = "0b1ec71d-0000-4000-8000-000000000001"


def jwt(**claims: object) -> str:
    """A token with claims as Microsoft Entra writes them, signed by nobody."""
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    return b".".join((*encoded, b"x")).decode()


PERSON = jwt(oid=OBJECT_ID, upn="someone@example.org")


class FixedSource:
    """A sign-in that has always been there."""

    way = "device"

    def __init__(self, token: str = PERSON) -> None:
        self._token = token
        self.scopes: list[str] = []

    def token(self, scope: str) -> str:
        self.scopes.append(scope)
        return self._token

    def close(self) -> None:
        """Nothing to forget."""
