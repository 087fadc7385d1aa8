"""The legend of a figure: phrases with their colours, in as many columns as fit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from core.export.figure_sheet import ASCENT, CAPITAL, Box, Swatch
from core.export.figure_text import printable, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.export.figure_sheet import Sheet
    from core.export.figure_words import Entry

_SWATCH_GAP = 3.0
_COLUMN_GAP = 8.0
_ROW_GAP = 2.0
_NARROWEST_COLUMN = 70.0
_SEPARATOR = " · "


def write_entry(
    sheet: Sheet,
    number: int,
    entry: Entry,
    at: tuple[float, float, float],
    sizes: tuple[float, float],
) -> float:
    """Write one phrase with its colour before it, and what is known about it below.

    Args:
        sheet: Where to.
        number: Of the mask.
        entry: The words.
        at: Left, top and width of the room for it.
        sizes: Of the phrase, and of the rest.

    Returns:
        Where it ends.
    """
    x, y, width = at
    size, small = sizes
    side = CAPITAL * size
    # As high as a capital letter, and on the same line.
    sheet.swatches.append(Swatch(Box(x, y + (ASCENT - CAPITAL) * size, side, side), number))
    x += side + _SWATCH_GAP
    width -= side + _SWATCH_GAP
    y = sheet.write(entry.title, x, y, width, size)
    for fact in _lines(entry.facts, width, small):
        y = sheet.write(fact, x, y, width, small, role="muted")
    if entry.warning:
        y = sheet.write(entry.warning, x, y, width, small, role="warning")
    return y


def write_legend(
    sheet: Sheet,
    entries: Sequence[Entry],
    at: tuple[float, float, float],
    sizes: tuple[float, float],
) -> float:
    """Write all phrases, row by row; see :func:`write_entry`.

    Returns:
        Where the legend ends.
    """
    left, y, width = at
    columns = _columns(entries, width, sizes)
    pitch = (width + _COLUMN_GAP) / columns
    for start in range(0, len(entries), columns):
        row = range(start, min(start + columns, len(entries)))
        y = _ROW_GAP + max(
            write_entry(
                sheet,
                number,
                entries[number],
                (left + (number - start) * pitch, y, pitch - _COLUMN_GAP),
                sizes,
            )
            for number in row
        )
    return y - _ROW_GAP


def _lines(facts: Sequence[str], width: float, size: float) -> Sequence[str]:
    """All facts on one line if they fit, else each on its own."""
    together = _SEPARATOR.join(facts)
    return (together,) if text_width(printable(together), size) <= width else facts


def _columns(entries: Sequence[Entry], width: float, sizes: tuple[float, float]) -> int:
    """As many columns as the widest phrase allows; two at least where there is room for two."""
    size, small = sizes
    widest = max(
        CAPITAL * size + _SWATCH_GAP + text_width(printable(text), points)
        for entry in entries
        for text, points in (
            (entry.title, size),
            (_SEPARATOR.join(entry.facts), small),
            (entry.warning, small),
        )
    )
    wanted = min(widest, max(_NARROWEST_COLUMN, (width - _COLUMN_GAP) / 2))
    fitting = max(1, int((width + _COLUMN_GAP) // (wanted + _COLUMN_GAP)))
    rows = math.ceil(len(entries) / fitting)
    return math.ceil(len(entries) / rows)
