"""What the tests of the doctor share: settings, sign-ins of nobody, and what was found."""

from __future__ import annotations

import base64
import json
import time

from core.doctor import examine
from core.secret import Secret
from core.settings import AzureSettings
from tests.standin import KEY

HOST = "mip.eastus2.inference.ml.azure.com"
AZURE = f"https://{HOST}/score"
TENANT = "1234abcd-0000-1111-2222-333333333333"


def settings_for(url, *, key=KEY, **more):
    return AzureSettings(url, Secret(key) if key else None, **more)


def found_in(checkup, control=None):
    """What every step has found, by its name."""
    return {finding.step: finding for finding in examine(checkup, control)}


def fact(finding, label):
    return next(one.value for one in finding.facts if one.label == label)


def jwt(**claims):
    """A token with claims, signed by nobody."""
    usual = {
        "aud": "https://ml.azure.com",
        "tid": TENANT,
        "upn": "reader@invented.example",
        "exp": int(time.time()) + 3600,
    }
    parts = ({"alg": "none"}, usual | claims)
    coded = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts]
    return ".".join((*coded, "signature"))


class Source:
    """A sign-in whose tokens are given to it."""

    def __init__(self, token="", *, way="cli", error=None, arm_token="arm-token-of-nobody"):
        self.way = way
        self._tokens = {True: token or jwt(), False: arm_token}
        self._error = error

    def token(self, scope):
        if self._error is not None:
            raise self._error
        return self._tokens[scope.startswith("https://ml.")]

    def forget(self, _scope, _token):
        """Nothing is kept."""

    def close(self):
        """Nothing is open."""


def resolver(*addresses):
    """Looks every name up as these addresses."""

    def resolve(_host, port, **_more):
        return [(2, 1, 6, "", (address, port)) for address in addresses]

    return resolve
