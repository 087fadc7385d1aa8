"""What can be said of this computer and its settings without asking anyone."""

from __future__ import annotations

import platform
import ssl
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from core import about
from core.backends import get_backend
from core.doctor.finding import Fact, failed, from_error, ok, unknown, warning
from core.errors import SettingsError, WorkbenchError

if TYPE_CHECKING:
    from core.doctor.case import Case
    from core.doctor.finding import Finding

SETTINGS = "Settings"
CLOCK = "Clock"
VERSIONS = "Versions"

LARGEST_SKEW_S = 300.0
"""Clocks may differ by five minutes before Microsoft Entra's tokens are refused."""

_PACKAGES = ("streamlit", "requests", "urllib3", "certifi", "azure-identity", "msal")


def look_at_settings(case: Case) -> Finding:
    """Whether an endpoint is set, and pictures may be sent to it."""
    settings = case.checkup.settings
    if settings is None:
        return from_error(SETTINGS, _nothing_set())
    if isinstance(settings, WorkbenchError):
        return from_error(SETTINGS, settings)
    if settings.key is not None:
        case.scrubber.hide(settings.key.reveal())
    facts = [
        Fact("Address", settings.endpoint),
        Fact("Sign-in", settings.sign_in),
        Fact("Deployment", settings.deployment or "left to the endpoint"),
        Fact("Resource id", "known" if settings.resource_id else "not known"),
        Fact("Allowed hosts", ", ".join(settings.allowed_hosts.patterns)),
    ]
    return ok(SETTINGS, f"{settings.host} is set and is among the allowed hosts.", facts)


def look_at_clock(case: Case) -> Finding:
    """Whether this computer's clock is right enough for tokens."""
    ahead_s = case.clock_ahead_s
    if ahead_s is None:
        return unknown(
            CLOCK,
            "No answer named a time to compare this computer's clock with.",
            "Compare it with another clock: it may be wrong by five minutes at most.",
        )
    facts = [Fact("Difference", f"{ahead_s:+.0f} s")]
    if abs(ahead_s) <= LARGEST_SKEW_S:
        return ok(CLOCK, "This computer's clock agrees with the endpoint's.", facts)
    tell = warning if case.settings.sign_in == "key" else failed
    direction = "ahead of" if ahead_s > 0 else "behind"
    return tell(
        CLOCK,
        f"This computer's clock is {abs(ahead_s) / 60:.0f} minutes {direction} the endpoint's, "
        "and tokens are refused from five minutes on.",
        "Set the clock, or have the computer set it by itself from the network.",
        facts,
    )


def look_at_versions(_case: Case) -> Finding:
    """What this program runs on."""
    facts = [
        Fact("Python", platform.python_version()),
        *(Fact(name, version_of(name)) for name in _PACKAGES),
        Fact("OpenSSL", ssl.OPENSSL_VERSION),
        Fact("System", f"{platform.system()} {platform.machine()}"),
    ]
    return ok(VERSIONS, f"{about.NAME} {about.VERSION}.", facts)


def _nothing_set() -> SettingsError:
    """What the program says elsewhere when there is no endpoint."""
    try:
        get_backend("azure")
    except SettingsError as error:
        return error
    raise TypeError("an endpoint is not made without settings")


def version_of(package: str) -> str:
    """The version of a package, or that it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
