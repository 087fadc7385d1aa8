"""How large a file may be, checked against its header before anything is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

MEGA = 1_000_000
MEBI = 1024 * 1024
# Native bytes of a decoded picture, per pixel of the budget: five 16-bit channels still fit.
_BYTES_PER_PIXEL = 16


@dataclass(frozen=True)
class Budget:
    """Limits for one upload.

    Attributes:
        max_file_bytes: Bytes of the file as uploaded, and of one member of an archive.
        max_pixels: Pixels that are decoded at one time: of one picture, or of a whole volume
            where the file can only be decoded as a whole.
        max_frames: Frames, pages, slices or members of one upload.
    """

    max_file_bytes: int = 50 * MEBI
    max_pixels: int = 64 * MEGA
    max_frames: int = 2000

    @property
    def max_decoded_bytes(self) -> int:
        """Native bytes that may be held for the pixels decoded at one time."""
        return self.max_pixels * _BYTES_PER_PIXEL

    @property
    def max_unpacked_bytes(self) -> int:
        """Bytes that all members of an archive may have together."""
        return self.max_file_bytes * 10


def budget_from(env: Mapping[str, str]) -> Budget:
    """Read the limits from ``MIP_MAX_FILE_MB``, ``MIP_MAX_PIXELS`` and ``MIP_MAX_FRAMES``.

    Args:
        env: Environment variables; one that is missing or blank leaves the default.

    Raises:
        SettingsError: A value is not a whole number above 0.
    """
    default = Budget()
    return Budget(
        max_file_bytes=_number(env, "MIP_MAX_FILE_MB", default.max_file_bytes // MEBI) * MEBI,
        max_pixels=_number(env, "MIP_MAX_PIXELS", default.max_pixels),
        max_frames=_number(env, "MIP_MAX_FRAMES", default.max_frames),
    )


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and int(text[:18]) > 0):
        raise SettingsError(
            f"{name} is {text[:20]!r}, which is not a whole number above 0.",
            f"Set it to a number such as {default}, or remove it.",
        )
    return int(text[:18])
