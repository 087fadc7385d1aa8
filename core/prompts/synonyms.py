"""Other words for the trained phrases and for the kinds of image, English and Italian."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from core.prompts.vocabulary import vocabulary
from core.prompts.words import key_of, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Key = tuple[str, ...]

_PICTURE = frozenset({"image", "picture", "scan", "slice", "section", "immagine", "sezione"})


@dataclass(frozen=True)
class Synonyms:
    """What is in ``synonyms.json``.

    Attributes:
        of_target: Other words for each trained phrase, in all languages.
        english: Those of them that are English.
        of_modality: Other words for each modality.
        of_site: Other words for each site.
    """

    of_target: Mapping[str, tuple[str, ...]]
    english: Mapping[str, tuple[str, ...]]
    of_modality: Mapping[str, tuple[str, ...]]
    of_site: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Place:
    """A kind of image named in a phrase; each word is ``""`` when it was not named."""

    site: str = ""
    modality: str = ""

    @property
    def words(self) -> str:
        """As in the training prompts: ``"abdomen CT"``."""
        return f"{self.site} {self.modality}".strip()


@cache
def synonyms() -> Synonyms:
    """Read the words that come with the program (once a process; they never change)."""
    data = orjson.loads(Path(__file__).with_name("synonyms.json").read_bytes())
    return Synonyms(
        {name: (*words["en"], *words["it"]) for name, words in data["targets"].items()},
        {name: tuple(words["en"]) for name, words in data["targets"].items()},
        {name: tuple(words) for name, words in data["modalities"].items()},
        {name: tuple(words) for name, words in data["sites"].items()},
    )


@cache
def target_by_key() -> dict[Key, str]:
    """The trained phrase for the words of it, or of another name for it; trained ones win."""
    other = {key_of(word): name for name, words in synonyms().of_target.items() for word in words}
    return {**other, **{key_of(name): name for name in vocabulary().trained}}


@cache
def _modality_by_words() -> dict[Key, str]:
    named = {group.modality for group in vocabulary().groups}
    return _by_words(named, synonyms().of_modality)


@cache
def site_by_words() -> dict[Key, str]:
    """The site for the words of it, or of another name for it."""
    named = {group.site for group in vocabulary().groups if group.site}
    published = {site for target in vocabulary().targets.values() for site in target.sites}
    return _by_words(named | published - {"eye"}, synonyms().of_site)


def _by_words(names: set[str], others: Mapping[str, Sequence[str]]) -> dict[Key, str]:
    found = {words_of(word): name for name, words in others.items() for word in words}
    return {**found, **{words_of(name): name for name in (*names, *others)}}


def read_place(text: str) -> Place | None:
    """Read which kind of image a text names, such as "abdominal CT" or "TC addome".

    Returns:
        The kind, or None when there is a word that is neither a site nor a modality.
    """
    rest = [word for word in words_of(text) if word not in _PICTURE]
    found = {"site": "", "modality": ""}
    tables = {"modality": _modality_by_words(), "site": site_by_words()}
    while rest:
        hit = _longest(rest, tables)
        if hit is None or found[hit[0]]:
            return None
        what, name, length = hit
        found[what] = name
        del rest[:length]
    return Place(**found) if any(found.values()) else None


def _longest(
    words: Sequence[str], tables: Mapping[str, Mapping[Key, str]]
) -> tuple[str, str, int] | None:
    for length in range(min(4, len(words)), 0, -1):
        for what, table in tables.items():
            name = table.get(tuple(words[:length]))
            if name is not None:
                return what, name, length
    return None
