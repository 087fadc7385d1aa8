"""What speaks for and against a mask: numbers that one look at its probabilities gives."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from core.geometry import MODEL_SIDE
from core.prompts import category_fits, category_of, vocabulary
from core.prompts.meaning import meaning_of
from core.segmentation import DEFAULT_THRESHOLD

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from core.imaging.model import Frame
    from core.segmentation import PhraseMask

    Uint8 = npt.NDArray[np.uint8]

# Levels of 255 from which on a pixel may belong to the target, and from which on it clearly does:
# probabilities of 0.25 and 0.75.
_MAYBE, _CLEARLY = 64, 192
# Kinds of target that come in many pieces: cells, and vessels cut across.
_MANY = frozenset({"histology structure", "vessel"})
# Kinds of picture that the model was trained on in colour; the others are grey.
_IN_COLOUR = frozenset({"pathology", "endoscope", "fundus", "dermoscopy"})
# A picture is in colour when this share of its pixels has channels that differ by so many levels;
# a coloured label or a Doppler window in a grey picture stays below it.
_COLOURED_SHARE, _COLOURED_LEVELS = 0.25, 12
# Rows that are searched at a time for grades of probability.
_STRIP = 48


@dataclass(frozen=True)
class Look:
    """What a picture looks like, whatever was found in it.

    Attributes:
        contrast: Standard deviation of the grey levels (0..255) of the liveliest channel.
        in_colour: Whether a good part of it is in colour.
    """

    contrast: float
    in_colour: bool

    @classmethod
    def at(cls, frame: Frame) -> Look:
        """Look at a frame as it is shown and sent."""
        sparse = np.ascontiguousarray(frame.rgb[::3, ::3])
        _, spread = cv2.meanStdDev(sparse)
        red, green, blue = cv2.split(sparse)
        highest, lowest = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
        differ = cv2.subtract(highest, lowest) >= _COLOURED_LEVELS
        return cls(float(spread.max()), bool(differ.mean() >= _COLOURED_SHARE))


@dataclass(frozen=True)
class Evidence:
    """What one mask tells about itself, at one threshold.

    Attributes:
        threshold: Level 0..255 from which a pixel is foreground.
        pixels: Foreground in pixels.
        area: Its share of the picture, 0..1.
        peak: Highest probability anywhere, 0..1.
        mean: Mean probability of the foreground, 0..1; 0 for none.
        undecided: Of the pixels with a probability of 0.25 and more, the share under 0.75.
        border: Share of the picture's outermost pixels that are foreground, 0..1.
        pieces: Number of separate parts; pixels that touch at a corner belong together.
        largest: Share of the foreground that the largest part holds, 0..1; 0 for none.
        interior: Share of the foreground whose eight neighbours are foreground, 0..1; pixels
            beyond the picture count as neighbours.
        soft: Whether the mask has grades of probability, and not just yes and no.
        many_expected: Whether targets of this kind come in many pieces, as cells do.
        category_fits: Whether the predicted category goes with the phrase; None when either is
            not known.
        colour_fits: Whether the phrase was trained on pictures in colour, or grey, like this one;
            None when that is not known.
        contrast: See :class:`Look`; None when the picture was not looked at.
    """

    threshold: int
    pixels: int
    area: float
    peak: float
    mean: float
    undecided: float
    border: float
    pieces: int
    largest: float
    interior: float
    soft: bool
    many_expected: bool = False
    category_fits: bool | None = None
    colour_fits: bool | None = None
    contrast: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain values, for a file."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Evidence:
        """Read what :meth:`to_json` gave.

        Raises:
            ValueError: An entry is missing, unknown, or not of its kind.
        """
        if set(data) != {field.name for field in fields(cls)}:
            message = "these are not the entries of an evidence"
            raise ValueError(message)
        for field in fields(cls):
            value, kinds = data[field.name], field.type
            if not _is_of(value, str(kinds)):
                message = f"{field.name} is not {kinds}"
                raise ValueError(message)
        return cls(**data)


def evidence_of(
    mask: PhraseMask, threshold: int = DEFAULT_THRESHOLD, look: Look | None = None
) -> Evidence:
    """Gather what speaks for and against a mask.

    Args:
        mask: The soft mask of one phrase.
        threshold: Level 0..255 from which a pixel is foreground; 0 counts as 1.
        look: What the picture looks like, or None when that is not to count.
    """
    levels = mask.probability
    threshold = max(1, threshold)
    histogram = cv2.calcHist([levels], [0], None, [256], [0, 256]).ravel().astype(np.int64)
    pixels = int(histogram[threshold:].sum())
    present = np.flatnonzero(histogram)
    maybe = int(histogram[_MAYBE:].sum())
    mean = float(histogram[threshold:] @ np.arange(threshold, 256)) / (255 * pixels or 1)
    pieces, largest, interior = _shape(levels, threshold) if pixels else (0, 0.0, 0.0)
    return Evidence(
        threshold=threshold,
        pixels=pixels,
        area=pixels / levels.size,
        peak=int(present[-1]) / 255,
        mean=mean,
        undecided=int(histogram[_MAYBE:_CLEARLY].sum()) / max(1, maybe),
        border=_border(levels, threshold) if pixels else 0.0,
        pieces=pieces,
        largest=largest,
        interior=interior,
        soft=_is_soft(levels, histogram),
        many_expected=(category_of(mask.phrase) or mask.category) in _MANY,
        category_fits=_category_fits(mask),
        colour_fits=None if look is None else _colour_fits(mask.phrase, in_colour=look.in_colour),
        contrast=None if look is None else look.contrast,
    )


def _shape(levels: Uint8, threshold: int) -> tuple[int, float, float]:
    """Pieces, share of the largest, and share of the inner pixels of a foreground that is there."""
    whole = (levels >= threshold).view(np.uint8)
    left, top, width, height = cv2.boundingRect(whole)
    box = np.ascontiguousarray(whole[top : top + height, left : left + width])
    # Labels first and sizes only where they matter: much faster than statistics of every label.
    count, labels = cv2.connectedComponents(box, connectivity=8, ltype=cv2.CV_32S)
    pixels = cv2.countNonZero(box)
    largest = 1.0
    if count > 2:
        largest = int(np.bincount(labels.ravel(), minlength=count)[1:].max()) / pixels
    # Beside its box, a mask goes on only where the picture ends.
    height_all, width_all = levels.shape
    sides = (top > 0, top + height < height_all, left > 0, left + width < width_all)
    above, below, before, behind = map(int, sides)
    padded = cv2.copyMakeBorder(box, above, below, before, behind, cv2.BORDER_CONSTANT, value=[0])
    inner = cv2.countNonZero(cv2.erode(padded, np.ones((3, 3), np.uint8)))
    return count - 1, largest, inner / pixels


def _border(levels: Uint8, threshold: int) -> float:
    edges = (levels[0], levels[-1], levels[1:-1, 0], levels[1:-1, -1])
    return float((np.concatenate(edges) >= threshold).mean())


def _is_soft(levels: Uint8, histogram: npt.NDArray[np.int64]) -> bool:
    """Whether there are grades between yes and no, beyond those that resampling makes at edges.

    Bringing a hard mask from the model's grid to the picture's leaves grades along its outline, in
    a band about as wide as one pixel of the model. A band that is wider anywhere is the model's.
    """
    between = int(histogram[1:255].sum())
    if between == 0 or histogram[1:].sum() == 0:
        return False
    grades = ((levels > 0) & (levels < 255)).view(np.uint8)
    left, top, width, height = cv2.boundingRect(grades)
    box = np.ascontiguousarray(grades[top : top + height, left : left + width])
    reach = 2 * math.ceil(max(1.0, max(levels.shape) / MODEL_SIDE)) + 1
    if min(box.shape) < reach:
        return between >= 0.5 * int(histogram[1:].sum())
    # Strip by strip, because most soft masks show it in the first.
    starts = range(0, len(box), _STRIP)
    return any(_holds_square(box[start : start + _STRIP + reach], reach) for start in starts)


def _holds_square(region: Uint8, side: int) -> bool:
    """Whether a square of this side fits somewhere into the foreground of a region."""
    kernel = np.ones((side, side), np.uint8)
    fits = cv2.erode(region, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=[0])
    return cv2.countNonZero(fits) > 0


def _category_fits(mask: PhraseMask) -> bool | None:
    if mask.category is None or category_of(mask.phrase) is None:
        return None
    return category_fits(mask.phrase, mask.category)


def _colour_fits(phrase: str, *, in_colour: bool) -> bool | None:
    """Whether any kind of picture that the phrase was trained on is in colour (or grey)."""
    meaning = meaning_of(phrase)
    kinds = _kinds_of(meaning.target) if meaning else frozenset()
    return any((kind in _IN_COLOUR) == in_colour for kind in kinds) if kinds else None


def _kinds_of(target: str) -> frozenset[str]:
    """Every modality that a target is known to have been trained in."""
    known = vocabulary()
    published = known.targets.get(target.casefold())
    groups = known.groups_of(target)
    return frozenset((*(published.modalities if published else ()), *(g.modality for g in groups)))


def _is_of(value: object, kind: str) -> bool:
    """Whether a value from a file is of the kind that an annotation of :class:`Evidence` names."""
    if value is None:
        return kind.endswith("| None")
    if isinstance(value, bool):
        return kind.startswith("bool")
    if kind.startswith("float"):
        return isinstance(value, int | float) and math.isfinite(value)
    return kind.startswith("int") and isinstance(value, int)
