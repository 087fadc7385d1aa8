"""Phrases: the trained vocabulary, and reading what the user typed.

The guess of the kind of image is in :mod:`core.prompts.guess`, which looks at pixels.
"""

from core.prompts.hints import TOKEN_LIMIT, hints_for, token_count
from core.prompts.meaning import category_fits, category_of
from core.prompts.parse import MAX_PHRASES, join_phrases, parse_phrases
from core.prompts.search import Found, search
from core.prompts.sets import PhraseSet, dump_sets, load_sets, phrase_set
from core.prompts.tags import PhraseTag, kinds_of, tag_of, wording_to_send
from core.prompts.vocabulary import Group, Target, Vocabulary, vocabulary

__all__ = [
    "MAX_PHRASES",
    "TOKEN_LIMIT",
    "Found",
    "Group",
    "PhraseSet",
    "PhraseTag",
    "Target",
    "Vocabulary",
    "category_fits",
    "category_of",
    "dump_sets",
    "hints_for",
    "join_phrases",
    "kinds_of",
    "load_sets",
    "parse_phrases",
    "phrase_set",
    "search",
    "tag_of",
    "token_count",
    "vocabulary",
    "wording_to_send",
]
