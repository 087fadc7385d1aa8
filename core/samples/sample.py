"""What a sample is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Sample:
    """A case that anyone may open and segment with one click.

    Attributes:
        id: A stable word: letters, digits and underscores.
        title: What the gallery calls it.
        source_note: Where it comes from and under which licence, in one or two sentences.
        phrases: What to look for in it.
        load: Gives the bytes of a file and its name, to be opened like any upload.
    """

    id: str
    title: str
    source_note: str
    phrases: tuple[str, ...]
    load: Callable[[], tuple[bytes, str]]
