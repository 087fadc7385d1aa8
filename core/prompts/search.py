"""Finding trained phrases by any word of them, by site, kind of image or another name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from core.prompts.synonyms import synonyms
from core.prompts.tags import kinds_of
from core.prompts.vocabulary import base_modality, vocabulary
from core.prompts.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

_EXACT, _START, _WORD, _OTHER_NAME, _PLACE = range(5)


@dataclass(frozen=True)
class Found:
    """A trained phrase that a search found.

    Attributes:
        target: The phrase in its trained wording.
        kinds: The kinds of image on which it was trained; those that were asked for come first.
        other_name: The other name that was asked for, or ``""``.
    """

    target: str
    kinds: tuple[str, ...]
    other_name: str = ""


@dataclass(frozen=True)
class _Entry:
    """A target with its names and places, folded; a place has all of its names in one text."""

    target: str
    folded: str
    others: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]


def search(text: str) -> list[Found]:
    """Find trained phrases; capitals and accents do not matter, and parts of words will do.

    Every word of the search must begin a word of the phrase, of another name for it in English
    or Italian, or of one kind of image on which it was trained. ``"ct liver"`` finds what was
    trained in CT of the liver, ``"fegato"`` finds "liver".

    Returns:
        Phrases, the closest first: same wording, same start, a word of it, another name, place.
    """
    words = fold(text).replace("-", " ").split()
    if not words:
        return []
    ranked = []
    for entry in _entries():
        hit = _match(entry, words)
        if hit is not None:
            ranked.append((*hit[:1], len(entry.target), hit[1]))
    return [found for _, _, found in sorted(ranked, key=lambda row: row[:2])]


def _match(entry: _Entry, words: list[str]) -> tuple[int, Found] | None:
    """How close an entry is, and what to say of it; None when a word is nowhere."""
    in_target = [word for word in words if _begins(word, entry.folded)]
    rest = [word for word in words if word not in in_target]
    kinds = [kind for kind, names in entry.places if all(_begins(w, names) for w in rest)]
    if not rest or (kinds and in_target):
        return _rank(" ".join(words), entry.folded), Found(entry.target, _first(kinds, entry))
    for name, folded in entry.others:
        if all(_begins(word, folded) for word in words):
            return _OTHER_NAME, Found(entry.target, _first((), entry), name)
    return (_PLACE, Found(entry.target, _first(kinds, entry))) if kinds else None


def _first(kinds: Iterable[str], entry: _Entry) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*kinds, *(kind for kind, _ in entry.places))))


def _rank(text: str, folded: str) -> int:
    if text == folded:
        return _EXACT
    return _START if folded.startswith(text) else _WORD


def _begins(word: str, text: str) -> bool:
    return f" {word}" in f" {text}"


@cache
def _entries() -> tuple[_Entry, ...]:
    return tuple(_entry(target) for target in vocabulary().trained)


def _entry(target: str) -> _Entry:
    others = [(name, _folded(name)) for name in synonyms().of_target.get(target, ())]
    places = [(kind, _place_names(kind)) for kind in kinds_of(target)]
    return _Entry(target, _folded(target), tuple(others), tuple(places))


def _place_names(kind: str) -> str:
    """All names of the modality and the sites of a kind of image, as one text."""
    modality, _, sites = kind.partition(" ")
    modalities = {modality, base_modality(modality)}
    named = [name for one in modalities for name in (one, *synonyms().of_modality.get(one, ()))]
    named += [n for site in sites.split("/") for n in (site, *synonyms().of_site.get(site, ()))]
    return _folded(" ".join(named))


def _folded(text: str) -> str:
    return fold(text).replace("-", " ")
