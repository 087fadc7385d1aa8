"""Things to know about a text before it is sent: phrases that split, and phrases that are long."""

from __future__ import annotations

import re

from core.prompts.parse import SEPARATOR

TOKEN_LIMIT = 77
"""Tokens that the model's text encoder reads of a phrase, with its start and end mark (CLIP)."""

# What the separator tears apart, and what to write in its place.
_SPLIT = (
    (re.compile(r"\bh\s*&\s*e\b", re.IGNORECASE), "H&E", "pathology"),
    (re.compile(r"\bhead\s*&\s*neck\b", re.IGNORECASE), "head & neck", "head-neck"),
    (re.compile(r"\btesta\s*&\s*collo\b", re.IGNORECASE), "testa & collo", "head-neck"),
)
_SPLIT_HINT = "“{typed}” is split at the & into two phrases. Write “{better}” in its place."
_LONG_HINT = (
    "“{start}…” has about {tokens} tokens. The model reads the first {limit} and leaves the rest "
    "out."
)

_PIECE = re.compile(r"[^\W\d_]+|\d|[^\s\w]+|_")
_MARKS = 2


def token_count(phrase: str) -> int:
    """About how many tokens the text encoder makes of a phrase, its two marks included.

    The tokenizer itself is not part of this program. A common word is one token, a long one two
    or more; every digit and every run of signs is one. Measured on the trained phrases and their
    synonyms it is rather too high than too low. This is the one place to put the real one.
    """
    return _MARKS + sum(_tokens_of(piece) for piece in _PIECE.findall(phrase))


def hints_for(text: str) -> tuple[str, ...]:
    """Sentences about what is typed, before it is sent; empty when there is nothing to say."""
    split = [
        _SPLIT_HINT.format(typed=typed, better=better)
        for pattern, typed, better in _SPLIT
        if pattern.search(text)
    ]
    phrases = [part.strip() for part in text.split(SEPARATOR)]
    long = [
        _LONG_HINT.format(start=phrase[:30], tokens=tokens, limit=TOKEN_LIMIT)
        for phrase in phrases
        if (tokens := token_count(phrase)) > TOKEN_LIMIT
    ]
    return (*split, *long)


def _tokens_of(piece: str) -> int:
    if not piece.isascii():
        return max(1, len(piece.encode()) // 2)
    return (len(piece) + 3) // 4 if piece.isalpha() and len(piece) > 4 else 1
