"""What is known of each phrase in the box: small badges, and what is sent in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import streamlit as st

from components.language import t, told
from components.notices import plain
from components.phrase_box import replace_phrase
from core.prompts import hints_for, join_phrases, tag_of, wording_to_send

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.prompts import Group, PhraseTag

    Colour = Literal["blue", "violet", "orange", "gray"]

AS_TYPED_KEY = "phrases_as_typed"

_TRAINED = "{phrase}: trained"
_ELSEWHERE = "{phrase}: trained elsewhere"
_NEAR = "{phrase}: sent as {sent}"
_NEAR_AS_TYPED = "{phrase}: near a trained phrase"
_UNSEEN = "{phrase}: not trained"
_MANY_TRAINED = "{count} phrases: trained"
_MANY_TRAINED_HELP = "MedImageParse was trained with these phrases: {phrases}."
_MEANT = "Did you mean {guess}?"
_AS_TYPED = "Send as typed"
_AS_TYPED_HELP = (
    "Other names are sent as the phrase that MedImageParse was trained with. "
    "Tick this to send your own words."
)

# More badges than this make a wall: then trained phrases are only counted.
_MOST_BADGES = 5
_MOST_MEANT = 3
_LONGEST = 28


def show_phrase_tags(text: str, phrases: Sequence[str], groups: Sequence[Group]) -> str:
    """Show a badge for each phrase, and buttons for what may have been meant.

    Args:
        text: As typed.
        phrases: The phrases in it; none when they cannot be used.
        groups: The kinds of image that it may be.

    Returns:
        The text to send: trained wordings in place of other names, unless the user wants the
        own words sent. The text as typed where there is nothing to replace.
    """
    tags = [tag_of(phrase, groups) for phrase in phrases]
    near = any(tag.kind == "near" for tag in tags)
    # The box below decides, and is drawn after what depends on it.
    as_typed = near and bool(st.session_state.get(AS_TYPED_KEY))
    if tags:
        _show_badges(tags, as_typed=as_typed)
    _show_meant(tags)
    if near:
        st.checkbox(t(_AS_TYPED), key=AS_TYPED_KEY, help=t(_AS_TYPED_HELP), persist_state="session")
    for hint in hints_for(text):
        st.caption(f":material/info: {plain(told(hint))}")
    if not near or as_typed:
        return text
    return join_phrases(wording_to_send(phrases))


def _show_badges(tags: Sequence[PhraseTag], *, as_typed: bool) -> None:
    plainly = [tag for tag in tags if tag.kind == "trained" and tag.here is not False]
    counted = plainly if len(tags) > _MOST_BADGES and len(plainly) > 1 else []
    with st.container(horizontal=True, gap="xsmall", key="phrase_tags"):
        for tag in tags:
            if tag not in counted:
                label, colour = _badge(tag, as_typed=as_typed)
                st.badge(plain(label), color=colour, help=plain(told(tag.reason)))
        if counted:
            names = ", ".join(tag.phrase for tag in counted)
            st.badge(
                t(_MANY_TRAINED, count=len(counted)),
                color="blue",
                help=plain(t(_MANY_TRAINED_HELP, phrases=names)),
            )


def _badge(tag: PhraseTag, *, as_typed: bool) -> tuple[str, Colour]:
    phrase = _short(tag.phrase)
    if tag.kind == "unseen":
        return t(_UNSEEN, phrase=phrase), "orange"
    if tag.kind == "near":
        near = t(_NEAR_AS_TYPED, phrase=phrase)
        return near if as_typed else t(_NEAR, phrase=phrase, sent=_short(tag.sent)), "violet"
    if tag.here is False:
        return t(_ELSEWHERE, phrase=phrase), "gray"
    return t(_TRAINED, phrase=phrase), "blue"


def _show_meant(tags: Sequence[PhraseTag]) -> None:
    meant = [(tag.phrase, guess) for tag in tags for guess in tag.guesses]
    for phrase, guess in meant[:_MOST_MEANT]:
        st.button(
            plain(t(_MEANT, guess=guess)),
            key=f"phrases_meant_{phrase}_{guess}",
            type="tertiary",
            icon=":material/spellcheck:",
            on_click=replace_phrase,
            args=(phrase, guess),
        )


def _short(phrase: str) -> str:
    return phrase if len(phrase) <= _LONGEST else f"{phrase[: _LONGEST - 1].rstrip()}…"
