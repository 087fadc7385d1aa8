"""The hash of a large file."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from core.errors import InputError
from core.weights.stage import Stage

if TYPE_CHECKING:
    from pathlib import Path

    from core.backends.base import RunControl
    from core.weights.stage import Tell

_PIECE = 4 << 20
_HASH = re.compile(r"[0-9a-f]{64}")


def sha256_of(file: Path, tell: Tell, control: RunControl) -> str:
    """SHA-256 of a file, in hexadecimal.

    Raises:
        OSError: The file cannot be read.
        Cancelled: The user stopped it.
    """
    digest = hashlib.sha256()
    done, total = 0, file.stat().st_size
    with file.open("rb") as source:
        while piece := source.read(_PIECE):
            control.checkpoint()
            digest.update(piece)
            done += len(piece)
            tell(Stage("hash", done, total))
    return digest.hexdigest()


def clean_sha256(text: str) -> str:
    """A hash that somebody typed, in lower case without spaces.

    Raises:
        InputError: It is no SHA-256.
    """
    found = "".join(text.split()).lower()
    if not _HASH.fullmatch(found):
        raise InputError(
            f"{text.strip()[:70]!r} is no SHA-256.",
            "It has 64 characters from 0 to 9 and a to f; copy it whole.",
        )
    return found
