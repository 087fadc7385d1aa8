"""A sheet of a figure in the making: lines of text one below the other, in points.

Lengths are in points (1/72 inch); x runs to the right and y down from the top left corner.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from core.export.figure_text import printable, wrap

Align = Literal["left", "center", "right"]

LEADING = 1.25
"""From one baseline to the next, in sizes of the letters."""
# Of DejaVu Sans, in sizes: the highest letters above the baseline (hhea table: 1901/2048), and
# capitals (OS/2 table: 1493/2048).
ASCENT = 0.93
CAPITAL = 0.73


@dataclass(frozen=True)
class Box:
    """A rectangle on the sheet, in points from the top left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Line:
    """One line of text.

    Attributes:
        text: What it says; one font of the machine has all its letters.
        x: Where it is anchored.
        baseline: Where its letters stand, from the top.
        size: Of the letters, in points.
        role: ``"text"``, ``"muted"`` or ``"warning"``: its colour.
        align: Which part of the line ``x`` is: ``"left"``, ``"center"`` or ``"right"``.
        bold: Whether the letters are bold.
    """

    text: str
    x: float
    baseline: float
    size: float
    role: str = "text"
    align: Align = "left"
    bold: bool = False


@dataclass(frozen=True)
class Swatch:
    """A small field in the colour of a mask.

    Attributes:
        box: Where.
        mask: Number of the mask.
    """

    box: Box
    mask: int


@dataclass
class Sheet:
    """What is written so far."""

    lines: list[Line] = field(default_factory=list)
    swatches: list[Swatch] = field(default_factory=list)

    def write(
        self, text: str, x: float, y: float, width: float, size: float, *, role: str = "text",
        bold: bool = False,
    ) -> float:  # fmt: skip
        """Write a paragraph into a column.

        Args:
            text: What to say; letters that no font has are replaced.
            x: Left edge of the column.
            y: Its top.
            width: Its width.
            size: Of the letters.
            role: See :class:`Line`.
            bold: Whether the letters are bold.

        Returns:
            Where the paragraph ends.
        """
        for piece in wrap(printable(text), width, size, bold=bold):
            self.lines.append(Line(piece, x, y + ASCENT * size, size, role, bold=bold))
            y += LEADING * size
        return y

    def put(self, text: str, x: float, y: float, size: float, *, align: Align = "left") -> None:
        """Write one line that is not broken, its top at ``y``."""
        self.lines.append(Line(text, x, y + ASCENT * size, size, align=align))
