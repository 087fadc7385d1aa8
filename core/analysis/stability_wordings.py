"""Other wordings of a phrase that a model trained on English may be asked in."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import orjson

from core.prompts.meaning import meaning_of

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
    names = (meaning.target, *_english_names().get(meaning.target, ()))
    full = (f"{name}{place}" for name in names if not name.isupper())
    return tuple(name for name in full if name.casefold() != phrase.strip().casefold())[:MOST]


@cache
def _english_names() -> dict[str, tuple[str, ...]]:
    """English names of each target (once a process; they never change)."""
    data = orjson.loads(files("core.prompts").joinpath("synonyms.json").read_bytes())
    return {target: tuple(words["en"]) for target, words in data["targets"].items()}
