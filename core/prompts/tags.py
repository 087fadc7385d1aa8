"""How well the model knows a phrase: trained, near a trained one, or never seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.prompts.meaning import meaning_of
from core.prompts.typos import guesses_for
from core.prompts.vocabulary import Group, base_modality, vocabulary
from core.prompts.words import NEGATIONS, key_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.prompts.meaning import Meaning

    Kind = Literal["trained", "near", "unseen"]

_MOST_KINDS = 5

_SAME_WORDS = "This is another way to write the trained phrase “{wording}”."
_OTHER_NAME = "This is another name for “{wording}”, which MedImageParse was trained with."
_TRAINED = "MedImageParse was trained with this phrase."
_HERE = "It was trained on this kind of image."
_ELSEWHERE = "It was trained on other kinds of image, not on this one: {kinds}."
_NOT_THERE = "It was not trained on the kind of image that the phrase names, but on: {kinds}."
_MASKS = "About {masks:,} masks were used for it."
_NEGATION = "MedImageParse does not understand “no” or “without”: it marks what is named."
_CATEGORY_ONLY = (
    "MedImageParse has a category for this phrase, but no training with it has been published."
)
_UNSEEN = (
    "MedImageParse is not known to have been trained with this phrase. It may still mark "
    "something, and that may be wrong."
)
_LIKE = "It looks like “{guess}”, which it knows."


@dataclass(frozen=True)
class PhraseTag:
    """What can be said about a phrase before it is sent.

    Attributes:
        phrase: As typed.
        kind: ``"trained"``: in the trained wording. ``"near"``: another name, a plural or another
            spelling of it. ``"unseen"``: not known to have been trained.
        trained: The trained phrase that it stands for, or ``""``.
        reason: Why, in sentences.
        sent: The trained wording that goes to the model in its place; the phrase itself unless
            the kind is ``"near"``.
        here: Whether it was trained on this kind of image; None when that is not known.
        guesses: Trained phrases that may have been meant; to be offered, never put in place.
    """

    phrase: str
    kind: Kind
    trained: str
    reason: str
    sent: str
    here: bool | None = None
    guesses: tuple[str, ...] = ()


def tag_of(phrase: str, group: Group | Sequence[Group] | None = None) -> PhraseTag:
    """Say how well the model knows a phrase.

    Args:
        phrase: One phrase.
        group: The kind of image, or those that it may be; None or empty when not known.
    """
    groups = (group,) if isinstance(group, Group) else tuple(group or ())
    meaning = meaning_of(phrase)
    if meaning is None:
        guesses = guesses_for(phrase)
        return PhraseTag(phrase, "unseen", "", _why_unseen(phrase, guesses), phrase, None, guesses)
    here, place_reason = _at_place(meaning, groups)
    site = meaning.place.site or (groups[0].site if len(groups) == 1 else "")
    masks = vocabulary().masks_of(meaning.target, site)
    reasons = [
        _wording_reason(phrase, meaning),
        place_reason,
        _MASKS.format(masks=masks) if masks else "",
    ]
    reason = " ".join(sentence for sentence in reasons if sentence)
    if meaning.typed_so:
        return PhraseTag(phrase, "trained", meaning.target, reason, phrase, here)
    return PhraseTag(phrase, "near", meaning.target, reason, meaning.wording, here)


def wording_to_send(phrases: Iterable[str]) -> tuple[str, ...]:
    """The phrases in trained wording where they stand for one; each of them once."""
    found: dict[str, str] = {}
    for phrase in phrases:
        wording = tag_of(phrase).sent
        found.setdefault(wording.casefold(), wording)
    return tuple(found.values())


def kinds_of(target: str) -> tuple[str, ...]:
    """The kinds of image on which a trained phrase was trained, such as ``"CT abdomen"``."""
    words = vocabulary()
    groups = words.groups_of(target)
    published = words.targets.get(target.casefold())
    listed = {base_modality(group.modality) for group in groups}
    others = [m for m in published.modalities if m not in listed] if published else []
    places = "/".join(published.sites) if published else ""
    return (*(group.title for group in groups), *(f"{modality} {places}" for modality in others))


def _wording_reason(phrase: str, meaning: Meaning) -> str:
    if meaning.typed_so:
        return _TRAINED
    same_words = key_of(phrase) == key_of(meaning.wording)
    return (_SAME_WORDS if same_words else _OTHER_NAME).format(wording=meaning.wording)


def _at_place(meaning: Meaning, groups: tuple[Group, ...]) -> tuple[bool | None, str]:
    """Whether the target goes with the kind of image, and the sentence about it."""
    words, known = vocabulary(), kinds_of(meaning.target)
    kinds = ", ".join((*known[:_MOST_KINDS], *(["…"] if len(known) > _MOST_KINDS else [])))
    place = meaning.place
    if place.words and not words.trained_in(meaning.target, place.modality, place.site):
        return False, _NOT_THERE.format(kinds=kinds) if kinds else ""
    if not groups or not kinds:
        return None, ""
    if any(words.fits(meaning.target, group) for group in groups):
        return True, _HERE
    return False, _ELSEWHERE.format(kinds=kinds)


def _why_unseen(phrase: str, guesses: tuple[str, ...]) -> str:
    if NEGATIONS.intersection(words_of(phrase)):
        return _NEGATION
    if phrase.casefold().strip(" .") in vocabulary().category_by_target:
        return _CATEGORY_ONLY
    return " ".join((_UNSEEN, *(_LIKE.format(guess=guess) for guess in guesses[:1])))
