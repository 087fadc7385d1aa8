"""Everything the demo engine knows: phrases, the pictures they go with, and the method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.backends.demo import (
    brain,
    chest,
    ct,
    fundus,
    histology,
    skin,
    ultrasound,
)
from core.backends.demo.looks import Look

if TYPE_CHECKING:
    from core.backends.demo.view import Method


@dataclass(frozen=True)
class Target:
    """One thing that can be looked for in some kinds of picture.

    Attributes:
        phrases: What it is called, lower case; the first one is its name.
        looks: Kinds of picture in which the method works.
        method: A view in, a soft map uint8 (h, w) out; all below 128 when there is none.
        note: How it is found, for a table.
        category: The one of MedImageParse's 16 categories that it belongs to.
        caution: One sentence that comes with every result of it, or ``""``.
    """

    phrases: tuple[str, ...]
    looks: tuple[Look, ...]
    method: Method
    note: str
    category: str = "other"
    caution: str = ""


_DARK_MASS_NOTE = "the dark region with the best edge contrast, size and compactness"
_BRIGHT_LESION_NOTE = "the bright region that stands out most from the brain around it"

KNOWN: tuple[Target, ...] = (
    Target(
        ("lung", "lungs", "both lungs"),
        (Look.CHEST_XRAY,),
        chest.both_lungs,
        "dark regions at both sides of the midline, outline snapped to the strongest edge",
        category="lung",
    ),
    Target(
        ("left lung",),
        (Look.CHEST_XRAY,),
        chest.left_lung,
        "as lung; the patient's left is at the right of the picture",
        category="lung",
    ),
    Target(
        ("right lung",),
        (Look.CHEST_XRAY,),
        chest.right_lung,
        "as lung; the patient's right is at the left of the picture",
        category="lung",
    ),
    Target(
        ("lung", "lungs", "both lungs"),
        (Look.CT,),
        ct.lungs,
        "air inside the body: below -400 HU, or by grey level where the file has no units",
        category="lung",
    ),
    Target(
        ("body", "patient", "skin surface"),
        (Look.CT,),
        ct.body,
        "denser than -300 HU, largest part, filled; by grey level without units",
    ),
    Target(
        ("bone", "bones", "skeleton"),
        (Look.CT,),
        ct.bone,
        "above 200 HU; by grey level without units, where contrast agent counts as bone",
    ),
    Target(
        ("fat", "adipose tissue"),
        (Look.CT,),
        ct.fat,
        "-190 to -30 HU; needs a file with Hounsfield units",
    ),
    Target(
        ("soft tissue", "muscle and organs"),
        (Look.CT,),
        ct.soft_tissue,
        "-20 to 150 HU; needs a file with Hounsfield units",
    ),
    Target(
        ("brain", "brain tissue"),
        (Look.BRAIN_MR,),
        brain.tissue,
        "the largest part inside the dark ring of the skull",
        category="brain anatomies",
    ),
    Target(
        ("whole tumor", "lower-grade glioma", "edema", "glioma", "brain tumor", "bright lesion"),
        (Look.BRAIN_MR,),
        brain.bright_lesion,
        _BRIGHT_LESION_NOTE,
        category="tumor",
        caution="The demo engine takes what is bright in FLAIR; it cannot tell tumor from edema.",
    ),
    Target(
        ("tumor", "tumour", "lesion"),
        (Look.BRAIN_MR,),
        brain.bright_lesion,
        _BRIGHT_LESION_NOTE,
        category="tumor",
        caution="The demo engine takes what is bright in FLAIR; it cannot tell tumor from edema.",
    ),
    Target(
        ("tumor", "tumour", "mass", "dark mass", "breast tumor", "breast mass", "lesion"),
        (Look.ULTRASOUND,),
        ultrasound.dark_mass,
        _DARK_MASS_NOTE,
        category="tumor",
        caution="The demo engine finds a dark mass; a cyst or a shadow looks the same to it.",
    ),
    Target(
        ("lesion", "skin lesion", "melanoma", "mole", "nevus"),
        (Look.SKIN,),
        skin.lesion,
        "Otsu on the lightness of CIELAB, hairs closed away",
        category="other lesion",
        caution="The demo engine finds a dark spot on skin; it cannot tell a melanoma from a mole.",
    ),
    Target(
        ("nuclei", "nucleus", "cell nuclei", "cells"),
        (Look.HISTOLOGY,),
        histology.nuclei,
        "haematoxylin by colour deconvolution, Otsu, watershed; of every type of cell",
        category="histology structure",
    ),
    Target(
        ("glandular structure", "gland", "glands", "glandular structures"),
        (Look.HISTOLOGY,),
        histology.glands,
        "where nuclei lie dense, with the pale lumen they enclose",
        category="histology structure",
    ),
    Target(
        ("optic disc", "optic disk", "optic nerve head"),
        (Look.FUNDUS,),
        fundus.optic_disc,
        "the circle with the most complete edge where it is bright and vessels meet",
        category="eye anatomies",
    ),
    Target(
        ("optic cup",),
        (Look.FUNDUS,),
        fundus.optic_cup,
        "the brightest part of the optic disc",
        category="eye anatomies",
    ),
    Target(
        ("retinal vessels", "retinal vessel", "vessel", "vessels", "blood vessel", "blood vessels"),
        (Look.FUNDUS,),
        fundus.vessels,
        "dark ridges of the green channel at several widths, hysteresis",
        category="vessel",
    ),
)


def normalised(phrase: str) -> str:
    """A phrase as the table spells it: lower case, single spaces, without "in SITE MODALITY"."""
    return " ".join(phrase.casefold().split()).split(" in ")[0]


def named(phrase: str) -> tuple[Target, ...]:
    """Targets that a phrase can mean, in the table's order; empty for an unknown phrase."""
    name = normalised(phrase)
    return tuple(target for target in KNOWN if name in target.phrases)
