"""What the formats of a review's export have in common."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core import about

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from core.export.final_images import FinalImages, FinalMask
    from core.export.results import ExportFile
    from core.export.set_options import SetOptions

PNG_TEXT = {"Software": about.NAME, "Warning": about.NOTICE}
"""What every picture of an export carries."""

_LONGEST_TARGET = 80


@dataclass(frozen=True, eq=False)
class Piece:
    """What a format makes of one picture, or of the set as a whole.

    Attributes:
        files: To be written; their names have folders, with "/" between.
        stem: The picture, or "" for what belongs to the set.
        split: The part of the set that it is in, or "".
        left_out: One sentence why the picture is not in the set, or "".
        warnings: Sentences about what was changed or lost.
        masks: Those that were written, as they were before any scaling.
        mask_files: Name of the file with the mask of a phrase, by phrase; none where one file has
            all of them under other names.
    """

    files: tuple[ExportFile, ...] = ()
    stem: str = ""
    split: str = ""
    left_out: str = ""
    warnings: tuple[str, ...] = ()
    masks: tuple[FinalMask, ...] = ()
    mask_files: Mapping[str, str] = field(default_factory=dict)


if TYPE_CHECKING:
    Writer = Callable[[FinalImages, SetOptions], Iterator[Piece]]
    """Makes the pieces of a set one by one, so that no more than one picture is in memory."""


def targets_of(phrases: Iterable[str]) -> dict[str, str]:
    """What the masks of an image are called, by phrase: ``"chest tube"`` is ``chest+tube``.

    As BiomedParse has it: a space becomes ``+``. Everything but letters, digits and ``-`` becomes
    ``-``: an underscore, a dot or another ``+`` would be read as something else.
    """
    taken: set[str] = set()
    found: dict[str, str] = {}
    for phrase in phrases:
        words = (re.sub(r"[\W_]+", "-", word).strip("-") for word in phrase.split())
        base = "+".join(word for word in words if word)[:_LONGEST_TARGET].strip("+-") or "x"
        target, number = base, 2
        while target.casefold() in taken:
            target, number = f"{base}+{number}", number + 1
        taken.add(target.casefold())
        found[phrase] = target
    return found
