"""One MedImageParse endpoint: where it is, and how to sign in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.endpoint_address import clean, host_of, is_resource_id, scoring_url
from core.errors import SettingsError
from core.secret import Secret
from core.settings.hosts import AllowedHosts, allowed_hosts_from
from core.settings.keys import clean_key
from core.settings.lookup import Operator, secrets_from_file
from core.settings.names import (
    API_KEY,
    CONCURRENCY,
    DEPLOYMENT,
    ENDPOINT,
    ENDPOINT_ALIAS,
    RESOURCE_ID,
    SIGN_IN,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SIGN_IN_WAYS = (
    "key",
    "auto",
    "cli",
    "managed",
    "workload",
    "secret",
    "device",
    "browser",
    "workspace",
)
"""How one can sign in. All but ``key`` and ``device`` use an identity of the machine on which the
program runs."""

_ANYONES = ("key", "device")
"""Ways that use nothing of the machine: safe with any address a shared page gets."""

_DEPLOYMENT_CHARACTERS = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
)
_LONGEST_QUEUE = 200


@dataclass(frozen=True)
class AzureSettings:
    """One MedImageParse endpoint on Azure ML, checked.

    Attributes:
        endpoint: The scoring URL; given with or without ``/score``, kept with it.
        key: The endpoint's key, or None when something else signs in.
        deployment: One deployment's name, or None to leave it to the endpoint.
        sign_in: One of :data:`SIGN_IN_WAYS`.
        resource_id: Azure resource id of the endpoint, or None when it is not known.
        concurrency: Requests that the deployment works on at once; twice as many are sent at most
            (Azure ML answers 429 beyond that).
        allowed_hosts: Where pictures may go; the endpoint is among them.
        read_timeout_s: Longest silence while the model works. The service itself stops at 180 s.
        connect_timeout_s: Longest wait for a connection.
        retry_budget_s: How long all pauses between tries may be, together.

    Raises:
        SettingsError: A value makes no sense, or the host is not allowed; the sentence never holds
            the key.
    """

    endpoint: str
    key: Secret | None = None
    deployment: str | None = None
    sign_in: str = "key"
    resource_id: str | None = None
    concurrency: int = 1
    allowed_hosts: AllowedHosts = AllowedHosts()  # noqa: RUF009 - frozen
    read_timeout_s: float = 185.0
    connect_timeout_s: float = 10.0
    retry_budget_s: float = 60.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "endpoint", scoring_url(self.endpoint))
        self.allowed_hosts.check(self.endpoint)
        if self.sign_in not in SIGN_IN_WAYS:
            raise SettingsError(
                f"There is no way to sign in named {self.sign_in[:30]!r}.",
                f"Set {SIGN_IN.name} to one of {', '.join(SIGN_IN_WAYS)}.",
            )
        if self.key is not None:
            object.__setattr__(self, "key", clean_key(self.key))
        if self.deployment is not None:
            object.__setattr__(self, "deployment", _deployment_name(self.deployment))

    @property
    def host(self) -> str:
        """Host name, with the port where the URL has one."""
        return host_of(self.endpoint)


@dataclass(frozen=True)
class PageEntry:
    """What the user typed into the page, for this session only.

    Attributes:
        endpoint: Scoring URL, or empty.
        key: The key, or None.
        deployment: Deployment name, or empty.
        sign_in: One of :data:`SIGN_IN_WAYS`, or empty for the operator's choice.
        resource_id: Azure resource id of the endpoint, or empty.
    """

    endpoint: str = ""
    key: Secret | None = None
    deployment: str = ""
    sign_in: str = ""
    resource_id: str = ""


@dataclass(frozen=True)
class _Found:
    """The texts of the settings, from one origin."""

    endpoint: str = ""
    resource_id: str = ""
    key: str = ""
    deployment: str = ""
    sign_in: str = ""


def azure_settings_from(
    env: Mapping[str, str],
    secrets: Mapping[str, object] | None = None,
    page: PageEntry | None = None,
    *,
    own_machine: bool = True,
    locate: Callable[[str], str] | None = None,
) -> AzureSettings | None:
    """Find the endpoint: the page before the environment before ``secrets.toml``.

    The operator's key, deployment and identity belong to the operator's endpoint: when the page
    names another one, only what was typed beside it is used, and on a shared server nothing that
    signs in as the server. Otherwise anyone who can open the page could have the key or a token
    sent to a host of their own.

    Args:
        env: Environment variables.
        secrets: The content of ``secrets.toml``, as parsed.
        page: What the user typed.
        own_machine: Whether whoever types is the one whose machine this is.
        locate: Looks the scoring URL of a resource id up; without it a resource id alone is
            refused.

    Returns:
        The settings, or None when nothing is set.

    Raises:
        SettingsError: A value makes no sense, or a key is there without an endpoint.
    """
    operator = Operator(env, secrets or {})
    typed = page or PageEntry()
    found = _operator_values(operator)
    hosts = allowed_hosts_from(operator)
    operators_own = not _names_another(typed, found)
    if operators_own:
        hosts = hosts.with_host_of(found.endpoint)
    else:
        found = _Found()
    endpoint = clean(typed.endpoint) or found.endpoint
    resource_id = clean(typed.resource_id) or found.resource_id
    key = typed.key or (Secret(found.key) if found.key else None)
    if not endpoint and resource_id and locate is not None:
        endpoint = locate(resource_id)
    if not endpoint and not resource_id:
        if key is None:
            return None
        raise SettingsError(
            "A key is set, but no endpoint.",
            f"Set {ENDPOINT.name} to the scoring URL of the endpoint.",
        )
    sign_in = typed.sign_in or found.sign_in or ("key" if key else "auto")
    if not operators_own and not own_machine and sign_in not in _ANYONES:
        raise SettingsError(
            f"The sign-in {sign_in!r} is the server's own, and is not used with an address that "
            "was typed into the page.",
            "Type the key, or sign in with a device code.",
        )
    return AzureSettings(
        endpoint or resource_id,
        key if sign_in == "key" else None,
        clean(typed.deployment) or found.deployment or None,
        sign_in=sign_in,
        resource_id=resource_id or None,
        concurrency=_concurrency(operator),
        allowed_hosts=hosts,
    )


def settings_for(
    backend: str, env: Mapping[str, str], *, locate: Callable[[str], str] | None = None
) -> AzureSettings | None:
    """What a backend needs, where there is no page: environment and ``secrets.toml``.

    Args:
        backend: A name that :func:`core.backends.get_backend` knows.
        env: Environment variables.
        locate: Looks the scoring URL of a resource id up.

    Returns:
        The endpoint for ``"azure"`` when one is set; None for every other backend.

    Raises:
        SettingsError: A value makes no sense.
    """
    if backend != "azure":
        return None
    return azure_settings_from(env, secrets_from_file(), locate=locate)


def _operator_values(operator: Operator) -> _Found:
    """What the operator set; the alias may hold a URL or a resource id."""
    alias = operator.value(ENDPOINT_ALIAS)
    alias_is_id = is_resource_id(alias)
    return _Found(
        operator.value(ENDPOINT) or ("" if alias_is_id else alias),
        operator.value(RESOURCE_ID) or (alias if alias_is_id else ""),
        operator.value(API_KEY),
        operator.value(DEPLOYMENT),
        operator.value(SIGN_IN),
    )


def _names_another(typed: PageEntry, found: _Found) -> bool:
    """Whether the page names an endpoint that is not the operator's."""
    endpoint, resource_id = clean(typed.endpoint), clean(typed.resource_id)
    if endpoint and not _same_endpoint(endpoint, found.endpoint):
        return True
    return bool(resource_id) and resource_id.lower() != found.resource_id.lower()


def _same_endpoint(typed: str, operators: str) -> bool:
    """True when both texts lead to one endpoint; a text that makes no sense leads nowhere."""
    try:
        return scoring_url(typed) == scoring_url(operators)
    except SettingsError:
        return False


def _concurrency(operator: Operator) -> int:
    text = operator.value(CONCURRENCY)
    if not text:
        return 1
    if not text.isdecimal() or not 1 <= int(text) <= _LONGEST_QUEUE:
        raise SettingsError(
            f"{CONCURRENCY.name} is {text[:20]!r}.",
            f"Set it to a whole number from 1 to {_LONGEST_QUEUE}.",
        )
    return int(text)


def _deployment_name(text: str) -> str | None:
    """The name, None when blank; it becomes a header, so only plain characters may be in it."""
    name = clean(text)
    if not _DEPLOYMENT_CHARACTERS.issuperset(name):
        raise SettingsError(
            f"The deployment name {name[:64]!r} holds characters that no deployment name has.",
            "Copy it from the endpoint's page, under Deployments, such as medimageparse-v17.",
        )
    return name or None
