"""What a phrase means in the words of the training, and the category that goes with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from core.prompts.synonyms import Place, read_place, site_by_words, target_by_key
from core.prompts.vocabulary import vocabulary
from core.prompts.words import key_of, words_of

_IN = re.compile(r"\s+(?:in|nel|nella|nello|nei)\s+", re.IGNORECASE)
_TAIL = " .!?"


@dataclass(frozen=True)
class Meaning:
    """A trained phrase that something typed stands for.

    Attributes:
        target: The trained phrase.
        wording: What says the same to the model: the target, or "target in site modality".
        place: The kind of image that was named with it; empty words where none was.
        typed_so: Whether it was typed in this very wording; capitals do not matter.
    """

    target: str
    wording: str
    place: Place
    typed_so: bool


def meaning_of(phrase: str) -> Meaning | None:
    """Find the trained phrase that something typed stands for.

    Other names, plurals, British spelling and another order of the words are seen through; a
    word too many or a side that differs never is.

    Returns:
        None when it stands for nothing that the model was trained with.
    """
    target = _target_of(phrase)
    if target is not None:
        return Meaning(target, target, Place(), _same(phrase, target))
    head, *tail = _IN.split(phrase, maxsplit=1)
    target = _target_of(head) if tail else None
    place = read_place(tail[0]) if tail else None
    if target is None or place is None:
        return None
    wording = f"{target} in {place.words}"
    return Meaning(target, wording, place, _same(phrase, wording))


def category_of(phrase: str) -> str | None:
    """Category that fits a phrase, or None when the phrase is of no known target.

    The trained form "liver in abdomen CT" counts as its target, and another name as what it
    means.
    """
    meaning = meaning_of(phrase)
    name = (meaning.target if meaning else phrase).casefold().strip(_TAIL)
    words = vocabulary()
    listed = words.category_by_target.get(name) or words.category_by_target.get(_IN.split(name)[0])
    published = words.targets.get(name)
    return listed or (published.category if published else "") or _category_at_site(name)


def category_fits(phrase: str, category: str | None) -> bool:
    """Whether a predicted category agrees with the phrase; unknown on either side agrees."""
    expected = category_of(phrase)
    return expected is None or category is None or category.casefold() == expected.casefold()


@cache
def _trained() -> dict[str, str]:
    return {name.casefold(): name for name in vocabulary().trained}


def _target_of(phrase: str) -> str | None:
    plain = " ".join(phrase.split()).strip(_TAIL).casefold()
    words = words_of(phrase)
    return _trained().get(plain) or target_by_key().get(key_of(phrase)) or _target_at_site(words)


def _target_at_site(words: tuple[str, ...]) -> str | None:
    """A target with its site in front, such as "skin lesion" or "cerebral tumor"."""
    for length in (1, 2):
        site, rest = site_by_words().get(words[:length]), words[length:]
        if site is None or not rest:
            continue
        known = target_by_key().get(tuple(sorted((*words_of(site), *rest))))
        target = target_by_key().get(tuple(sorted(rest)))
        if known is not None:
            return known
        if target is not None and vocabulary().trained_in(target, "", site):
            return target
    return None


def _category_at_site(name: str) -> str | None:
    """Category of "brain tumor" by that of "tumor", where that is all the table has."""
    site, _, rest = name.partition(" ")
    known = (site,) in site_by_words()
    return vocabulary().category_by_target.get(rest) if known else None


def _same(phrase: str, wording: str) -> bool:
    return " ".join(phrase.split()).strip(_TAIL).casefold() == wording.casefold()
