"""Trained phrases that something mistyped may have meant. They are offered, never put in place."""

from __future__ import annotations

import re
from functools import cache

from core.prompts.meaning import meaning_of
from core.prompts.synonyms import site_by_words, synonyms
from core.prompts.vocabulary import vocabulary
from core.prompts.words import NEGATIONS, SIDES, words_of

MOST_GUESSES = 2
"""A choice of more is no help."""

_LISTED = re.compile(r"\s+(?:and|e|ed|plus|with|con)\s+|[,;/+]", re.IGNORECASE)

# Real words that are near a trained one and mean something else.
_FALSE_FRIENDS = (
    "renal ureter urethra humor rumor femur humerus long lunge river lever sliver tongue bone ring "
    "spine spinal ovary testis vein artery lens iris cornea macula glans gland colony hearth "
    "heat beart ileum ilium rectum cecum sternum lumen limen hormone fatal metal cyst disco duct "
    "optical aortic hepatitis pancreatitis cystitis prostatitis lesson notion valve valley "
    "splenic pulp polio cell well nodal modal tremor lobe love stomata tarsus vesicle vessica "
    "enhanced malign core score care upper lower inner outer medial lateral cranial caudal "
    "anterior posterior superior inferior dorsal ventral proximal distal benign malignant"
)


def guesses_for(phrase: str) -> tuple[str, ...]:
    """What a phrase that means nothing to the model may have been meant to be.

    A word that is spelt like a known one is never changed, so a side or a "no" stays; words of
    four letters and more may differ by one letter, of eight and more by two.

    Returns:
        Trained phrases, or several joined by ``&`` for "liver and tumor"; at most two.
    """
    if NEGATIONS.intersection(words_of(phrase)):
        return ()
    parts = [part.strip() for part in _LISTED.split(phrase) if part.strip()]
    meanings = [meaning_of(part) for part in parts]
    if len(parts) > 1 and all(meanings):
        return (" & ".join(dict.fromkeys(m.wording for m in meanings if m)),)
    return _mistyped(words_of(phrase))


def _mistyped(words: tuple[str, ...]) -> tuple[str, ...]:
    found: dict[str, int] = {}
    for spelt, target in _spellings():
        cost = _cost(words, spelt)
        if cost is not None:
            found[target] = min(cost, found.get(target, cost))
    best = min(found.values(), default=0)
    return tuple(target for target, cost in found.items() if cost == best)[:MOST_GUESSES]


def _cost(words: tuple[str, ...], spelt: tuple[str, ...]) -> int | None:
    """Letters to change, or None when that is too many or in a word that is right."""
    if len(words) != len(spelt):
        return None
    total = 0
    for word, right in zip(words, spelt, strict=True):
        if word == right:
            continue
        allowed = 0 if word in _right_words() or len(word) < 4 else 1 if len(word) < 8 else 2
        if abs(len(word) - len(right)) > allowed or not allowed:
            return None
        needed = edits(word, right)
        if needed > allowed:
            return None
        total += needed
    return total or None


@cache
def _spellings() -> tuple[tuple[tuple[str, ...], str], ...]:
    named = [(words_of(name), name) for name in vocabulary().trained]
    others = [(words_of(w), name) for name, ws in synonyms().of_target.items() for w in ws]
    return (*named, *others)


@cache
def _right_words() -> frozenset[str]:
    known = {word for spelt, _ in _spellings() for word in spelt}
    places = {word for words in site_by_words() for word in words}
    friends = {word for friend in _FALSE_FRIENDS.split() for word in words_of(friend)}
    return frozenset(known | places | friends | set(SIDES.values()) | NEGATIONS)


def edits(one: str, other: str) -> int:
    """Fewest letters to add, drop, change or swap with the next (optimal string alignment)."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(rows[-1][j] + 1, row[j - 1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
