"""Where everything in a figure goes: plain arithmetic in points, no drawing.

Nothing but the masks is put over a picture: letters, scale bar and legend have places of their
own, so they hide no pixel and nothing runs into anything, however wide or tall the picture is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.export.figure_grid import GAP, Grid, fit_grid, true_ratio
from core.export.figure_legend import write_entry, write_legend
from core.export.figure_options import POINTS_PER_INCH
from core.export.figure_sheet import ASCENT, CAPITAL, LEADING, Box, Line, Sheet, Swatch
from core.export.figure_text import text_width
from core.export.figure_words import length_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.export.figure_options import FigureOptions
    from core.export.figure_words import Entry
    from core.imaging.model import Frame

_MARGIN = 4.0
_LETTER_GAP = 2.5
_BAR_HEIGHT = 1.6
# A single picture narrower than this part of the figure has its legend at its side.
_NARROW = 0.55
# A scale bar is about this part of the width of the picture.
_BAR_SHARE = 0.2


@dataclass(frozen=True)
class Picture:
    """The image once on the sheet.

    Attributes:
        box: Where; its sides have the true proportion, to a pixel of the PNG.
        masks: Which masks lie over it, by number.
    """

    box: Box
    masks: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """A figure ready to be drawn; see :mod:`core.export.figure_sheet` for the units.

    Attributes:
        width: Of the sheet.
        height: Of the sheet.
        pictures: In reading order, at least one.
        lines: All text.
        swatches: Of the legend.
        bar: The scale bar, or None.
        bar_mm: Its length in millimetres, 0 where there is none.
    """

    width: float
    height: float
    pictures: tuple[Picture, ...]
    lines: tuple[Line, ...]
    swatches: tuple[Swatch, ...]
    bar: Box | None
    bar_mm: float


def plan_figure(
    frame: Frame, entries: Sequence[Entry], footer: str, options: FigureOptions, dpi: float
) -> Plan:
    """Lay out a figure.

    Args:
        frame: The picture: its size, spacing and orientation.
        entries: What the legend says, one per mask.
        footer: What stands at the bottom.
        options: What is wanted.
        dpi: Pictures and the sheet begin and end on whole pixels of this resolution.
    """
    return _Planner(frame, entries, options, POINTS_PER_INCH / dpi).plan(footer)


def bar_length_mm(width_mm: float) -> float:
    """The length of the 1-2-5 series that is closest to a fifth of a width."""
    wanted = width_mm * _BAR_SHARE
    power = math.floor(math.log10(wanted))
    # Written out as decimals, so that 0.2 is 0.2.
    series = [float(f"{step}e{power}") for step in (1, 2, 5, 10)]
    return min(series, key=lambda length: abs(math.log(length / wanted)))


class _Planner:
    """Goes down the sheet once, from the title to the footer."""

    def __init__(
        self, frame: Frame, entries: Sequence[Entry], options: FigureOptions, pixel: float
    ) -> None:
        self.frame = frame
        self.entries = entries
        self.options = options
        self.pixel = pixel
        self.size = options.font_pt
        self.sizes = (self.size, max(min(6.0, self.size), self.size - 1))
        self.line = LEADING * self.size
        self.letters = frame.orientation if options.letters else None
        self.width = self._snap(options.width_pt)
        self.inner = self.width - 2 * _MARGIN
        self.sheet = Sheet()
        self.bar: Box | None = None
        self.bar_mm = 0.0
        self.bar_end = 0.0

    def plan(self, footer: str) -> Plan:
        """Place everything."""
        y = _MARGIN
        if self.options.title.strip():
            size = self.size + 1.5
            y = self.sheet.write(self.options.title, _MARGIN, y, self.inner, size, bold=True) + 2
        shown = self._shown()
        boxes, y = self._place_pictures(len(shown), y)
        y = self.sheet.write(footer, _MARGIN, y + 4, self.inner, self.sizes[1], role="muted")
        return Plan(
            self.width,
            math.ceil((y + _MARGIN) / self.pixel - 1e-6) * self.pixel,
            tuple(Picture(box, masks) for box, masks in zip(boxes, shown, strict=True)),
            tuple(self.sheet.lines),
            tuple(self.sheet.swatches),
            self.bar,
            self.bar_mm,
        )

    def _snap(self, length: float) -> float:
        """The closest whole number of pixels."""
        return round(length / self.pixel) * self.pixel

    def _shown(self) -> list[tuple[int, ...]]:
        """The masks over each picture."""
        everything = tuple(range(len(self.entries)))
        if self.options.layout == "panels":
            return [(number,) for number in everything]
        return [(), everything] if self.options.layout == "side by side" else [everything]

    def _place_pictures(self, count: int, top: float) -> tuple[list[Box], float]:
        """Place the pictures and what belongs to them; also returns where all that ends."""
        side = self._side_room()
        captions = self.options.legend and self.options.layout == "panels"
        legend = self.options.legend and not captions
        room = self.inner - 2 * side
        grid = fit_grid(count, true_ratio(self.frame), room, self.pixel, captions=captions)
        used = grid.row_width + 2 * side
        beside = legend and count == 1 and used < _NARROW * self.inner
        left = _MARGIN + side + (0.0 if beside else (self.inner - used) / 2)
        boxes, y = self._place_grid(grid, count, left, top)
        y = self._place_bar(boxes[0], y, may_share=not captions)
        if beside:
            x = max(boxes[0].x + grid.width + side, self.bar_end) + GAP
            at = (x, boxes[0].y, self.width - _MARGIN - x)
            y = max(y, write_legend(self.sheet, self.entries, at, self.sizes))
        elif legend:
            at = (_MARGIN, y + 4, self.inner)
            y = write_legend(self.sheet, self.entries, at, self.sizes)
        return boxes, y

    def _place_grid(
        self, grid: Grid, count: int, left: float, top: float
    ) -> tuple[list[Box], float]:
        """Place pictures row by row, with letters at the outer edges and captions below."""
        boxes: list[Box] = []
        y = top + (self.line if self.letters else 0.0)
        for start in range(0, count, grid.columns):
            stop = min(start + grid.columns, count)
            row = [
                Box(
                    self._snap(left + column * grid.pitch),
                    self._snap(y),
                    grid.width,
                    grid.height,
                )
                for column in range(stop - start)
            ]
            boxes += row
            y = row[0].y + grid.height
            if self.letters:
                self._place_side_letters(row, first=start == 0)
                if stop == count:
                    y = self._place_bottom_letters(row, y)
            if self.options.layout == "panels" and self.options.legend:
                y = self._place_captions(row, start, y, grid.cell)
            y += 0.0 if stop == count else GAP
        return boxes, y

    def _side_room(self) -> float:
        """Room for the letters at the left and at the right."""
        if self.letters is None:
            return 0.0
        sides = (self.letters.left, self.letters.right)
        return max(text_width(letter, self.size) for letter in sides) + _LETTER_GAP

    def _place_side_letters(self, row: list[Box], *, first: bool) -> None:
        if self.letters is None:
            return
        start, end = row[0], row[-1]
        middle = start.y + start.height / 2 + (CAPITAL / 2 - ASCENT) * self.size
        put = self.sheet.put
        put(self.letters.left, start.x - _LETTER_GAP, middle, self.size, align="right")
        put(self.letters.right, end.x + end.width + _LETTER_GAP, middle, self.size)
        for box in row if first else ():
            # Its foot stands as far above the picture as a side letter stands beside it.
            y = box.y - _LETTER_GAP - ASCENT * self.size
            put(self.letters.top, box.x + box.width / 2, y, self.size, align="center")

    def _place_bottom_letters(self, row: list[Box], y: float) -> float:
        if self.letters is None:
            return y
        y += _LETTER_GAP - (ASCENT - CAPITAL) * self.size
        for box in row:
            middle = box.x + box.width / 2
            self.sheet.put(self.letters.bottom, middle, y, self.size, align="center")
        return y + self.line

    def _place_captions(self, row: list[Box], start: int, y: float, width: float) -> float:
        return max(
            write_entry(self.sheet, number, self.entries[number], (box.x, y + 1, width), self.sizes)
            for number, box in enumerate(row, start)
        )

    def _place_bar(self, box: Box, y: float, *, may_share: bool) -> float:
        """Place the scale bar below the pictures, beside the bottom letters where there is room."""
        spacing = self.frame.spacing_mm
        if spacing is None or not self.options.scale_bar:
            return y
        width_mm = self.frame.width * spacing.column
        self.bar_mm = bar_length_mm(width_mm)
        length = self.bar_mm / width_mm * box.width
        label = length_text(self.bar_mm)
        x = box.x + length + _LETTER_GAP
        self.bar_end = x + text_width(label, self.size)
        letters = may_share and self.letters is not None
        shares = letters and self.bar_end < box.x + box.width / 2 - self.size
        y = y - self.line if shares else y + _LETTER_GAP - (ASCENT - CAPITAL) * self.size
        middle = self._snap(y + (ASCENT - CAPITAL / 2) * self.size - _BAR_HEIGHT / 2)
        self.bar = Box(box.x, middle, length, max(self.pixel, self._snap(_BAR_HEIGHT)))
        self.sheet.put(label, x, y, self.size)
        return y + self.line
