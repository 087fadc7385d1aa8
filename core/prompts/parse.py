"""What the user typed, as phrases: split, tidied, and refused when there is nothing to look for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import PhraseError
from core.one_line import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

SEPARATOR = "&"
"""MedImageParse splits its text at this character; there is no way to escape it."""

MAX_PHRASES = 16
"""Most phrases in one run: the viewer, the palette and a 22 MB reply are made for it."""

MAX_LENGTH = 300
"""Longest phrase in characters; the model reads 77 tokens, which is less."""

# Separates the parts inside newer versions of the model, so it would split a phrase unseen.
_RESERVED = "[SEP]"


def parse_phrases(text: str | Iterable[str]) -> tuple[str, ...]:
    """Read phrases as the user typed them.

    Splits at ``&``, trims, collapses spaces, drops empty ones and repetitions (capitals do not
    matter to the model) and control characters. Order and spelling stay.

    Args:
        text: ``"liver & tumor"``, or phrases one by one (each may itself contain ``&``).

    Raises:
        PhraseError: No phrase is left, there are more than 16, or one cannot be sent.
    """
    typed = [text] if isinstance(text, str) else list(text)
    found: dict[str, str] = {}
    for part in (part for entry in typed for part in entry.split(SEPARATOR)):
        phrase = one_line(part)
        if phrase:
            found.setdefault(phrase.casefold(), phrase)
    phrases = tuple(found.values())
    _refuse_unusable(phrases)
    return phrases


def join_phrases(phrases: Iterable[str]) -> str:
    """Join phrases the way the model expects: ``"liver & tumor"``."""
    return f" {SEPARATOR} ".join(phrases)


def _refuse_unusable(phrases: tuple[str, ...]) -> None:
    if not phrases:
        raise PhraseError(
            "There is no phrase to look for.",
            'Type what you want to find, such as "lung", or several joined by &.',
        )
    if len(phrases) > MAX_PHRASES:
        raise PhraseError(
            f"{len(phrases)} phrases are more than one run takes ({MAX_PHRASES}).",
            "Split them over several runs.",
        )
    for phrase in phrases:
        if len(phrase) > MAX_LENGTH:
            raise PhraseError(
                f'The phrase "{phrase[:40]}..." has {len(phrase)} characters, '
                f"more than {MAX_LENGTH}.",
                "Shorten it to the name of what you want to find.",
            )
        if _RESERVED in phrase.upper():
            raise PhraseError(
                f'The phrase "{phrase[:40]}" contains {_RESERVED}, which the model uses itself.',
                "Remove it.",
            )
