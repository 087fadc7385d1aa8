"""Named sets of phrases, and the file in which they travel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from core.errors import InputError
from core.one_line import one_line
from core.prompts.parse import parse_phrases

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMAT = "medimageparse-workbench phrase sets"
"""What the file says it is."""

MAX_SETS = 200
MAX_NAME = 60
MAX_BYTES = 1_000_000

_VERSION = 1
_NEXT = "Choose a file that was saved here with “Save to a file”."


@dataclass(frozen=True)
class PhraseSet:
    """Phrases under a name.

    Attributes:
        name: 1 to 60 printable characters.
        phrases: 1 to 16 phrases, as :func:`core.prompts.parse_phrases` gives them.
    """

    name: str
    phrases: tuple[str, ...]


def phrase_set(name: str, text: str | Iterable[str]) -> PhraseSet:
    """Make a set of what was typed.

    Raises:
        PhraseError: The phrases cannot be used.
        InputError: The name is empty or too long.
    """
    tidy = one_line(name)
    if not tidy:
        raise InputError("The set has no name.", "Give it one, such as “Kidneys”.")
    if len(tidy) > MAX_NAME:
        raise InputError(
            f"The name has {len(tidy)} characters, more than {MAX_NAME}.", "Shorten it."
        )
    return PhraseSet(tidy, parse_phrases(text))


def dump_sets(sets: Iterable[PhraseSet]) -> bytes:
    """Write sets as JSON, in their order."""
    listed = [{"name": one.name, "phrases": list(one.phrases)} for one in sets]
    whole = {"format": FORMAT, "version": _VERSION, "sets": listed}
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def load_sets(data: bytes) -> tuple[PhraseSet, ...]:
    """Read sets from a file; of two with one name the later one stays.

    Raises:
        InputError: It is no such file, or something in it cannot be used; nothing of it is taken.
    """
    if len(data) > MAX_BYTES:
        raise InputError(f"The file has {len(data):,} bytes, more than {MAX_BYTES:,}.", _NEXT)
    try:
        whole = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InputError("This is no file of phrase sets: it cannot be read.", _NEXT) from error
    listed = _listed(whole)
    found: dict[str, PhraseSet] = {}
    for number, entry in enumerate(listed, 1):
        one = _read(entry, number)
        found[one.name.casefold()] = one
    return tuple(found.values())


def _listed(whole: object) -> list[object]:
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise InputError("This is no file of phrase sets: it does not say that it is.", _NEXT)
    if whole.get("version") != _VERSION:
        raise InputError("These phrase sets were saved by another version.", _NEXT)
    listed = whole.get("sets")
    if not isinstance(listed, list) or not listed:
        raise InputError("The file holds no phrase set.", _NEXT)
    if len(listed) > MAX_SETS:
        raise InputError(f"The file holds {len(listed)} sets, more than {MAX_SETS}.", _NEXT)
    return listed


def _read(entry: object, number: int) -> PhraseSet:
    name = entry.get("name") if isinstance(entry, dict) else None
    phrases = entry.get("phrases") if isinstance(entry, dict) else None
    sound = isinstance(phrases, list) and all(isinstance(phrase, str) for phrase in phrases)
    if not isinstance(name, str) or not isinstance(phrases, list) or not sound:
        raise InputError(f"Set {number} of the file has no name or no list of phrases.", _NEXT)
    try:
        return phrase_set(name, phrases)
    except InputError as error:
        raise InputError(f"Set {number} of the file cannot be used: {error.what}", _NEXT) from error
