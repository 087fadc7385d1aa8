"""The letters of a figure: which font has them, how wide they are, where lines break.

Matplotlib is slow to import, so this module is imported only while a figure is made.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

import matplotlib as mpl
from matplotlib.font_manager import fontManager, get_font
from matplotlib.ft2font import LoadFlags

_DEJAVU = Path(mpl.get_data_path()) / "fonts" / "ttf"
REGULAR = str(_DEJAVU / "DejaVuSans.ttf")
BOLD = str(_DEJAVU / "DejaVuSans-Bold.ttf")

# Fonts with many scripts that systems bring along, tried where DejaVu lacks a letter.
_OTHER_FAMILIES = (
    "Noto Sans CJK SC", "Noto Sans SC", "Noto Sans CJK JP", "Microsoft YaHei", "PingFang SC",
    "Hiragino Sans GB", "Heiti SC", "SimHei", "Arial Unicode MS", "Droid Sans Fallback",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Malgun Gothic", "Noto Sans", "Segoe UI",
)  # fmt: skip
# What TrueType files begin with; the PDF embeds no other kind whole.
_TRUETYPE = (b"\x00\x01\x00\x00", b"true")

MISSING = "□"
"""Stands for a letter that no font of this machine has."""


def font_of(text: str, *, bold: bool = False) -> str:
    """File of the first font that has all letters of a text; DejaVu Sans when none has."""
    fonts = ((BOLD,) if bold else ()) + (REGULAR, *_other_fonts())
    return next((font for font in fonts if not missing_in(text, font)), REGULAR)


def missing_in(text: str, font: str) -> set[str]:
    """Letters of a text that a font does not have."""
    face = get_font(font)
    return {letter for letter in set(text) if not face.get_char_index(ord(letter))}


def printable(text: str) -> str:
    """A text on one line, with every letter that no font has replaced by :data:`MISSING`."""
    # U+202F, the narrow space inside numbers, stays.
    plain = re.sub(r"[^\S\u202f]+", " ", unicodedata.normalize("NFC", text)).strip()
    absent = missing_in(plain, font_of(plain))
    return "".join(MISSING if letter in absent else letter for letter in plain)


def text_width(text: str, size_pt: float, *, bold: bool = False) -> float:
    """Width of a line in points, without the little that kerning takes away."""
    font = font_of(text, bold=bold)
    return size_pt * sum(_advance(font, letter) for letter in text)


def wrap(text: str, width_pt: float, size_pt: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines; a word that is too wide is broken anywhere.

    Args:
        text: On one line; see :func:`printable`.
        width_pt: Room for a line.
        size_pt: Size of the letters.
        bold: Whether they are bold.
    """
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if text_width(longer, size_pt, bold=bold) <= width_pt:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _break_word(word, width_pt, size_pt, bold=bold)
        lines += full
    return [*lines, line]


def _break_word(word: str, width_pt: float, size_pt: float, *, bold: bool) -> list[str]:
    """Cut a word into pieces that fit; at least one letter each."""
    pieces = [""]
    for letter in word:
        piece = pieces[-1] + letter
        if pieces[-1] and text_width(piece, size_pt, bold=bold) > width_pt:
            pieces.append(letter)
        else:
            pieces[-1] = piece
    return pieces


@cache
def _advance(font: str, letter: str) -> float:
    """Width of one letter in sizes, with the room around it."""
    face = get_font(font)
    units = face.load_char(ord(letter), LoadFlags.NO_SCALE).horiAdvance
    return float(units / face.units_per_EM)


@cache
def _other_fonts() -> tuple[str, ...]:
    """Files of the fonts in :data:`_OTHER_FAMILIES` that are on this machine, in that order."""
    by_name = {entry.name: str(entry.fname) for entry in reversed(fontManager.ttflist)}
    found = (by_name[name] for name in _OTHER_FAMILIES if name in by_name)
    return tuple(path for path in found if _is_truetype(Path(path)))


def _is_truetype(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(16)
            if start.startswith(b"ttcf"):
                # A collection: its first font begins where bytes 12 to 15 say.
                file.seek(int.from_bytes(start[12:16], "big"))
                start = file.read(4)
    except OSError:
        return False
    return start[:4] in _TRUETYPE
