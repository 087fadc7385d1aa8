"""A stand-in of Microsoft Entra's token service: OpenID discovery, device codes, tokens.

``with serving(folder, monkeypatch) as service`` on loopback; azure-identity and msal talk to it. It
also answers like the identity service of Azure App Service, below ``/msi/token``.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import threading
import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.standin.certificates import self_signed
from tests.standin.rest_server import Answered, RestServer

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from tests.standin.rest_server import Asked

TENANT = "11111111-2222-3333-4444-555555555555"
PERSON = "reader@invented.example"
APP = "99999999-8888-7777-6666-555555555555"
SECRET = "invented-client-secret"
IDENTITY_HEADER = "invented-identity-header"
USER_CODE = "ABCD1234X"
DEVICE_CODE = "invented-device-code"
AUTHORIZATION_CODE = "invented-authorization-code"

# Error code and name, as Entra gives them.
REFUSALS = {
    "authorization_pending": "AADSTS70016: OAuth 2.0 device flow error. Authorization is pending.",
    "slow_down": "AADSTS70017: Slow down.",
    "expired_token": "AADSTS70020: The device code has expired.",
    "authorization_declined": "AADSTS70018: The end user declined.",
}


class TokenService(RestServer):
    """Gives tokens to whoever knows the invented secrets.

    Attributes:
        lasts_s: How long access tokens last.
        given: Every access token so far.
        refreshes: How many times a refresh token was used.
        expires_in_s: How long a device code lasts.
        nonce: What the browser's request named, for the token that proves who signed in.
        refuse_refresh: What to refuse refresh tokens with, or empty.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, lasts_s: int = 3600) -> None:
        super().__init__(self._answer, tls=tls)
        self.lasts_s = lasts_s
        self.given: list[str] = []
        self.refreshes = 0
        self.expires_in_s = 900
        self.refuse_refresh = ""
        self.nonce = ""
        self._device_scope = ""
        self._polls: deque[str] = deque()
        self._allowed = threading.Event()
        self._numbers = itertools.count(1)

    def script(self, *errors: str) -> None:
        """Say what to answer to the next polls for a device code, one error each."""
        self._polls.extend(errors)

    def allow(self) -> None:
        """The person enters the code and agrees."""
        self._allowed.set()

    @property
    def polls(self) -> int:
        """How often it was asked whether the person has agreed."""
        return sum("device_code" in asked.form.get("grant_type", "") for asked in self.asked)

    def _answer(self, asked: Asked) -> Answered:
        if asked.path == "/msi/token":
            return self._managed(asked)
        tenant, _, rest = asked.path.strip("/").partition("/")
        root = f"{self.url}/{tenant}"
        if rest == "v2.0/.well-known/openid-configuration":
            return Answered(
                body={
                    "issuer": f"{root}/v2.0",
                    "token_endpoint": f"{root}/oauth2/v2.0/token",
                    "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
                    "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
                }
            )
        if rest == "oauth2/v2.0/devicecode":
            self._device_scope = asked.form["scope"]
            return Answered(
                body={
                    "device_code": DEVICE_CODE,
                    "user_code": USER_CODE,
                    "verification_uri": "https://microsoft.example/devicelogin",
                    "expires_in": self.expires_in_s,
                    "interval": 1,
                    "message": "To sign in, open the page and enter the code.",
                }
            )
        assert rest == "oauth2/v2.0/token", asked.path
        return self._token(asked.form)

    def _token(self, form: dict[str, str]) -> Answered:
        grant = form["grant_type"]
        if grant.endswith("device_code"):
            assert form["device_code"] == DEVICE_CODE
            if self._polls:
                return refused(self._polls.popleft())
            if not self._allowed.is_set():
                return refused("authorization_pending")
            return self._given(form, person=True)
        if grant == "authorization_code":
            assert form["code"] == AUTHORIZATION_CODE
            return self._given(form, person=True)
        if grant == "refresh_token":
            if self.refuse_refresh:
                return refused("invalid_grant", self.refuse_refresh)
            self.refreshes += 1
            return self._given(form, person=True)
        assert grant == "client_credentials"
        return self._application(form)

    def _application(self, form: dict[str, str]) -> Answered:
        if "client_assertion" in form:
            if form["client_assertion"] != "invented-assertion":
                return refused("invalid_client", "AADSTS700213: No matching federated identity.")
        elif form.get("client_secret") != SECRET:
            return refused("invalid_client", "AADSTS7000215: Invalid client secret provided.")
        return self._given(form, person=False)

    def _given(self, form: dict[str, str], *, person: bool) -> Answered:
        body: dict[str, Any] = {
            "token_type": "Bearer",
            "expires_in": self.lasts_s,
            "scope": form.get("scope", self._device_scope),
            "access_token": self._access_token(person=person),
        }
        if person:
            now = int(time.time())
            claims = {
                "aud": form["client_id"],
                "iss": f"{self.url}/{TENANT}/v2.0",
                "sub": "subject",
                "tid": TENANT,
                "preferred_username": PERSON,
                "nonce": self.nonce,
                "iat": now,
                "exp": now + 3600,
            }
            info = {"uid": "user", "utid": TENANT}
            body |= {
                "refresh_token": "invented-refresh-token",
                "id_token": jwt(claims),
                "client_info": encoded(info),
            }
        return Answered(body=body)

    def _access_token(self, *, person: bool) -> str:
        """A token like no other before."""
        claims = {"tid": TENANT, "exp": int(time.time()) + self.lasts_s, "n": next(self._numbers)}
        claims |= {"upn": PERSON} if person else {"appid": APP, "idtyp": "app"}
        self.given.append(jwt(claims))
        return self.given[-1]

    def _managed(self, asked: Asked) -> Answered:
        if asked.headers.get("x-identity-header") != IDENTITY_HEADER:
            return Answered(401, {"statusCode": 401, "message": "no"})
        return Answered(
            body={
                "access_token": self._access_token(person=False),
                "expires_on": str(int(time.time()) + self.lasts_s),
                "resource": asked.query["resource"],
                "token_type": "Bearer",
            }
        )


def without_azure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away every variable of Azure and of this program, and every tool of Azure."""
    for name in list(os.environ):
        if name.startswith(("AZURE_", "IDENTITY_", "MSI_", "MIP_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", "/nowhere")


@contextmanager
def serving(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenService]:
    """The service under TLS, to which the environment leads azure-identity."""
    certificate = self_signed(folder)
    with TokenService(tls=certificate.server) as running:
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", running.url)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.file))
        yield running


def refused(error: str, description: str = "") -> Answered:
    """An error as Entra writes it."""
    said = description or REFUSALS[error]
    trace = "Trace ID: 0f0f0f0f-1111-2222-3333-444444444444"
    return Answered(400, {"error": error, "error_description": f"{said} {trace}"})


def jwt(claims: dict[str, Any]) -> str:
    """A token with claims and no signature that anyone could check."""
    return ".".join((encoded({"alg": "none", "typ": "JWT"}), encoded(claims), "invented-signature"))


def encoded(value: dict[str, Any]) -> str:
    """JSON as base64url without padding."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
