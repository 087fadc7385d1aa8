"""The credentials of ``azure-identity``, one for each way to sign in."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from core.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

CLI_PATIENCE_S = 10
"""How long ``az`` may take; azure-identity's own default."""

# An unreachable sign-in service is told within half a minute, not after azure-core's five minutes.
_NETWORK: Mapping[str, Any] = {"connection_timeout": 8, "read_timeout": 15, "retry_total": 1}

_KNOWN_AUTHORITIES = frozenset(
    {"", "login.microsoftonline.com", "login.microsoftonline.us", "login.chinacloudapi.cn"}
)
_SECRET_NAMES = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET")
_WORKLOAD_NAMES = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE")
_IDENTITY_NAMES = (
    "IDENTITY_ENDPOINT",
    "MSI_ENDPOINT",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
)
_BROWSER_PATIENCE_S = 180


class AccessToken(Protocol):
    """What a credential gives."""

    @property
    def token(self) -> str:
        """The token itself."""
        ...

    @property
    def expires_on(self) -> int:
        """When it ends, in seconds since 1970."""
        ...


class Credential(Protocol):
    """What is used of a credential of ``azure-identity``."""

    def get_token(self, *scopes: str, claims: str | None = None) -> AccessToken:
        """A token for a scope, from the credential's own cache while it is good."""
        ...


class PersonalCredential(Credential, Protocol):
    """A credential for which a person does something elsewhere first."""

    def authenticate(self, *, scopes: list[str]) -> object:
        """Wait for the person."""
        ...


def open_credential(way: str, env: Mapping[str, str]) -> Credential:
    """Make the credential of a way that needs no person to wait for; nothing is asked yet.

    What a way reads from the environment beyond ``env`` (the PATH on which ``az`` lies, the address
    of the identity service), azure-identity reads from this process's own.

    Args:
        way: ``"auto"``, ``"cli"``, ``"managed"``, ``"workload"`` or ``"secret"``.
        env: Environment variables.

    Raises:
        SettingsError: A variable that the way needs is missing or makes no sense.
    """
    keep_quiet()
    try:
        return _made(way, env)
    except ValueError:  # azure-identity checks names and addresses when a credential is made
        names = "AZURE_TOKEN_CREDENTIALS, AZURE_TENANT_ID and AZURE_AUTHORITY_HOST"
        raise SettingsError(
            f"The sign-in {way!r} cannot be made of what the environment holds.",
            f"Check {names} where this program is started, or take them out.",
        ) from None


def _made(way: str, env: Mapping[str, str]) -> Credential:
    import azure.identity as ai  # noqa: PLC0415 - slow to import, and not needed with a key

    if way == "auto":
        return ai.DefaultAzureCredential(
            process_timeout=CLI_PATIENCE_S, **_narrowed(env), **_options(env)
        )
    if way == "cli":
        return ai.AzureCliCredential(
            tenant_id=env.get("AZURE_TENANT_ID", ""), process_timeout=CLI_PATIENCE_S
        )
    if way == "managed":
        managed = ai.ManagedIdentityCredential(
            client_id=env.get("AZURE_CLIENT_ID") or None, **_NETWORK
        )
        # Inside a chain it looks first whether there is an identity service at all, in a second.
        return ai.ChainedTokenCredential(managed)
    if way == "workload":
        tenant, client, file = _needed(_WORKLOAD_NAMES, way, env)
        return ai.WorkloadIdentityCredential(
            tenant_id=tenant, client_id=client, token_file_path=file, **_options(env)
        )
    tenant, client, secret = _needed(_SECRET_NAMES, way, env)
    return ai.ClientSecretCredential(tenant, client, secret, **_options(env))


def open_personal(
    way: str,
    env: Mapping[str, str],
    *,
    on_code: Callable[[str, str, datetime], None],
    on_request: Callable[[object], None],
) -> PersonalCredential:
    """Make the credential of a way for which a person does something; nothing is asked yet.

    It asks a person only when told to, with ``authenticate``: a token that cannot be refreshed
    later is an error, not a second question.

    Args:
        way: ``"device"`` or ``"browser"``.
        env: Environment variables; ``AZURE_TENANT_ID`` chooses the tenant.
        on_code: Gets the link, the code and the moment at which it ends.
        on_request: Called before each request; raises to stop.
    """
    import azure.identity as ai  # noqa: PLC0415 - as above

    keep_quiet()
    options = _options(env) | {
        "tenant_id": env.get("AZURE_TENANT_ID") or None,
        "disable_automatic_authentication": True,
        "raw_request_hook": on_request,
    }
    if way == "device":
        return ai.DeviceCodeCredential(prompt_callback=on_code, **options)
    return ai.InteractiveBrowserCredential(timeout=_BROWSER_PATIENCE_S, **options)


def keep_quiet() -> None:
    """Keep the libraries' own warnings out of the log.

    They repeat what Entra or ``az`` printed, which may be a token; what they say is told in our
    own sentences.
    """
    for name in ("azure", "msal"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def has_identity_service(env: Mapping[str, str]) -> bool:
    """Whether the environment says that there is a managed or workload identity.

    A virtual machine does not say so; looking for its service costs seconds everywhere else.
    """
    return any(env.get(name) for name in _IDENTITY_NAMES)


def _narrowed(env: Mapping[str, str]) -> dict[str, bool]:
    """What ``DefaultAzureCredential`` leaves out: what is slow, and what opens a browser.

    ``AZURE_TOKEN_CREDENTIALS`` is the operator's own choice, and narrows it instead.
    """
    narrowed = {"exclude_interactive_browser_credential": True}
    if env.get("AZURE_TOKEN_CREDENTIALS", "").strip():
        return narrowed
    return narrowed | {
        "exclude_managed_identity_credential": not has_identity_service(env),
        "exclude_workload_identity_credential": not env.get("AZURE_FEDERATED_TOKEN_FILE"),
        "exclude_shared_token_cache_credential": True,
        "exclude_visual_studio_code_credential": True,
        "exclude_powershell_credential": True,
        "exclude_developer_cli_credential": True,
        "exclude_broker_credential": True,
    }


def _options(env: Mapping[str, str]) -> dict[str, Any]:
    """Patience, and trust in an authority that the environment names.

    Of a sign-in service that Microsoft's own list does not know (a private cloud), azure-identity
    would ask login.microsoft.com about it first.
    """
    named = env.get("AZURE_AUTHORITY_HOST", "")
    host = urlsplit(named if "://" in named else f"//{named}").netloc
    return {**_NETWORK, "disable_instance_discovery": host not in _KNOWN_AUTHORITIES}


def _needed(names: tuple[str, ...], way: str, env: Mapping[str, str]) -> list[str]:
    missing = [name for name in names if not env.get(name)]
    if missing:
        raise SettingsError(
            f"The sign-in {way!r} needs {' and '.join(missing)}, which is not set.",
            "Set it in the environment in which this program is started.",
        )
    return [env[name] for name in names]
