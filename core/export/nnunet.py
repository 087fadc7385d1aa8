"""A review as a data set for nnU-Net v2: one label a pixel, every label known on every picture.

Layout as in documentation/dataset_format.md of github.com/MIC-DKFZ/nnUNet: ``DatasetNNN_Name``
with ``imagesTr/CASE_0000.png``, ``labelsTr/CASE.png`` and ``dataset.json``. PNG is read there by
NaturalImage2DIO, which takes every pixel as 1 by 1: spacing is not part of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import orjson

from core import about
from core.errors import ExportError
from core.export.finals import phrases_of
from core.export.results import ExportFile
from core.export.set_pieces import PNG_TEXT, Piece
from core.png import encode_png

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from core.export.final_images import FinalImage, FinalImages
    from core.export.finals import FinalItem
    from core.export.set_options import SetOptions

    Bool = npt.NDArray[np.bool_]
    Uint8 = npt.NDArray[np.uint8]

OVERLAP_RULE = "Where masks overlap, the smaller one keeps the pixel; of equal ones the later."
"""So that a tumor stays visible in its organ."""

MOST_LABELS = 255
"""Labels besides the background that a pixel of 8 bits can tell apart."""


def nnunet_pieces(images: FinalImages, options: SetOptions) -> Iterator[Piece]:
    """The data set, in the folder ``DatasetNNN_name``.

    A picture on which a label is not known is left out: its pixels would count as background.

    Raises:
        ExportError: No picture can be used, or there are more than 255 labels.
    """
    phrases = usable_phrases(images.items)
    folder = f"Dataset{options.dataset_id:03d}_{options.folder}"
    kept = [
        (stem, final)
        for stem, final in zip(images.stems, images.items, strict=True)
        if not unknown_on(final, phrases)
    ]
    # All pictures of a data set have the same channels, so that all are looked at first.
    grey = all(_is_grey(images.decode(*one).frame.rgb) for one in kept)
    for stem, final in zip(images.stems, images.items, strict=True):
        if reason := unknown_on(final, phrases):
            yield Piece(stem=stem, left_out=reason)
        else:
            yield _piece(images.decode(stem, final), phrases, folder, grey=grey)
    record = _dataset_json(phrases, len(kept), grey=grey)
    yield Piece((ExportFile(f"{folder}/dataset.json", record),))


def usable_phrases(items: Sequence[FinalItem]) -> tuple[str, ...]:
    """The labels of the data set, those with a mask, in the order of the project.

    Raises:
        ExportError: No picture can be used, or there are more than 255 labels.
    """
    phrases = phrases_of(items)
    if len(phrases) > MOST_LABELS:
        raise ExportError(
            f"There are {len(phrases)} labels, and nnU-Net has room for {MOST_LABELS} here.",
            "Choose fewer labels.",
        )
    if not any(not unknown_on(final, phrases) for final in items):
        raise ExportError(
            "nnU-Net needs pictures on which every label is settled, and there is none.",
            "Choose fewer labels, or settle those that are open.",
        )
    return phrases


def unknown_on(final: FinalItem, phrases: Sequence[str]) -> str:
    """Why it is not known which pixels of a picture belong to the labels; "" when it is known.

    A mask that was accepted and "not present" are answers. A rejected mask says only that this
    one is wrong.
    """
    for phrase in phrases:
        one = final.by_phrase.get(phrase.casefold())
        if one is None:
            return f"“{phrase}” was not asked for on it."
        if one.verdict is None:
            return f"“{phrase}” is not settled on it."
        if one.verdict == "flag":
            return f"“{phrase}” is flagged on it."
        if one.verdict == "reject":
            return f"The mask of “{phrase}” on it was rejected."
    return ""


def label_map(masks: Mapping[int, Bool], shape: tuple[int, int]) -> tuple[Uint8, int]:
    """One label a pixel.

    Args:
        masks: bool (H, W), by label 1..255.
        shape: H and W.

    Returns:
        uint8 (H, W), 0 for the background; and the number of pixels that several masks claim. See
        :data:`OVERLAP_RULE`.
    """
    labels = np.zeros(shape, np.uint8)
    claims = np.zeros(shape, np.uint8)
    sizes = {number: int(np.count_nonzero(mask)) for number, mask in masks.items()}
    for number in sorted(masks, key=lambda one: (-sizes[one], one)):
        labels[masks[number]] = number
        claims += masks[number]
    return labels, int(np.count_nonzero(claims > 1))


def _piece(image: FinalImage, phrases: Sequence[str], folder: str, *, grey: bool) -> Piece:
    numbers = {phrase.casefold(): number for number, phrase in enumerate(phrases, start=1)}
    masks = {numbers[one.phrase.casefold()]: one.mask for one in image.masks}
    labels, overlap = label_map(masks, (image.frame.height, image.frame.width))
    rgb = image.frame.rgb
    picture = encode_png(np.ascontiguousarray(rgb[..., 0]) if grey else rgb, PNG_TEXT)
    files = (
        ExportFile(f"{folder}/imagesTr/{image.stem}_0000.png", picture),
        ExportFile(f"{folder}/labelsTr/{image.stem}.png", encode_png(labels, PNG_TEXT)),
    )
    warnings = (f"{overlap} pixels are claimed by several masks.",) if overlap else ()
    return Piece(files, image.stem, "train", warnings=warnings, masks=image.masks)


def _is_grey(rgb: Uint8) -> bool:
    first = rgb[..., 0]
    return np.array_equal(first, rgb[..., 1]) and np.array_equal(first, rgb[..., 2])


def _dataset_json(phrases: Sequence[str], count: int, *, grey: bool) -> bytes:
    # A channel called "CT" would be normalised as Hounsfield units, which these are not.
    channels = {"0": "grey"} if grey else {"0": "R", "1": "G", "2": "B"}
    labels = {phrase: number for number, phrase in enumerate(phrases, start=1)}
    return orjson.dumps(
        {
            "channel_names": channels,
            "labels": {"background": 0, **labels},
            "numTraining": count,
            "file_ending": ".png",
            "description": f"{OVERLAP_RULE} {about.NOTICE}",
            "reference": f"{about.NAME} {about.VERSION}",
        },
        option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
    )
