"""The words of a phrase in one spelling, so that two ways to write it can be compared."""

from __future__ import annotations

import re
import unicodedata

# Symbols count as words: "tumor +" is not "tumor", and "liver, tumor" is not "liver tumor".
_WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s.'\u2019()\-]")
_BEFORE_SIDE = re.compile(r",(?=\s*(?:left|right|sinistr[oa]|destr[oa]|[ds]x)$)")
_ELISION = re.compile(r"\b(?:dell|nell|all|sull|l|d|un)['\u2019](?=\w)")
_NON = re.compile(r"\bnon[\s-]+(?=[^\W\d_])")
_TAIL = " .!?"

_FILLER_WORDS = "the a an of sided side di del della dello dei delle degli il lo la i gli le un una"
_FILLERS = frozenset(_FILLER_WORDS.split())
SIDES = {
    **dict.fromkeys(("left", "l", "lt", "sx", "sinistro", "sinistra"), "left"),
    **dict.fromkeys(("right", "r", "rt", "dx", "destro", "destra"), "right"),
}
"""Every word for a side, and the side."""

_NEGATING = (
    "no not non without absent absence except excluding exclude excludes minus free negative "
    "never neither nor never senza nessun nessuna nessuno assenza assente escluso esclusa tranne "
    "eccetto meno privo priva negativo negativa"
)
NEGATIONS = frozenset(_NEGATING.split())
"""Words that turn a phrase round, which the model cannot read."""

_BRITISH = (
    (re.compile(r"tumour"), "tumor"),
    (re.compile(r"^oe(?=dema|soph|strog)"), "e"),
    (re.compile(r"^foet"), "fet"),
    (re.compile(r"^haem"), "hem"),
    (re.compile(r"^disk"), "disc"),
    (re.compile(r"ae(?=sthe|mia)"), "e"),
    (re.compile(r"colour"), "color"),
)
_IRREGULAR = {
    "nuclei": "nucleus",
    "uteri": "uterus",
    "atria": "atrium",
    "hippocampi": "hippocampus",
    "aortas": "aorta",
    "edemas": "edema",
    "melanomas": "melanoma",
    "gliomas": "glioma",
    "cortices": "cortex",
    "foci": "focus",
}
_NOT_PLURAL = ("ss", "us", "is", "as")


def fold(text: str) -> str:
    """Lower case without accents, single spaces."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in spread if not unicodedata.combining(c))
    return " ".join(bare.split())


def words_of(text: str) -> tuple[str, ...]:
    """Words in one spelling: lower case, no accents, American, singular, sides in English.

    Articles and "of" go; "non" sticks to the word behind it, so that what is non-enhancing never
    becomes enhancing. The order stays.
    """
    plain = _BEFORE_SIDE.sub(" ", _ELISION.sub(" ", fold(text).strip(_TAIL)))
    plain = _NON.sub("non", plain)
    found = [_standard(word) for word in _WORD.findall(plain)]
    return tuple(word for word in found if word not in _FILLERS) or tuple(found)


def key_of(text: str) -> tuple[str, ...]:
    """The words in any order: "kidney, left" and "left kidney" have one key."""
    return tuple(sorted(words_of(text)))


def _standard(word: str) -> str:
    for pattern, american in _BRITISH:
        word = pattern.sub(american, word)
    return SIDES.get(word) or _singular(word)


def _singular(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not word.endswith("s") or word.endswith(_NOT_PLURAL):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("ses", "xes", "ches", "shes")) else word[:-1]
