"""A review in the layout in which BiomedParse is trained.

As the README of github.com/microsoft/BiomedParse (version 1) has it, and as its
``create-customer-datasets.py`` takes the names apart: folders ``train``, ``train_mask``, ``test``
and ``test_mask``; pictures ``NAME_MODALITY_SITE.png``, masks ``NAME_MODALITY_SITE_TARGET.png``
with ``+`` for a space, all of 1024 by 1024 pixels; in masks all but 0 is foreground. A name has no
dot but the one before ``png``, and modality, site and target have no underscore.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from core.export.results import ExportFile
from core.export.set_pieces import PNG_TEXT, Piece, targets_of
from core.geometry import MODEL_SIDE, Letterbox
from core.lots import lot
from core.png import encode_mask_png, encode_png
from core.prompts.guess import guess_group
from core.prompts.meaning import meaning_of
from core.prompts.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from core.export.final_images import FinalImage, FinalImages
    from core.export.set_options import SetOptions
    from core.prompts.vocabulary import Group

    Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Kind:
    """What a picture is, in the words of the training.

    Attributes:
        modality: Such as ``"CT"`` or ``"X-Ray"``; ``"image"`` where nothing is known.
        site: Such as ``"abdomen"``; ``"body"`` where nothing is known.
        doubt: One sentence where it is not known or was guessed from the pixels, or "".
    """

    modality: str = "image"
    site: str = "body"
    doubt: str = ""


def biomedparse_pieces(images: FinalImages, options: SetOptions) -> Iterator[Piece]:
    """The data set, in a folder of its own; pictures without a mask are left out."""
    for image in images:
        yield _piece(image, options)


def model_mask(mask: Bool, side: int = MODEL_SIDE) -> Bool:
    """A mask on the grid of the model's picture, see :class:`core.geometry.Letterbox`.

    A pixel of the model is foreground where at least half of it is: by area where the picture is
    scaled down, by bilinear interpolation where it is scaled up. What is thinner than half a
    pixel of the model goes.

    Args:
        mask: bool (H, W).
        side: Rows and columns of the model's picture.

    Returns:
        bool (side, side), False in the black margins.
    """
    box = Letterbox.fit(mask.shape[0], mask.shape[1], side)
    square = np.zeros((box.square, box.square), np.float32)
    square[box.top : box.top + box.height, box.left : box.left + box.width] = mask
    way = cv2.INTER_AREA if box.square > side else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(square, (side, side), interpolation=way) >= 0.5)


def in_test(file_sha256: str, share: float, seed: int) -> bool:
    """Whether what comes from a file is in the test part; frames of one file stay together.

    For the test part :func:`core.lots.lot` of ``"<seed>:<file_sha256>"`` is under ``share``, so
    that a larger share keeps every picture of a smaller one, and new pictures change no earlier
    choice.
    """
    return lot(f"{seed}:{file_sha256}") < share


def kind_of(image: FinalImage, options: SetOptions) -> Kind:
    """What a picture is: as the options say, else of the kinds that it may be the likeliest.

    That is the one on which most of its phrases were trained.
    """
    groups = guess_group(image.upload, image.frame).groups
    phrases = [final.phrase for final in image.final.finals]
    best = max(groups, key=lambda group: _trained(phrases, group), default=None)
    modality = _word(options.modality or (best.modality if best else ""))
    site = _word(options.site or (best.site if best else ""))
    return Kind(
        modality or Kind.modality, site or Kind.site, _doubt(image, modality, site, options)
    )


def _doubt(image: FinalImage, modality: str, site: str, options: SetOptions) -> str:
    if options.modality and options.site:
        return ""
    if not (modality and site):
        return "What kind of picture it is, or of which part of the body, is not known."
    if image.frame.modality:
        return ""
    return f"Its kind, {modality} of {site}, was guessed from how it looks."


def _piece(image: FinalImage, options: SetOptions) -> Piece:
    small = {one.phrase: model_mask(one.mask) for one in image.masks}
    lost = [phrase for phrase, mask in small.items() if not mask.any()]
    warnings = [f"Nothing of the mask of “{phrase}” is left at 1024 pixels." for phrase in lost]
    kept = {phrase: mask for phrase, mask in small.items() if phrase not in lost}
    if not kept:
        reason = "It has no mask with a pixel in it."
        return Piece(stem=image.stem, left_out=reason, warnings=tuple(warnings))
    split = "test" if in_test(image.final.item.image, options.test_share, options.seed) else "train"
    kind = kind_of(image, options)
    warnings += [kind.doubt] if kind.doubt else []
    folder, name = f"{options.folder}/{split}", f"{image.stem}_{kind.modality}_{kind.site}"
    targets = targets_of(kept)
    names = {phrase: f"{folder}_mask/{name}_{targets[phrase]}.png" for phrase in kept}
    rgb = Letterbox.fit(image.frame.height, image.frame.width).apply(image.frame.rgb)
    files = (
        ExportFile(f"{folder}/{name}.png", encode_png(rgb, PNG_TEXT)),
        *(ExportFile(names[p], encode_mask_png(mask, PNG_TEXT)) for p, mask in kept.items()),
    )
    masks = tuple(one for one in image.masks if one.phrase in kept)
    said = tuple(warnings)
    return Piece(files, image.stem, split, warnings=said, masks=masks, mask_files=names)


def _trained(phrases: list[str], group: Group) -> int:
    meanings = (meaning_of(phrase) for phrase in phrases)
    return sum(vocabulary().fits(found.target, group) for found in meanings if found)


def _word(text: str) -> str:
    return re.sub(r"[\W_]+", "-", text).strip("-")
