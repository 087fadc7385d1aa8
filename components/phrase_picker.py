"""What to look for: free text, and chips of phrases that go with the kind of image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.backends.demo.suggest import suggest
from core.errors import PhraseError
from core.prompts import join_phrases, parse_phrases, vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.state import LoadedImage, Session
    from core.imaging import Frame

TEXT_KEY = "phrases_text"
_CHIPS_KEY = "phrases_chips"
_THIS_IMAGE = "For this image"


def set_phrases(phrases: Sequence[str]) -> None:
    """Fill the box; call it before the box is drawn."""
    st.session_state[TEXT_KEY] = join_phrases(phrases)


def suggestions_for(state: Session, image: LoadedImage, frame: Frame) -> tuple[str, ...]:
    """Phrases for the chips: the sample's own, then what the demo engine knows for this kind."""
    if frame.sha256 not in state.suggestions:
        state.suggestions.clear()
        state.suggestions[frame.sha256] = suggest(frame)
    return tuple(dict.fromkeys((*image.phrases, *state.suggestions[frame.sha256])))


def show_phrase_picker(suggestions: Sequence[str]) -> str:
    """Show the box and the chips; returns the text as typed.

    Args:
        suggestions: Phrases for the chips of this image.
    """
    st.session_state.setdefault(TEXT_KEY, "")
    text = st.text_input(
        "Look for",
        key=TEXT_KEY,
        placeholder="liver & tumor",
        help="One phrase, or several joined by &. Each gets a mask of its own.",
        max_chars=2000,
        persist_state="session",
    )
    chips = tuple(_choose_group(suggestions))
    typed = _typed(text)
    # The chips follow the box: a phrase typed by hand lights its chip up.
    st.session_state[_CHIPS_KEY] = [c for c in chips if c.casefold() in typed]
    st.pills(
        "Suggestions",
        chips,
        selection_mode="multi",
        key=_CHIPS_KEY,
        on_change=_take_chips,
        args=(chips,),
        label_visibility="collapsed",
    )
    return text


def _choose_group(suggestions: Sequence[str]) -> Sequence[str]:
    """Let the user pick another list of suggestions than the one for this image."""
    groups = {group.title: group.targets for group in vocabulary().groups}
    titles = [*([_THIS_IMAGE] if suggestions else []), *groups]
    chosen = st.selectbox(
        "Suggestions",
        titles,
        key="phrases_group",
        help="What MedImageParse was trained on, by kind of image. Any other phrase may be typed.",
    )
    return groups.get(chosen, suggestions)


def _typed(text: str) -> set[str]:
    try:
        return {phrase.casefold() for phrase in parse_phrases(text)}
    except PhraseError:
        return set()


def _take_chips(chips: tuple[str, ...]) -> None:
    """Bring the box in line with the chips; what was typed beyond them stays, in its place."""
    picked = list(st.session_state[_CHIPS_KEY])
    offered = {chip.casefold() for chip in chips}
    lit = {chip.casefold() for chip in picked}
    try:
        kept = list(parse_phrases(st.session_state[TEXT_KEY]))
    except PhraseError:
        kept = []
    kept = [p for p in kept if p.casefold() not in offered or p.casefold() in lit]
    present = {p.casefold() for p in kept}
    set_phrases([*kept, *(chip for chip in picked if chip.casefold() not in present)])
