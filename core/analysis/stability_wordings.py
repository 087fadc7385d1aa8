"""Other wordings of a phrase that a model trained on English may be asked in."""

from __future__ import annotations

from core.prompts.meaning import meaning_of
from core.prompts.synonyms import synonyms

MOST = 3
"""Wordings that are proposed: each is a request of its own."""


def other_wordings(phrase: str) -> tuple[str, ...]:
    """Propose up to three other wordings of a phrase, the trained one first.

    English names only, since the model's text encoder has seen little else, and no abbreviations.
    A place that the phrase names stays: "liver in abdomen CT" gives "hepar in abdomen CT".

    Args:
        phrase: What is looked for.

    Returns:
        Nothing when the phrase stands for no trained target.
    """
    meaning = meaning_of(phrase)
    if meaning is None:
        return ()
    place = f" in {meaning.place.words}" if meaning.place.words else ""
    names = (meaning.target, *synonyms().english.get(meaning.target, ()))
    full = (f"{name}{place}" for name in names if not name.isupper())
    return tuple(name for name in full if name.casefold() != phrase.strip().casefold())[:MOST]
