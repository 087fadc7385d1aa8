"""File names for exports: safe on every system, unique in one folder, and telling no secrets."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.imaging.model import Frame

_LONGEST = 60
# Names that Windows keeps for devices, whatever their ending.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def slug(text: str) -> str:
    """Turn a phrase or a name into letters, digits, ``-`` and ``_``: ``"left lung"``, left_lung.

    Letters of any script stay; everything that could mean something to a file system, a shell or
    a page is replaced. Never empty.
    """
    plain = unicodedata.normalize("NFC", text).casefold()
    safe = re.sub(r"[^\w-]+", "_", plain).strip("_-")[:_LONGEST].rstrip("_-")
    if not safe or _DEVICES.fullmatch(safe):
        safe = f"x_{safe}".rstrip("_")
    return safe


def unique_slugs(texts: Iterable[str]) -> list[str]:
    """Slugs in order, a number added where two would be the same."""
    taken: set[str] = set()
    result = []
    for text in texts:
        base = candidate = slug(text)
        number = 2
        while candidate in taken:
            candidate = f"{base}_{number}"
            number += 1
        taken.add(candidate)
        result.append(candidate)
    return result


def neutral_stem(frame: Frame) -> str:
    """A name for exports that does not carry the name of the file: ``image_3fa9c2d1``.

    File names often hold a patient's name; the hash of the picture tells images apart as well.
    """
    return f"image_{frame.sha256[:8]}"
