"""Where the endpoint is and how to sign in: read from the page, the environment or secrets.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.endpoint_address import clean, host_of, scoring_url
from core.errors import SettingsError
from core.secret import Secret


@dataclass(frozen=True)
class Setting:
    """One name that an operator can set, as the README lists it.

    Attributes:
        name: The environment variable. In ``secrets.toml`` it is the same name in lower case in
            the section ``[medimageparse]``, or the name as it is above all sections.
        meaning: One sentence.
        default: What holds when it is not set.
    """

    name: str
    meaning: str
    default: str


ENDPOINT = Setting(
    "MIP_ENDPOINT",
    "Scoring URL of the MedImageParse endpoint, with or without /score; https only, except on "
    "this machine.",
    "none: the demo engine answers",
)
ENDPOINT_ALIAS = Setting(
    "MIP_MODEL_ENDPOINT",
    "Another name for MIP_ENDPOINT, which other MedImageParse tools use; it must hold the URL, "
    "not the resource id or the name.",
    "none",
)
API_KEY = Setting("MIP_API_KEY", "Primary or secondary key of the endpoint.", "none")
DEPLOYMENT = Setting(
    "MIP_DEPLOY_NAME",
    "Name of one deployment to use, past the endpoint's own traffic rule.",
    "none: the endpoint decides",
)
BUDGETS = (
    Setting(
        "MIP_MAX_FILE_MB",
        "Largest file that is opened, in MB; the page's own limit is `server.maxUploadSize` in "
        "`.streamlit/config.toml`. From the environment only.",
        "50",
    ),
    Setting(
        "MIP_MAX_PIXELS",
        "Most pixels that are decoded at one time. From the environment only.",
        "64000000",
    ),
    Setting(
        "MIP_MAX_FRAMES",
        "Most frames, slices or archive members of one file. From the environment only.",
        "2000",
    ),
)
SETTINGS: tuple[Setting, ...] = (ENDPOINT, ENDPOINT_ALIAS, API_KEY, DEPLOYMENT, *BUDGETS)

SECRETS_FILE = Path(".streamlit/secrets.toml")
SECRETS_SECTION = "medimageparse"

_DEPLOYMENT_CHARACTERS = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
)


@dataclass(frozen=True)
class AzureSettings:
    """One MedImageParse endpoint on Azure ML, checked.

    Attributes:
        endpoint: The scoring URL; given with or without ``/score``, kept with it.
        key: The endpoint's key, or None when something else signs in.
        deployment: One deployment's name, or None to leave it to the endpoint.
        read_timeout_s: Longest silence while the model works. The service itself stops at 180 s.
        connect_timeout_s: Longest wait for a connection.
        retry_budget_s: How long all pauses between tries may be, together.

    Raises:
        SettingsError: A value makes no sense; the sentence never holds the key.
    """

    endpoint: str
    key: Secret | None = None
    deployment: str | None = None
    read_timeout_s: float = 185.0
    connect_timeout_s: float = 10.0
    retry_budget_s: float = 60.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "endpoint", scoring_url(self.endpoint))
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
    """

    endpoint: str = ""
    key: Secret | None = None
    deployment: str = ""


def azure_settings_from(
    env: Mapping[str, str],
    secrets: Mapping[str, object] | None = None,
    page: PageEntry | None = None,
) -> AzureSettings | None:
    """Find the endpoint: the page before the environment before ``secrets.toml``.

    The operator's key and deployment belong to the operator's endpoint: when the page names
    another one, only what was typed beside it is used. Otherwise anyone who can open the page
    could have the key sent to a host of their own.

    Args:
        env: Environment variables.
        secrets: The content of ``secrets.toml``, as parsed.
        page: What the user typed.

    Returns:
        The settings, or None when nothing is set.

    Raises:
        SettingsError: A value makes no sense, or a key is there without an endpoint.
    """
    typed = page or PageEntry()
    endpoint, key, deployment = _operator_values(env, secrets or {})
    typed_endpoint = clean(typed.endpoint)
    if typed_endpoint and not _same_endpoint(typed_endpoint, endpoint):
        key = deployment = ""
    endpoint = typed_endpoint or endpoint
    chosen_key = typed.key or (Secret(key) if key else None)
    if not endpoint:
        if chosen_key is None:
            return None
        raise SettingsError(
            "A key is set, but no endpoint.",
            f"Set {ENDPOINT.name} to the scoring URL of the endpoint.",
        )
    return AzureSettings(endpoint, chosen_key, clean(typed.deployment) or deployment or None)


