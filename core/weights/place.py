"""Where the file of weights is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.data_folder import data_folder
from core.errors import LocalModelMissing, WeightsDamaged
from core.settings.names import LOCAL_WEIGHTS
from core.weights.official import FILE_NAME
from core.weights.record import record_of

if TYPE_CHECKING:
    from pathlib import Path

    from core.settings import LocalSettings

SUFFIXES = (".pt", ".safetensors")


def place_of(settings: LocalSettings) -> Path:
    """Where the weights are, or where they belong: what is set, else the data folder."""
    if settings.weights is not None:
        return settings.weights
    usual = data_folder(settings.data_folder) / "weights" / FILE_NAME
    other = usual.with_suffix(".safetensors")
    return other if other.is_file() and not usual.is_file() else usual


def require(settings: LocalSettings) -> Path:
    """The file of weights, which is there; nothing more is looked at.

    Raises:
        LocalModelMissing: There is no such file.
    """
    file = place_of(settings)
    if file.is_file():
        return file
    named = settings.weights is not None
    raise LocalModelMissing(
        f"{LOCAL_WEIGHTS.name} names a file that is not there."
        if named
        else "The weights of BiomedParse are not on this machine.",
        "Run: python -m core weights",
    )


def find(settings: LocalSettings) -> Path:
    """The file of weights, ready to be loaded; what is in it is not read.

    Raises:
        LocalModelMissing: There is no such file.
        WeightsDamaged: It has another size than when it was checked, or is no file of weights by
            its name.
    """
    file = require(settings)
    if file.suffix not in SUFFIXES:
        raise WeightsDamaged(
            f"The file of weights ends in {file.suffix[:20]!r}.",
            f"Set {LOCAL_WEIGHTS.name} to a file that ends in .pt or .safetensors.",
        )
    size, record = file.stat().st_size, record_of(file)
    if record is not None and record.size != size:
        raise WeightsDamaged(
            f"The file of weights has {size} bytes, and had {record.size} when it was checked.",
            "Run: python -m core weights --verify",
        )
    return file
