"""Phrases: the trained vocabulary, and reading what the user typed."""

from core.prompts.parse import MAX_PHRASES, join_phrases, parse_phrases
from core.prompts.vocabulary import Group, Vocabulary, category_fits, category_of, vocabulary

__all__ = [
    "MAX_PHRASES",
    "Group",
    "Vocabulary",
    "category_fits",
    "category_of",
    "join_phrases",
    "parse_phrases",
    "vocabulary",
]