def settings_for(backend: str, env: Mapping[str, str]) -> AzureSettings | None:
    """What a backend needs, where there is no page: environment and ``secrets.toml``.

    Args:
        backend: A name that :func:`core.backends.get_backend` knows.
        env: Environment variables.

    Returns:
        The endpoint for ``"azure"`` when one is set; None for every other backend.

    Raises:
        SettingsError: A value makes no sense.
    """
    return azure_settings_from(env, secrets_from_file()) if backend == "azure" else None


def secrets_from_file(path: Path = SECRETS_FILE) -> Mapping[str, object]:
    """Read ``secrets.toml`` where there is no Streamlit to do it; a missing file is empty.

    Raises:
        SettingsError: The file cannot be read or is not TOML. Its content is not quoted.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
    except ValueError:  # not UTF-8 or not TOML; the exception holds the text of the file
        reason = "it is not valid TOML"
    raise SettingsError(
        f"The settings file {path} cannot be read: {reason}.",
        'Write one setting a line, as in: mip_endpoint = "https://...".',
    )


def clean_key(key: Secret) -> Secret:
    """Trim what comes along when a key is copied: blanks, quotes, the word Bearer.

    Raises:
        SettingsError: What is left cannot be a key.
    """
    text = clean(key.reveal())
    if text[:7].lower() == "bearer ":
        text = clean(text[7:])
    if not text:
        problem = "is empty"
    elif not text.isascii():
        problem = "holds characters that no key has, such as a curly quote or a dash"
    elif any(not " " < character <= "~" for character in text):
        problem = "holds a line break or a blank inside"
    else:
        return Secret(text)
    raise SettingsError(
        f"The endpoint's key {problem}.",
        "Copy the primary key again from the endpoint's Consume tab in Azure Machine Learning "
        "studio.",
    )


def _operator_values(env: Mapping[str, str], secrets: Mapping[str, object]) -> tuple[str, str, str]:
    """Endpoint, key and deployment from the environment, then from ``secrets.toml``."""
    section = secrets.get(SECRETS_SECTION, {})
    if not isinstance(section, Mapping):
        raise SettingsError(
            f"{SECRETS_SECTION} in secrets.toml is a value, not a section.",
            f"Write [{SECRETS_SECTION}] on a line of its own and the settings below it.",
        )

    def value_of(setting: Setting) -> str:
        name = setting.name
        found = env.get(name) or section.get(name.lower()) or secrets.get(name) or ""
        if not isinstance(found, str):
            raise SettingsError(
                f"{name} in secrets.toml is not text.", "Put its value between quotes."
            )
        return clean(found)

    endpoint = value_of(ENDPOINT) or value_of(ENDPOINT_ALIAS)
    return endpoint, value_of(API_KEY), value_of(DEPLOYMENT)


def _same_endpoint(typed: str, operators: str) -> bool:
    """True when both texts lead to one endpoint; a text that makes no sense leads nowhere."""
    try:
        return scoring_url(typed) == scoring_url(operators)
    except SettingsError:
        return False


def _deployment_name(text: str) -> str | None:
    """The name, None when blank; it becomes a header, so only plain characters may be in it."""
    name = clean(text)
    if not _DEPLOYMENT_CHARACTERS.issuperset(name):
        raise SettingsError(
            f"The deployment name {name[:64]!r} holds characters that no deployment name has.",
            "Copy it from the endpoint's page, under Deployments, such as medimageparse-v17.",
        )
    return name or None
