"""Which reference mask belongs to which image, by their file names.

``NAME_MODALITY_SITE.png`` is an image and ``NAME_MODALITY_SITE_TARGET.png`` a mask of it; a ``+``
in a target is a space. This is how BiomedParse names its data sets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Reference:
    """One reference mask of an image.

    Attributes:
        target: What it shows, as a phrase.
        path: The mask's file.
    """

    target: str
    path: Path


@dataclass(frozen=True)
class Case:
    """One image and its reference masks.

    Attributes:
        path: The image's file.
        modality: Such as ``"CT"``, or ``""`` when the name does not say.
        site: Such as ``"abdomen"``, or ``""``.
        references: At least one mask, by target.
    """

    path: Path
    modality: str
    site: str
    references: tuple[Reference, ...]

    @property
    def name(self) -> str:
        """File name of the image without its ending."""
        return self.path.stem


def pair(images: Path, masks: Path) -> tuple[Case, ...]:
    """Find the masks of every image in two folders; images without a mask are left out.

    Raises:
        InputError: A folder is not there, or no mask belongs to any image.
    """
    by_stem = {path.stem: path for path in _files(images)}
    found: dict[str, list[Reference]] = {}
    for path in _files(masks):
        stem, _, target = path.stem.rpartition("_")
        if stem in by_stem and target:
            found.setdefault(stem, []).append(Reference(target.replace("+", " "), path))
    if not found:
        raise InputError(
            f"No mask in {masks.name} belongs to an image in {images.name}.",
            "Name images NAME_MODALITY_SITE.png and masks NAME_MODALITY_SITE_TARGET.png.",
        )
    return tuple(_case(by_stem[stem], tuple(found[stem])) for stem in sorted(found))


def _case(path: Path, references: tuple[Reference, ...]) -> Case:
    parts = path.stem.rsplit("_", 2)
    modality, site = (parts[1], parts[2]) if len(parts) == 3 else ("", "")
    return Case(path, modality, site.replace("+", " "), references)


def _files(folder: Path) -> list[Path]:
    """The visible files of a folder, by name.

    Raises:
        InputError: The folder cannot be listed.
    """
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise InputError(
            f"The folder {folder.name or folder} could not be read: {error.strerror}.",
            "Check the path and that you may read the folder.",
        ) from None
    return [path for path in entries if path.is_file() and not path.name.startswith(".")]
