"""Every word in a figure: legend, scale bar and footer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core import about
from core.segmentation import DEFAULT_THRESHOLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from core.analysis.levels import Levels
    from core.segmentation import PhraseMask, Segmentation

_CATEGORY = "category {category}"
_MISMATCH = "⚠ category {category} does not fit the phrase"
_EMPTY = "nothing marked"
_SQUARE_MM = "{number}\u202fmm²"
_SQUARE_UM = "{number}\u202fµm²"
_PIXELS = "{number}\u202fpx"
_PHRASES = "Phrases: {phrases}."
_THRESHOLDS = "Thresholds from 0 to 255: {levels}."
_THRESHOLD = "{phrase} {level}"
_RULES = {
    "independent": "Overlaps: each mask keeps all its pixels.",
    "highest": "Overlaps: a pixel belongs to the phrase with the highest probability.",
}
_AT_DETECTOR = "Millimetres are those at the detector; in the body it is less."
_PROGRAM = "{name} {version}."

# A narrow space, as in "12 346", where no line is broken.
_THIN = "\u202f"


@dataclass(frozen=True)
class Entry:
    """One phrase in the legend.

    Attributes:
        title: The phrase.
        facts: Category and area.
        warning: What to look at, or empty.
    """

    title: str
    facts: tuple[str, ...]
    warning: str = ""


def entry_of(mask: PhraseMask, foreground: npt.NDArray[np.bool_], pixel_mm2: float | None) -> Entry:
    """Put one phrase into the words of the legend.

    Args:
        mask: Of the phrase.
        foreground: bool (H, W): its pixels as they are drawn.
        pixel_mm2: Area of a pixel, or None when the spacing is not known.
    """
    area = area_text(int(np.count_nonzero(foreground)), pixel_mm2)
    fits = mask.category is not None and mask.category_fits
    facts = (_CATEGORY.format(category=mask.category), area) if fits else (area,)
    off = mask.category is not None and not mask.category_fits
    warning = _MISMATCH.format(category=mask.category) if off else ""
    return Entry(mask.phrase, facts, warning)


def area_text(pixels: int, pixel_mm2: float | None) -> str:
    """An area with its unit: mm² or µm² when the size of a pixel is known, else pixels."""
    if not pixels:
        return _EMPTY
    if pixel_mm2 is None:
        return _PIXELS.format(number=_grouped(pixels))
    area = pixels * pixel_mm2
    if area < 0.1:
        return _SQUARE_UM.format(number=_rounded(area * 1e6))
    return _SQUARE_MM.format(number=_rounded(area))


def length_text(length_mm: float) -> str:
    """A length of the 1-2-5 series with its unit: µm, mm or cm."""
    if length_mm < 0.1:
        return f"{length_mm * 1000:g} µm"
    if length_mm < 10:
        return f"{length_mm:g} mm"
    return f"{length_mm / 10:g} cm"


def footer_text(segmentation: Segmentation, levels: Levels, *, whole: bool) -> str:
    """The small print below a figure.

    Args:
        segmentation: The result.
        levels: As it is drawn.
        whole: Also the phrases, the thresholds where they are not the usual one, and the rule.
    """
    sentences = [f"{segmentation.engine}."]
    if whole:
        sentences.append(_PHRASES.format(phrases=" & ".join(segmentation.phrases)))
        if changed := _changed(segmentation.phrases, levels):
            sentences.append(_THRESHOLDS.format(levels=", ".join(changed)))
        if len(segmentation.masks) > 1:
            sentences.append(_RULES[levels.rule])
    if any(notice.code == "at_detector" for notice in segmentation.frame.notices):
        sentences.append(_AT_DETECTOR)
    sentences.append(_PROGRAM.format(name=about.NAME, version=about.VERSION))
    sentences.append(about.NOTICE)
    return " ".join(sentences)


def _changed(phrases: Sequence[str], levels: Levels) -> list[str]:
    """The thresholds that are not the usual one."""
    return [
        _THRESHOLD.format(phrase=phrase, level=levels.level(phrase))
        for phrase in phrases
        if levels.level(phrase) != DEFAULT_THRESHOLD
    ]


def _rounded(number: float) -> str:
    """Three digits that count, and all those before the point."""
    return _grouped(round(number)) if number >= 100 else f"{number:.3g}"


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", _THIN)
