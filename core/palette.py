"""Colours that stay apart for colour-blind eyes, and stay with their phrase."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Okabe and Ito, "Color Universal Design" (2008), without black and in an order that starts with
# what shows best on grey images; then colours far from these and from each other in CIELAB.
COLOURS = (
    "#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#f0e442", "#d55e00", "#0072b2", "#b2df8a",
    "#fb9a99", "#9b5de5", "#00f5d4", "#c49c6b", "#ff006e", "#a0c4ff", "#6a994e", "#e0aaff",
)  # fmt: skip


def assign_colours(phrases: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """Give every phrase a colour; one that has a colour keeps it.

    Args:
        phrases: Phrases in the order in which they were first asked for.
        known: Colours given before, by phrase in lower case.

    Returns:
        All colours, by phrase in lower case, as ``"#rrggbb"``.
    """
    colours = dict(known)
    for phrase in phrases:
        key = phrase.casefold()
        if key not in colours:
            taken = [colours[other] for other in colours]
            # The colour used least so far; among equals the first of the palette.
            colours[key] = min(COLOURS, key=taken.count)
    return colours


def rgb_of(colour: str) -> tuple[int, int, int]:
    """Turn ``"#rrggbb"`` into three levels 0..255.

    Raises:
        ValueError: The text is no such colour.
    """
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        message = f"not a colour: {colour[:20]!r}"
        raise ValueError(message)
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue
