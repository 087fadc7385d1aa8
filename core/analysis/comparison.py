"""Two results of one picture side by side: which masks belong together, and how far they agree."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.about import NOTICE
from core.analysis.metrics import dice, iou

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from core.analysis.levels import Levels
    from core.geometry import SpacingMm
    from core.segmentation import PhraseMask, Segmentation

    Bool = npt.NDArray[np.bool_]

_COLUMNS = (
    "Phrase", "Threshold A", "Threshold B", "Area A (px)", "Area B (px)", "Both (px)",
    "Only A (px)", "Only B (px)", "Dice", "IoU",
)  # fmt: skip
_MM2_COLUMNS = ("Area A (mm²)", "Area B (mm²)")


@dataclass(frozen=True)
class Agreement:
    """How far two masks of one grid agree.

    Attributes:
        area_a: Pixels of A.
        area_b: Pixels of B.
        both: Pixels of both.
        dice: Dice coefficient, 0..1; 1 when both are empty.
        iou: Intersection over union, 0..1; 1 when both are empty.
    """

    area_a: int
    area_b: int
    both: int
    dice: float
    iou: float

    @property
    def only_a(self) -> int:
        """Pixels of A that are not in B."""
        return self.area_a - self.both

    @property
    def only_b(self) -> int:
        """Pixels of B that are not in A."""
        return self.area_b - self.both

    @property
    def both_empty(self) -> bool:
        """Whether there is nothing to compare: then Dice and IoU say nothing."""
        return self.area_a == 0 and self.area_b == 0


def agreement(a: Bool, b: Bool) -> Agreement:
    """Compare two masks.

    Args:
        a: bool (H, W).
        b: bool of the same shape.

    Raises:
        ValueError: The shapes differ.
    """
    share = dice(a, b)
    areas = int(np.count_nonzero(a)), int(np.count_nonzero(b))
    return Agreement(*areas, int(np.count_nonzero(a & b)), share, iou(a, b))


def pairs_of(phrases_a: Sequence[str], phrases_b: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Which phrases of two lists belong together.

    The same phrase, whatever its case, belongs to itself. What is left is taken in its order: the
    first of A goes with the first of B, as when one thing is put in other words. Phrases beyond
    the shorter list go with nothing.

    Args:
        phrases_a: Each of them once.
        phrases_b: Each of them once.

    Returns:
        Positions in both lists, in the order of A.
    """
    places_b = {phrase.casefold(): place for place, phrase in enumerate(phrases_b)}
    same = {
        place: places_b[phrase.casefold()]
        for place, phrase in enumerate(phrases_a)
        if phrase.casefold() in places_b
    }
    left_a = [place for place in range(len(phrases_a)) if place not in same]
    left_b = [place for place in range(len(phrases_b)) if place not in same.values()]
    return tuple(sorted([*same.items(), *zip(left_a, left_b, strict=False)]))


@dataclass(frozen=True, eq=False)
class ComparedPair:
    """Two masks that belong together, at the thresholds at which they were compared.

    Attributes:
        a: Of side A.
        b: Of side B.
        level_a: Threshold of ``a``, 0..255.
        level_b: Threshold of ``b``, 0..255.
        agreement: At these thresholds.
    """

    a: PhraseMask
    b: PhraseMask
    level_a: int
    level_b: int
    agreement: Agreement

    @property
    def phrases(self) -> str:
        """The phrase, or both when they differ."""
        same = self.a.phrase.casefold() == self.b.phrase.casefold()
        return self.a.phrase if same else f"{self.a.phrase} / {self.b.phrase}"


def compare(
    a: Segmentation, b: Segmentation, levels_a: Levels, levels_b: Levels
) -> tuple[ComparedPair, ...]:
    """Compare all masks of two results that belong together.

    Each phrase keeps all its pixels here, whatever the rule for overlaps: two masks of one pair
    never compete with those of another.

    Args:
        a: One result.
        b: Another one on the same grid.
        levels_a: Thresholds of ``a``.
        levels_b: Thresholds of ``b``.

    Raises:
        ValueError: The grids differ.
    """
    return tuple(
        _compared(a.masks[i], b.masks[j], levels_a, levels_b)
        for i, j in pairs_of(a.phrases, b.phrases)
    )


def _compared(a: PhraseMask, b: PhraseMask, levels_a: Levels, levels_b: Levels) -> ComparedPair:
    level_a, level_b = levels_a.level(a.phrase), levels_b.level(b.phrase)
    found = agreement(a.mask(level_a), b.mask(level_b))
    return ComparedPair(a, b, level_a, level_b, found)


@dataclass(frozen=True)
class ComparisonRows:
    """The numbers as a table.

    Attributes:
        columns: Titles, with units.
        cells: One row a pair; text, counts, and numbers with a few digits.
    """

    columns: tuple[str, ...]
    cells: tuple[tuple[str | float, ...], ...]

    def to_csv(self, engines: tuple[str, str]) -> str:
        """The table as CSV, with both engines and the notice in every row.

        Args:
            engines: What the engines of A and B are called.
        """
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow((*self.columns, "Engine A", "Engine B", "Notice"))
        writer.writerows((*row, *engines, NOTICE) for row in self.cells)
        return out.getvalue()


def comparison_rows(
    pairs: Sequence[ComparedPair], spacing: SpacingMm | None = None
) -> ComparisonRows:
    """Lay the numbers of some pairs out as a table.

    Args:
        pairs: From :func:`compare`.
        spacing: Of the grid; None gives pixels only.
    """
    pixel_mm2 = spacing.row * spacing.column if spacing else None
    columns = _COLUMNS if pixel_mm2 is None else (*_COLUMNS, *_MM2_COLUMNS)
    return ComparisonRows(columns, tuple(_cells(pair, pixel_mm2) for pair in pairs))


def _cells(pair: ComparedPair, pixel_mm2: float | None) -> tuple[str | float, ...]:
    found = pair.agreement
    areas = found.area_a, found.area_b
    # Two empty masks have nothing in common to measure: an empty cell says so.
    shares = ("", "") if found.both_empty else (round(found.dice, 4), round(found.iou, 4))
    counts = (found.both, found.only_a, found.only_b)
    in_mm2 = () if pixel_mm2 is None else tuple(round(area * pixel_mm2, 2) for area in areas)
    return (pair.phrases, pair.level_a, pair.level_b, *areas, *counts, *shares, *in_mm2)
