"""Which kind of image a picture is, of those that the model was trained on.

Apart from the rest of ``core.prompts``, because it looks at pixels as the demo engine does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.backends.demo import ct
from core.backends.demo.brain import head_has_brain
from core.backends.demo.looks import Look, guess
from core.backends.demo.view import View
from core.prompts.vocabulary import Group, base_modality, vocabulary
from core.segmentation import prepare

if TYPE_CHECKING:
    from core.imaging.model import Frame, Upload

_BY_WORD = {
    "CT": "CT",
    "MR": "MRI",
    "XR": "X-Ray",
    "US": "ultrasound",
    "SM": "pathology",
    "ES": "endoscope",
    "OP": "fundus",
    "OPT": "OCT",
    "DMS": "dermoscopy",
}
_BY_LOOK = {
    Look.CT: "CT",
    Look.BRAIN_MR: "MRI",
    Look.CHEST_XRAY: "X-Ray",
    Look.ULTRASOUND: "ultrasound",
    Look.HISTOLOGY: "pathology",
    Look.FUNDUS: "fundus",
    Look.SKIN: "dermoscopy",
    Look.ENDOSCOPY: "endoscope",
}
# Modality words that say nothing about the kind of image: other, and photographs.
_OPEN = frozenset({"", "OT", "XC", "GM"})
# The sites of the vocabulary that a body part of DICOM can show, the likeliest first.
_TRUNK = ("abdomen", "liver", "colon")
_CHEST_AND_TRUNK = ("abdomen", "lung", "chest", "liver", "colon")
_SITES_OF = {
    "ABDOMEN ADRENAL AORTA DUODENUM GALLBLADDER KIDNEY LIVER PANCREAS SPLEEN STOMACH": _TRUNK,
    "BILEDUCT": _TRUNK,
    "COLON": ("colon", "abdomen"),
    "ABDOMENPELVIS": (*_TRUNK, "pelvis", "prostate"),
    "CHESTABDOMEN": _CHEST_AND_TRUNK,
    "CHESTABDPELVIS": (*_CHEST_AND_TRUNK, "pelvis"),
    "WHOLEBODY": (*_CHEST_AND_TRUNK, "pelvis", "brain", "heart"),
    "CHEST THORAX LUNG BRONCHUS MEDIASTINUM RIB": ("lung", "chest"),
    "ESOPHAGUS": ("esophagus", "lung", "chest", "abdomen"),
    "HEART CORONARYARTERY": ("heart",),
    "BRAIN HEAD SKULL CEREBELLUM": ("brain",),
    "PELVIS UTERUS CERVIX": ("pelvis", "prostate", "uterus", "cervix"),
    "BLADDER": ("pelvis", "bladder", "abdomen"),
    "PROSTATE": ("prostate", "pelvis"),
    "BREAST": ("breast",),
    "EYE RETINA": ("retinal",),
    "SKIN SCALP": ("skin",),
    "THYROID": ("thyroid",),
    "TESTIS": ("testis",),
    "OVARY": ("ovarian", "pelvis"),
}
_SITES = {part: sites for parts, sites in _SITES_OF.items() for part in parts.split()}

_SAID = "The file says {modality}."
_SAID_PART = "The file says {modality}, {part}."
_LUNGS = "The file says {modality}, and there seem to be lungs in the picture."
_HEAD = "The file says {modality}, and the picture looks like a head."
_LOOKS = "Kind of picture by its colours and texture: {look}."
_NOT_TRAINED = "The file says {modality}, {part}: the model was not trained on this kind of image."
_NOT_KNOWN = "The file says {modality}: the model was not trained on this kind of image."
_UNCLEAR = "The picture does not show what kind of image it is."


@dataclass(frozen=True)
class Guess:
    """What kind of image it may be.

    Attributes:
        groups: The kinds, the likeliest first; empty when there is none or none is known.
        why: One sentence.
    """

    groups: tuple[Group, ...]
    why: str


def guess_group(upload: Upload, frame: Frame) -> Guess:
    """Guess the kind of image from what the file says, and else from the pixels.

    Of the file only the modality and a body part from a fixed list are read.

    Args:
        upload: The opened file.
        frame: The frame on show.
    """
    said = "CT" if frame.unit == "HU" else frame.modality.upper()
    if said in _OPEN:
        return _by_pixels(frame)
    return _by_part(said, upload.body_part) if upload.body_part else _by_modality(said, frame)


def _by_pixels(frame: Frame) -> Guess:
    view = _view(frame)
    look = guess(view)[0]
    modality = _BY_LOOK.get(look)
    if modality is None:
        return Guess((), _UNCLEAR)
    groups = _groups(modality, ("brain",) if look is Look.BRAIN_MR else ())
    return Guess(_lungs_first(groups, view) or groups, _LOOKS.format(look=look))


def _by_part(said: str, part: str) -> Guess:
    modality = _BY_WORD.get(said, "")
    groups = _groups(modality, _SITES.get(part, ("nowhere",)))
    sentence = _SAID_PART if groups else _NOT_TRAINED
    return Guess(groups, sentence.format(modality=_shown(said), part=part.lower()))


def _by_modality(said: str, frame: Frame) -> Guess:
    """The kinds of a modality, put in order by a look at the picture where that helps."""
    groups = _groups(_BY_WORD.get(said, ""), ())
    if not groups:
        return Guess((), _NOT_KNOWN.format(modality=_shown(said)))
    view = _view(frame)
    if with_lungs := _lungs_first(groups, view):
        return Guess(with_lungs, _LUNGS.format(modality="CT"))
    if said == "MR" and head_has_brain(view):
        return Guess(_groups("MRI", ("brain",)), _HEAD.format(modality="MRI"))
    return Guess(groups, _SAID.format(modality=_shown(said)))


def _groups(modality: str, sites: tuple[str, ...]) -> tuple[Group, ...]:
    """The groups of a modality at some sites, in the order of the sites; no site takes all."""
    of_modality = [g for g in vocabulary().groups if base_modality(g.modality) == modality]
    if not sites:
        return tuple(of_modality)
    placed = [group for site in sites for group in of_modality if group.site == site]
    anywhere = [group for group in of_modality if not group.site]
    return (*placed, *anywhere)


def _lungs_first(groups: tuple[Group, ...], view: View) -> tuple[Group, ...]:
    """The kinds of CT with the lung in front where the picture has lungs; else none."""
    lung = [group for group in groups if group.title == "CT lung"]
    if not lung or not np.any(ct.lungs(view) >= 128):
        return ()
    return tuple(dict.fromkeys((*lung, *groups)))


def _shown(said: str) -> str:
    """The modality in words; one that the vocabulary does not have stays as DICOM writes it."""
    return _BY_WORD.get(said, said)


def _view(frame: Frame) -> View:
    # The view needs a picture as the engine would get it; the phrase in it plays no part.
    return View.of(prepare(frame, "anything"))
