"""Which image a file of masks belongs to, by its name.

BiomedParse has ``NAME_MODALITY_SITE.png`` and ``NAME_MODALITY_SITE_TARGET.png`` with ``+`` for a
space in the target, nnU-Net ``CASE_0000.png`` for an image and ``CASE.png`` for its labels.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from core.export.names import neutral_stem, slug
from core.imaging.refusals import shown_name
from core.masks_in.values import Link

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.masks_in.values import ImageOffer

_ENDING = re.compile(
    r"\.(png|jpe?g|tiff?|gif|bmp|webp|nii|gz|dcm|dicom|json|zip|ome|seg)$", re.IGNORECASE
)
# nnU-Net's number of the first channel of an image.
_FIRST_CHANNEL = "_0000"
# Longer names, which only an archive can have, are no names of images.
_LONGEST = 400
# Words that say that a file is a mask and not what of.
_GENERIC = r"masks?|seg|segs|segmentations?|labels?|labelmap|gt|ground[-_ ]?truth|annotations?"
_BEFORE = re.compile(rf"(?:{_GENERIC})[-_ .]+(?=.)", re.IGNORECASE)
_BEHIND = re.compile(rf"[-_ .]+(?:{_GENERIC})$", re.IGNORECASE)
_ONLY = re.compile(_GENERIC, re.IGNORECASE)


def stem_of(name: str) -> str:
    """A file's name without folders and without the endings of image files."""
    stem = PurePosixPath(name[-_LONGEST:].replace("\\", "/")).name
    while (shorter := _ENDING.sub("", stem)) not in {stem, ""}:
        stem = shorter
    return stem


def target_words(text: str) -> str:
    """A target as a phrase: ``left+lung`` and ``left_lung`` are ``left lung``, ``mask`` is none."""
    words = " ".join(re.sub(r"[+_\s]+", " ", text).split())
    return "" if _ONLY.fullmatch(words) else _without_generic(words)


class ImageNames:
    """The images on offer, by the names that their masks can have.

    Args:
        images: In the order in which matches are listed.
    """

    def __init__(self, images: Sequence[ImageOffer]) -> None:
        self.images = tuple(images)
        self._known: defaultdict[str, list[ImageOffer]] = defaultdict(list)
        self._channels: defaultdict[str, list[ImageOffer]] = defaultdict(list)
        for image in images:
            for name in _names(image):
                self._known[name].append(image)
            stem = stem_of(image.name).casefold()
            if stem.endswith(_FIRST_CHANNEL):
                self._channels[stem.removesuffix(_FIRST_CHANNEL)].append(image)

    def exactly(self, name: str) -> tuple[ImageOffer, ...]:
        """Images whose name is this one, whatever the ending and the folder."""
        return self._called(stem_of(name))

    def find(self, name: str) -> tuple[tuple[ImageOffer, ...], str]:
        """Images that a file of masks belongs to, and the target that its name gives.

        The longest name of an image that the file's name begins with counts; where there is none,
        the folder of the file, as in ``case1/liver.nii.gz``.

        Args:
            name: Of the file, with its path where it has one.
        """
        if len(name) > _LONGEST:
            return (), ""
        stem = stem_of(name)
        plain = _without_generic(stem)
        for candidate in dict.fromkeys((stem, plain)):
            for start, rest in _cuts(candidate):
                if images := self._called(start):
                    return images, target_words(rest)
        folder = PurePosixPath(name.replace("\\", "/")).parent.name
        return (self._called(folder), target_words(plain)) if folder else ((), "")

    def _called(self, stem: str) -> tuple[ImageOffer, ...]:
        key = stem.casefold()
        return tuple(self._known.get(key) or self._channels.get(key) or ())


def _without_generic(text: str) -> str:
    """A name or target without a word such as "mask" at either end."""
    behind = text[match.end() :] if (match := _BEFORE.match(text)) else text
    return _BEHIND.sub("", behind)


def _names(image: ImageOffer) -> set[str]:
    """Its stem, and what the exports of a review call it."""
    stem = stem_of(image.name)
    names = {stem, neutral_stem(image.frame)}
    if image.frames > 1:
        one = f"{stem}_{image.frame.axis}_{image.frame.index + 1}"
        names |= {one, slug(one)}
    return {name.casefold() for name in names}


def _cuts(stem: str) -> Iterator[tuple[str, str]]:
    """The whole stem, then what is before and behind each ``_``, the longest start first."""
    yield stem, ""
    at = len(stem)
    while (at := stem.rfind("_", 0, at)) > 0:
        yield stem[:at], stem[at + 1 :]


def links_of(
    name: str, images: Sequence[ImageOffer], target: str, *, slices: bool
) -> Iterator[Link]:
    """Links to the images that a name gives, where it is clear which are meant.

    Args:
        name: Of the file of masks, or of the picture that it names.
        images: As :class:`ImageNames` found them.
        target: From the name, or "".
        slices: Whether there are masks for several slices of one file.
    """
    shown = shown_name(name)
    files = {image.file for image in images}
    if not images:
        yield Link(None, why=f"No image belongs to {shown} by its name.")
    elif len(files) > 1:
        yield Link(None, why=f"{len(files)} images are called like {shown}; rename one of them.")
    elif len(images) > 1 and not slices:
        why = f"{shown} could belong to any of {len(images)} slices of the image."
        yield Link(None, why=why)
    else:
        yield from (Link(image, target) for image in images)
