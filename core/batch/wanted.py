"""Which images to segment, and for what: a folder with one text, or a list with one text each."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import InputError
from core.prompts import join_phrases, parse_phrases

if TYPE_CHECKING:
    from pathlib import Path

_COLUMNS = ("name", "phrases")
# What pandas, which reads the input files in the cloud, takes for a missing value.
_MISSING = frozenset(
    {"", "#n/a", "#n/a n/a", "#na", "-1.#ind", "-1.#qnan", "-nan", "1.#ind", "1.#qnan", "<na>",
     "n/a", "na", "nan", "none", "null"}
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """One image to segment.

    Attributes:
        name: Path below the folder, with ``/``.
        phrases: What to look for.
    """

    name: str
    phrases: tuple[str, ...]


def from_folder(folder: Path, phrases: str, *, leave: Path) -> list[Wanted]:
    """Every file of a folder and the folders in it, in the order of their names.

    Args:
        folder: Where the images are.
        phrases: ``"liver & tumor"``, for all of them.
        leave: A folder that is passed over: the results may lie inside.

    Raises:
        InputError: The folder is not there or holds no file.
        PhraseError: The phrases cannot be used.
    """
    wanted = _phrases(phrases)
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}.", "Name the folder with the images.")
    names = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not _hidden(path.relative_to(folder)) and not _inside(path, leave)
    )
    if not names:
        raise InputError(f"{folder} holds no files.", "Name the folder with the images.")
    return [Wanted(name, wanted) for name in names]


def from_list(folder: Path, queue: Path) -> list[Wanted]:
    """The images that a CSV file lists, with the columns ``name`` and ``phrases``.

    Args:
        folder: What the names are relative to.
        queue: The CSV file, as UTF-8.

    Raises:
        InputError: The file cannot be read, or a name leads out of the folder.
        PhraseError: Phrases cannot be used.
    """
    try:
        with queue.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, ValueError, csv.Error):
        raise InputError(
            f"{queue} could not be read.", "Give a CSV file with the columns name and phrases."
        ) from None
    if not rows or not set(_COLUMNS) <= set(rows[0]):
        raise InputError(
            f"{queue} has no rows with the columns name and phrases.",
            'Write them on the first line, and one image a line, such as scan.png,"liver & tumor".',
        )
    wanted = [Wanted((row["name"] or "").strip(), _phrases(row["phrases"] or "")) for row in rows]
    for entry in wanted:
        if not entry.name or not _inside(folder / entry.name, folder):
            raise InputError(
                f"{queue} names {entry.name!r}, which does not lie in {folder}.",
                "Write names relative to that folder.",
            )
    return wanted


def _phrases(text: str) -> tuple[str, ...]:
    """Phrases that also arrive as text: a column of numbers or blanks would not."""
    phrases = parse_phrases(text)
    if join_phrases(phrases).lower() in _MISSING or _is_number(join_phrases(phrases)):
        raise InputError(
            f'The batch endpoint would not read "{phrases[0]}" as text.',
            "Write it in other words.",
        )
    return phrases


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())
