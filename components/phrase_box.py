"""The text in the box "Look for": reading it, filling it, adding to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import PhraseError
from core.prompts import join_phrases, parse_phrases, tag_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TEXT_KEY = "phrases_text"


def set_phrases(phrases: Sequence[str]) -> None:
    """Fill the box; call it before the box is drawn."""
    st.session_state[TEXT_KEY] = join_phrases(phrases)


def typed_phrases() -> tuple[str, ...]:
    """The phrases in the box; none when they cannot be used."""
    try:
        return parse_phrases(st.session_state.get(TEXT_KEY, ""))
    except PhraseError:
        return ()


def add_phrase(phrase: str) -> None:
    """Add a phrase to the box, unless it is there already; call it from a callback."""
    kept = typed_phrases()
    if same_thing(phrase) not in {same_thing(one) for one in kept}:
        set_phrases([*kept, phrase])


def replace_phrase(old: str, new: str) -> None:
    """Put one phrase, or several joined by ``&``, in the place of another; from a callback."""
    set_phrases([new if phrase == old else phrase for phrase in typed_phrases()])


def take_chips(offered: Iterable[str], picked: Iterable[str]) -> None:
    """Bring the box in line with the chips; what was typed beyond them stays, in its place."""
    lit = {same_thing(chip): chip for chip in picked}
    known = {same_thing(chip) for chip in offered}
    kept = [p for p in typed_phrases() if same_thing(p) not in known or same_thing(p) in lit]
    present = {same_thing(phrase) for phrase in kept}
    set_phrases([*kept, *(chip for thing, chip in lit.items() if thing not in present)])


def same_thing(phrase: str) -> str:
    """What two names of one thing have in common: "fegato" and "liver" are the same."""
    return tag_of(phrase).sent.casefold()
