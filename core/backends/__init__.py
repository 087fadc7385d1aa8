"""The models that can be asked, behind one protocol, and the way to get one by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import SettingsError

if TYPE_CHECKING:
    from core.backends.base import Backend
    from core.settings import AzureSettings

BACKEND_NAMES = ("demo", "azure")


def get_backend(name: str, settings: AzureSettings | None = None) -> Backend:
    """Make a backend; what it needs is imported only now.

    Args:
        name: ``"demo"`` or ``"azure"``.
        settings: The endpoint, which ``"azure"`` needs.

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
                "Set MIP_ENDPOINT and MIP_API_KEY, or type both into the page.",
            )
        from core.backends.azure import AzureBackend  # noqa: PLC0415 - not needed by the demo

        return AzureBackend(settings)
    known = " or ".join(BACKEND_NAMES)
    if name == "local":
        raise SettingsError("The local model is not part of this version.", f"Use {known}.")
    raise SettingsError(f"There is no backend named {name[:40]!r}.", f"Use {known}.")
