"""Masks and images brought together, with a preview of what fits, and laid on the image's grid."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from core.errors import ImageError, WorkbenchError
from core.imaging.refusals import read_or_refuse, shown_name
from core.masks_in.names import ImageNames
from core.masks_in.values import Match
from core.prompts.parse import MAX_LENGTH
from core.review.items import tidy_phrase
from core.review.values import NewLabel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy.typing as npt

    from core.masks_in.values import Fit, ImageOffer, Link, MaskFile, Part

    Bool = npt.NDArray[np.bool_]


def match(images: Sequence[ImageOffer], files: Sequence[MaskFile]) -> tuple[Match, ...]:
    """Find the image of every mask, by name, by the picture it names, or by DICOM reference.

    Args:
        images: On offer.
        files: With masks.

    Returns:
        One a mask, in the order of the files and in each that of the images; and one a file or
        picture for which there is no image. Nothing is raised: what cannot be used says why.
    """
    names = ImageNames(images)
    return _settled(found for file in files for found in _matches(file, names))


def rename(matches: Sequence[Match], phrases: Mapping[str, str]) -> tuple[Match, ...]:
    """Give masks other phrases, and look again which are there twice.

    Args:
        matches: As :func:`match` gave them.
        phrases: New phrase by old one, whatever its capitals.

    Raises:
        PhraseError: A new phrase is empty or too long.
    """
    tidy = {old.casefold(): tidy_phrase(new) for old, new in phrases.items()}
    return _settled(
        replace(one, phrase=tidy.get(one.phrase.casefold(), one.phrase)) for one in matches
    )


def masks_of(found: Match) -> NewLabel:
    """The mask of a match on the grid of its image, as a label of a review.

    Args:
        found: One that is usable.

    Returns:
        With a probability of 0 and 255, uint8 (H, W) of the frame.

    Raises:
        InputError: It cannot be used, or cannot be decoded.
    """
    image, part = found.image, found.part
    if not found.usable or image is None or part is None:
        raise ImageError(found.sentence, "Leave this mask out, or give one that fits the image.")
    mask = read_or_refuse(found.file.name, partial(found.file.mask, part, image))
    placed = _nearest(mask, (image.frame.height, image.frame.width))
    return NewLabel(found.phrase, placed.astype(np.uint8) * np.uint8(255))


def _matches(file: MaskFile, names: ImageNames) -> Iterator[Match]:
    linked = False
    for link in read_or_refuse(file.name, lambda: tuple(file.links(names))):
        if link.image is None:
            yield Match(file, None, "", "no image", link.why)
            linked = True
            continue
        for found in _of_link(file, link.image, link):
            yield found
            linked = True
    if not linked:
        yield Match(file, None, "", "no image", "It has no mask on any of the images.")


def _of_link(file: MaskFile, image: ImageOffer, link: Link) -> Iterator[Match]:
    try:
        parts = read_or_refuse(file.name, partial(file.parts, link))
    except WorkbenchError as problem:
        yield Match(file, image, link.target, "refused", problem.what)
        return
    for part in parts:
        phrase = _phrase(part.phrase(link.target))
        if phrase:
            fit, why = _fit(part, image)
            yield Match(file, image, phrase, fit, why, part, part.caution)


def _phrase(text: str) -> str:
    """Tidied, and cut to what a phrase may have; "" where nothing readable is in it."""
    try:
        return tidy_phrase(text[:MAX_LENGTH])
    except WorkbenchError:
        return ""


def _fit(part: Part, image: ImageOffer) -> tuple[Fit, str]:
    """Whether a mask lies on its image, and one sentence about it.

    It is scaled where its height is that of the image at the same proportions, or its width is,
    within one pixel.
    """
    rows, columns = image.frame.height, image.frame.width
    height, width = part.height, part.width
    mine, wanted = f"{width} × {height}", f"{columns} × {rows}"
    if (height, width) == (rows, columns):
        return "fits", f"It has {mine} pixels, as the image has."
    if (height, width) == (columns, rows):
        return "transposed", f"It has {mine} pixels, the image {wanted}: it is turned by 90°."
    if _proportional(height, width, rows, columns):
        why = f"It has {mine} pixels, the image {wanted}: it is scaled by the nearest pixels."
        return "scaled", why
    if _proportional(height, width, columns, rows):
        return "transposed", f"It has {mine} pixels, the image {wanted}: it looks turned by 90°."
    return "refused", f"It has {mine} pixels, the image {wanted}: its proportions are others."


def _proportional(height: int, width: int, rows: int, columns: int) -> bool:
    off = abs(height * columns - width * rows)
    return off <= columns or off <= rows


def _settled(matches: Iterable[Match]) -> tuple[Match, ...]:
    """Mark those whose phrase an earlier one has for the same image."""
    taken: dict[tuple[int, str], str] = {}
    found = []
    for one in matches:
        first = ""
        if one.usable_size:
            key = (id(one.image), one.phrase.casefold())
            first = taken.get(key, "")
            taken.setdefault(key, shown_name(one.file.name))
        found.append(replace(one, first=first))
    return tuple(found)


def _nearest(mask: Bool, shape: tuple[int, int]) -> Bool:
    """Bring a mask to another size by the pixel under the centre of each new one."""
    if mask.shape == shape:
        return mask
    row, column = (
        (2 * np.arange(new) + 1) * old // (2 * new)
        for old, new in zip(mask.shape, shape, strict=True)
    )
    return np.asarray(mask[row[:, None], column[None, :]], dtype=bool)
