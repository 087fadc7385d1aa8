"""Where the local model runs and with which numbers; torch is imported when that is asked."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from core.errors import LocalModelMissing, SettingsError
from core.settings.names import LOCAL_DEVICE, LOCAL_PRECISION

if TYPE_CHECKING:
    from core.settings import LocalSettings

INSTALL = "Run: pip install -r requirements-local.txt"

_PACKAGES = {"torch": "PyTorch", "transformers": "transformers", "safetensors": "safetensors"}


@dataclass(frozen=True)
class Placement:
    """Where the model runs, and how.

    Attributes:
        device: ``"cpu"``, ``"cuda"``, ``"cuda:NUMBER"`` or ``"mps"``.
        precision: ``"fp32"``, ``"bf16"`` or ``"fp16"``.
        compiled: Whether torch compiles the network.
    """

    device: str
    precision: str = "fp32"
    compiled: bool = False

    @property
    def is_cuda(self) -> bool:
        """Whether it is a CUDA card."""
        return self.device.startswith("cuda")

    @property
    def title(self) -> str:
        """The device as readers see it, such as ``"CPU"`` or ``"CUDA:1"``."""
        return self.device.upper()


def require_packages() -> None:
    """Make sure that everything the network is made of is installed; imports none of it.

    Raises:
        LocalModelMissing: A package is not there.
    """
    for package, title in _PACKAGES.items():
        if find_spec(package) is None:
            raise LocalModelMissing(f"{title} is not installed.", INSTALL)


def place(settings: LocalSettings) -> Placement:
    """Choose device and precision: CUDA before MPS before CPU, half precision on CUDA only.

    Raises:
        LocalModelMissing: A package is not there, or torch cannot be loaded.
        SettingsError: The device is not there, or does not work with the precision.
    """
    require_packages()
    try:
        device = _device(settings.device)
        precision = _precision(settings.precision, device)
    except (ImportError, OSError) as problem:  # OSError: a library of its own cannot be loaded
        raise LocalModelMissing(
            "PyTorch is installed, but cannot be loaded.", INSTALL, details=type(problem).__name__
        ) from problem
    return Placement(device, precision, settings.compile)


def _device(wanted: str) -> str:
    import torch  # noqa: PLC0415 - optional, and slow to import

    cards = torch.cuda.device_count() if torch.cuda.is_available() else 0
    has_mps = torch.backends.mps.is_available()
    if wanted == "auto":
        there = {"cuda": cards > 0, "mps": has_mps, "cpu": True}
        return next(device for device, found in there.items() if found)
    if wanted.startswith("cuda") and int(wanted.partition(":")[2] or 0) >= cards:
        raise SettingsError(
            f"{LOCAL_DEVICE.name} is {wanted}, and PyTorch finds {cards} CUDA devices here.",
            "Set it to auto, or install the driver and the build of PyTorch for your card.",
        )
    if wanted == "mps" and not has_mps:
        raise SettingsError(
            f"{LOCAL_DEVICE.name} is mps, and PyTorch finds no such device here.",
            "Set it to auto.",
        )
    return wanted


def _precision(wanted: str, device: str) -> str:
    if not device.startswith("cuda"):
        if wanted in {"auto", "fp32"}:
            return "fp32"
        raise SettingsError(
            f"{LOCAL_PRECISION.name} is {wanted}, and the local model works with fp32 on {device}.",
            "Set it to auto.",
        )
    if wanted != "auto":
        return wanted
    import torch  # noqa: PLC0415 - optional, and slow to import

    # Emulated bf16 is there on every card, and slow.
    with torch.cuda.device(device):
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
