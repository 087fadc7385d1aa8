"""The models that can be asked, behind one protocol, and the way to get one by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.backends.base import Backend
    from core.backends.services import Services
    from core.settings import AzureSettings

BACKEND_NAMES = ("demo", "azure")


def get_backend(
    name: str,
    settings: AzureSettings | None = None,
    *,
    token: Callable[[], str] | None = None,
    services: Services | None = None,
) -> Backend:
    """Make a backend; what it needs is imported only now.

    Args:
        name: ``"demo"`` or ``"azure"``.
        settings: The endpoint, which ``"azure"`` needs.
        token: Gives the token that signs a request to the endpoint; None signs with the key.
        services: What the endpoint's requests share with those of others in this process; None
            shares nothing.

    Raises:
        SettingsError: There is no such backend, or it lacks a setting.
    """
    if name == "demo":
        from core.backends.demo import DemoBackend  # noqa: PLC0415 - slow to import

        return DemoBackend()
    if name == "azure":
        if settings is None:
            raise SettingsError(
                "No MedImageParse endpoint is set.",
                "Set MIP_ENDPOINT and MIP_API_KEY, or enter them on the page Connection.",
            )
        from core.backends.azure import AzureBackend  # noqa: PLC0415 - not needed by the demo

        return AzureBackend(settings, token=token, services=services)
    known = " or ".join(BACKEND_NAMES)
    if name == "local":
        raise SettingsError("The local model is not part of this version.", f"Use {known}.")
    raise SettingsError(f"There is no backend named {name[:40]!r}.", f"Use {known}.")
