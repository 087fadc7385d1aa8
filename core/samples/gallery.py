"""The samples: pictures that installed packages ship, and drawings of our own."""

from __future__ import annotations

from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING

from core.png import encode_png
from core.samples.phantoms import draw_brain, draw_chest, draw_histology, draw_skin
from core.samples.sample import Sample

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.resources.abc import Traversable

    from core.samples.phantoms import Phantom

_DRAWN = "Drawn by this project (MIT licence), not a picture of anyone."


def samples() -> tuple[Sample, ...]:
    """Every sample whose file is here, in the order of the gallery.

    A package that was installed without its data files only makes its samples disappear.
    """
    shipped = (
        _shipped(
            "retina",
            "Fundus photo",
            "Fundus photograph of a normal left eye by Mikael Häggström, CC0 (Wikimedia Commons), "
            "as shipped with scikit-image.",
            ("optic disc", "retinal vessels"),
            "skimage/data/retina.jpg",
        ),
        _shipped(
            "colon_ihc",
            "Colon glands, stained",
            "Immunohistochemistry with haematoxylin, acquired at the Center for Microscopy and "
            "Molecular Imaging, no known copyright restrictions, as shipped with scikit-image.",
            ("glandular structure",),
            "skimage/data/ihc.png",
        ),
        _shipped(
            "ct_vertebra",
            "CT of a vertebra",
            "CT test image of the DICOM committee's working group 4, reduced to 128 × 128, as "
            "shipped with pydicom (MIT licence).",
            ("bone", "body"),
            "pydicom/data/test_files/CT_small.dcm",
        ),
    )
    drawn = (
        _drawn("chest", "Chest X-ray (drawn)", ("left lung", "right lung"), draw_chest),
        _drawn("skin", "Skin lesion (drawn)", ("lesion",), draw_skin),
        _drawn("brain", "FLAIR slice (drawn)", ("brain", "whole tumor"), draw_brain),
        _drawn("tissue", "H&E section (drawn)", ("nuclei",), draw_histology),
    )
    here = tuple(sample for sample in shipped if sample is not None)
    return (drawn[0], *here[:1], *drawn[1:], *here[1:])


def _drawn(name: str, title: str, phrases: tuple[str, ...], draw: Callable[[], Phantom]) -> Sample:
    return Sample(name, title, _DRAWN, phrases, partial(_drawing, name, draw))


# Four pictures of at most 3 MB as PNG, the same for everyone: drawn once a process.
@cache
def _drawing(name: str, draw: Callable[[], Phantom]) -> tuple[bytes, str]:
    return encode_png(draw().rgb), f"{name}_drawn.png"


def _shipped(
    name: str, title: str, source_note: str, phrases: tuple[str, ...], path: str
) -> Sample | None:
    package, *inside = path.split("/")
    found = files(package).joinpath(*inside)
    if not found.is_file():
        return None
    return Sample(name, title, source_note, phrases, partial(_file, found))


def _file(found: Traversable) -> tuple[bytes, str]:
    return found.read_bytes(), found.name
