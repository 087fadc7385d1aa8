"""The models that can be asked, behind one protocol, and the way to get one by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import SettingsError
from core.settings import AzureSettings, LocalSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.backends.base import Backend
    from core.backends.services import Services

BACKEND_NAMES = ("demo", "azure", "local")


def get_backend(
    name: str,
    settings: AzureSettings | LocalSettings | None = None,
    *,
    token: Callable[[], str] | None = None,
    services: Services | None = None,
    owner: str = "this process",
) -> Backend:
    """Make a backend; what it needs is imported only now.

    Args:
        name: One of :data:`BACKEND_NAMES`.
        settings: The endpoint, which ``"azure"`` needs, or how ``"local"`` runs; None runs it with
            the defaults.
        token: Gives the token that signs a request to the endpoint; None signs with the key.
        services: What is shared with others in this process; None shares nothing.
        owner: Who asks the local model; what it keeps of pictures is kept apart by owner.

    Raises:
        SettingsError: There is no such backend, or it lacks a setting.
    """
    if name == "demo":
        from core.backends.demo import DemoBackend  # noqa: PLC0415 - slow to import

        return DemoBackend()
    if name == "azure":
        if not isinstance(settings, AzureSettings):
            raise SettingsError(
                "No MedImageParse endpoint is set.",
                "Set MIP_ENDPOINT and MIP_API_KEY, or enter them on the page Connection.",
            )
        from core.backends.azure import AzureBackend  # noqa: PLC0415 - not needed by the demo

        return AzureBackend(settings, token=token, services=services)
    if name == "local":
        from core.backends.local import LocalBackend  # noqa: PLC0415 - not needed by the others
        from core.backends.services import Services  # noqa: PLC0415 - a default only

        runs = settings if isinstance(settings, LocalSettings) else LocalSettings()
        return LocalBackend((services or Services()).local.with_settings(runs), owner)
    known = f"{', '.join(BACKEND_NAMES[:-1])} or {BACKEND_NAMES[-1]}"
    raise SettingsError(f"There is no backend named {name[:40]!r}.", f"Use {known}.")
