"""What to look for: free text, what is known of it, and phrases that go with the kind of image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from components.language import t, told
from components.phrase_box import TEXT_KEY, same_thing, set_phrases, take_chips, typed_phrases
from components.phrase_sets import show_phrase_shelf
from components.phrase_tags import show_phrase_tags
from components.state import session
from core.backends.demo.suggest import suggest
from core.prompts import vocabulary
from core.prompts.guess import Guess, guess_group

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from components.state import LoadedImage, Session
    from core.imaging import Frame
    from core.prompts import Group

__all__ = ["TEXT_KEY", "Suggestions", "set_phrases", "show_phrase_picker", "suggestions_for"]

_CHIPS_KEY = "phrases_chips"
_GUESS_KEY = "phrases_guess"
_THIS_IMAGE = ""

_BOX_HELP = "One phrase, or several joined by &. Each gets a mask of its own."
_FOR_THIS_IMAGE = "For this image"
_FOR_THIS_KIND = "For this image: {kind}"
_GROUP_HELP = (
    "{why} Choose another kind of image if that is wrong. Any other phrase may be typed as well."
)

# More chips than this push Run off the screen; choosing a kind of image shows all of it.
_MOST_CHIPS = 10


@dataclass(frozen=True)
class Suggestions:
    """What may be looked for in an image.

    Attributes:
        phrases: For the chips, the closest first.
        guess: The kind of image.
    """

    phrases: tuple[str, ...]
    guess: Guess


def suggestions_for(state: Session, image: LoadedImage, frame: Frame) -> Suggestions:
    """Find what to suggest for an image.

    The sample's own phrases come first, then what the demo engine knows where it is the engine,
    then trained phrases for the kind of image.
    """
    guess = _guess_of(image, frame)
    trained = [one for group in guess.groups[:1] for one in group.recommended or group.targets]
    offered = [*image.phrases, *_of_demo(state, frame), *trained]
    unique: dict[str, str] = {}
    for phrase in offered:
        unique.setdefault(same_thing(phrase), phrase)
    return Suggestions(tuple(unique.values())[:_MOST_CHIPS], guess)


def show_phrase_picker(suggestions: Suggestions) -> str:
    """Show the box, what is known of its phrases, and the chips.

    Args:
        suggestions: For this image.

    Returns:
        The text to send; see :func:`components.phrase_tags.show_phrase_tags`.
    """
    st.session_state.setdefault(TEXT_KEY, "")
    text = st.text_input(
        t("Look for"),
        key=TEXT_KEY,
        placeholder=t("liver & tumor"),
        help=t(_BOX_HELP),
        max_chars=2000,
        persist_state="session",
    )
    below_the_box = st.container(gap="small")
    group = _choose_group(suggestions.guess)
    _show_chips(group.targets if group else suggestions.phrases)
    with below_the_box:
        sent = show_phrase_tags(
            text, typed_phrases(), (group,) if group else suggestions.guess.groups
        )
    show_phrase_shelf(session())
    return sent


def _guess_of(image: LoadedImage, frame: Frame) -> Guess:
    """The kind of an image, guessed once from the frame that was shown first."""
    kept: tuple[str, Guess] | None = st.session_state.get(_GUESS_KEY)
    if kept is None or kept[0] != image.key:
        kept = (image.key, guess_group(image.upload, frame))
        st.session_state[_GUESS_KEY] = kept
    return kept[1]


def _of_demo(state: Session, frame: Frame) -> tuple[str, ...]:
    if state.backend is not None and state.backend[1].name != "demo":
        return ()
    if frame.sha256 not in state.suggestions:
        state.suggestions.clear()
        state.suggestions[frame.sha256] = suggest(frame)
    return state.suggestions[frame.sha256]


def _choose_group(guess: Guess) -> Group | None:
    """Let the user say which kind of image it is; None leaves it at the guess."""
    likely = {group.title: group for group in guess.groups}
    groups = {**likely, **{group.title: group for group in vocabulary().groups}}
    first = next(iter(likely), "")
    here = t(_FOR_THIS_KIND, kind=told(first)) if first else t(_FOR_THIS_IMAGE)
    names = {_THIS_IMAGE: here, **{title: told(title) for title in groups}}
    chosen = st.selectbox(
        t("Suggestions"),
        names,
        format_func=names.__getitem__,
        # What was chosen holds for images of the same kind.
        key=f"phrases_group_{first}",
        help=t(_GROUP_HELP, why=told(guess.why)),
        persist_state="session",
    )
    return groups.get(chosen or "")


def _show_chips(chips: Sequence[str]) -> None:
    if not chips:
        return
    typed = {same_thing(phrase) for phrase in typed_phrases()}
    # The chips follow the box: a phrase typed by hand lights its chip up.
    st.session_state[_CHIPS_KEY] = [chip for chip in chips if same_thing(chip) in typed]
    st.pills(
        t("Suggestions"),
        chips,
        selection_mode="multi",
        key=_CHIPS_KEY,
        on_change=_take_chips,
        args=(tuple(chips),),
        label_visibility="collapsed",
    )


def _take_chips(chips: Iterable[str]) -> None:
    take_chips(chips, st.session_state[_CHIPS_KEY])
