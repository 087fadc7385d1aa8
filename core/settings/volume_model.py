"""The MedImageParse 3D endpoint: off unless it is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import SettingsError
from core.secret import Secret
from core.settings.azure import AzureSettings
from core.settings.hosts import allowed_hosts_from
from core.settings.lookup import Operator
from core.settings.names import API_KEY_3D, ENDPOINT_3D, SIGN_IN

if TYPE_CHECKING:
    from collections.abc import Mapping

_ONE_ENDPOINT_ONLY = "workspace"
"""Its tokens are those of the endpoint of ``MIP_RESOURCE_ID`` and open no other."""


def volume_model_settings_from(
    env: Mapping[str, str], secrets: Mapping[str, object] | None = None
) -> AzureSettings | None:
    """Find the endpoint for whole volumes: the environment before ``secrets.toml``.

    Only the operator can set it; nothing of it is typed into the page.

    Args:
        env: Environment variables.
        secrets: The content of ``secrets.toml``, as parsed.

    Returns:
        The settings, or None when there is no such endpoint.

    Raises:
        SettingsError: A value makes no sense, or a key is there without an endpoint.
    """
    operator = Operator(env, secrets or {})
    endpoint, key = operator.value(ENDPOINT_3D), operator.value(API_KEY_3D)
    if not endpoint:
        if key:
            raise SettingsError(
                f"{API_KEY_3D.name} is set, but no endpoint for volumes.",
                f"Set {ENDPOINT_3D.name} to the scoring URL of the MedImageParse 3D endpoint.",
            )
        return None
    return AzureSettings(
        endpoint,
        Secret(key) if key else None,
        sign_in="key" if key else _sign_in(operator.value(SIGN_IN) or "auto"),
        allowed_hosts=allowed_hosts_from(operator).with_host_of(endpoint),
    )


def _sign_in(way: str) -> str:
    """The way of the 2D endpoint, where it is one that opens another endpoint too."""
    if way not in {"key", _ONE_ENDPOINT_ONLY}:
        return way
    raise SettingsError(
        f"{SIGN_IN.name} is {way}, which does not open the MedImageParse 3D endpoint.",
        f"Set {API_KEY_3D.name} to the key of that endpoint.",
    )
