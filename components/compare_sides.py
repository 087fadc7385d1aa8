"""What each of two sides looks for, with which engine and in which window."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from components.compare_state import Asked, CompareDesk
from components.engine_panel import Engine, engine_title, show_engine_link
from components.held_choice import hold_choice
from components.image_panel import load_frame
from components.language import t, told
from components.notices import plain, show_error
from components.phrase_picker import TEXT_KEY
from core.backends import BACKEND_NAMES
from core.errors import InputError, WorkbenchError
from core.prompts import join_phrases, parse_phrases

if TYPE_CHECKING:
    from components.image_panel import FrameChoice
    from components.state import LoadedImage, Session
    from core.backends.base import Backend
    from core.imaging import Frame, Window
    from core.segmentation import Segmentation

_VOLUME = "volume"
_PHRASES_HELP = (
    "One phrase, or several joined by &. A phrase that both sides have is compared with itself; "
    "the others by their order."
)
_ENGINE_HELP = (
    "Demo: classical image processing on this computer, no account. MedImageParse: the model on "
    "your Azure ML endpoint. Local: BiomedParse on this computer, from weights that you have "
    "downloaded. Volume: this slice of the masks of a whole volume, where the page "
    "Segment has made them."
)
_WINDOW_HELP = "Another window of the same slice, to see whether it changes the masks."
_NOT_RUN = "Press Compare to run this side"
_NO_PHRASE = "Type what this side looks for"
_NO_ENGINE = "This engine is not set up"
_NO_SLICE = "The volume has no masks in this direction"


@dataclass(frozen=True, eq=False)
class ChosenSide:
    """One side as it is chosen now.

    Attributes:
        letter: ``"A"`` or ``"B"``.
        frame: What it shows.
        engine: Who is asked.
        asked: The question, or None while it cannot be put.
        result: The answer, or None while there is none.
        note: Why there is no answer, in the reader's language, or ``""``.
        window: The window on show, where the file offers any.
    """

    letter: str
    frame: Frame
    engine: Engine
    asked: Asked | None
    result: Segmentation | None
    note: str
    window: Window | None

    @property
    def todo(self) -> tuple[Asked, Backend] | None:
        """What is to be asked, and whom, while there is no answer."""
        if self.result is not None or self.asked is None or self.engine.backend is None:
            return None
        return self.asked, self.engine.backend

    @property
    def title(self) -> str:
        """Phrases and window in words, as files have them."""
        return self._with_phrases(f"window {self.window.name}" if self.window else "")

    @property
    def shown_title(self) -> str:
        """Phrases and window in words of the reader's language."""
        window = self.window
        return self._with_phrases(t("window {name}", name=told(window.name)) if window else "")

    def _with_phrases(self, window: str) -> str:
        phrases = join_phrases(self.asked.phrases) if self.asked else ""
        return "  ·  ".join(filter(None, (phrases, window)))


def follow_segment_page(
    desk: CompareDesk, state: Session, image: LoadedImage, frame: Frame
) -> None:
    """Let A take over a new result of the page Segment; B starts there and is then left alone.

    Call it before the sides are drawn.
    """
    result = state.results.get(frame.sha256)
    begun = desk.begun.get(image.key)
    if result is not None:
        origin = (join_phrases(result.phrases), result.backend)
    elif begun is None:
        typed = st.session_state.get(TEXT_KEY) or join_phrases(image.phrases)
        origin = (typed, st.session_state.get("engine") or BACKEND_NAMES[0])
    else:
        return
    if origin == begun:
        return
    desk.begun[image.key] = origin
    for letter in "AB" if begun is None else "A":
        for what, value in zip(("phrases", "engine"), origin, strict=True):
            st.session_state[_key(image, letter, what)] = value


def choose_side(
    letter: str, desk: CompareDesk, state: Session, image: LoadedImage, choice: FrameChoice
) -> ChosenSide:
    """Draw the controls of one side.

    Args:
        letter: ``"A"`` or ``"B"``.
        desk: Of this session.
        state: Of this session.
        image: The image on show.
        choice: Slice, channel and window as chosen for the frame on show.

    Raises:
        InputError: The frame cannot be decoded.
    """
    st.markdown(f"**{t('Side {letter}', letter=letter)}**")
    text = st.text_input(
        t("{letter} looks for", letter=letter),
        key=_key(image, letter, "phrases"),
        placeholder=t("such as: liver & tumor"),
        help=t(_PHRASES_HELP),
        max_chars=2000,
        persist_state="session",
    )
    volume = state.volume_of(image, load_frame(state, image, choice))
    name = _choose_engine(letter, image, with_volume=volume is not None)
    window = _choose_window(letter, image, choice)
    frame = load_frame(state, image, replace(choice, window=window))
    if name == _VOLUME and volume is not None:
        result = volume.segmentation(frame)
        asked = Asked(frame.sha256, result.phrases, result.engine) if result else None
        note = "" if result else t(_NO_SLICE)
        return ChosenSide(letter, frame, Engine(None), asked, result, note, window)
    engine = _open_engine(desk, state, name)
    asked = _question(frame, text, engine)
    result = desk.find(state, asked) if asked else None
    note = "" if result else _why_nothing(engine, asked)
    return ChosenSide(letter, frame, engine, asked, result, note, window)


def _key(image: LoadedImage, letter: str, what: str) -> str:
    """Key of a control; what is chosen belongs to the image."""
    return f"compare_{letter}_{what}_{image.key}"


def _choose_engine(letter: str, image: LoadedImage, *, with_volume: bool) -> str:
    names = [*BACKEND_NAMES, *([_VOLUME] if with_volume else [])]
    key = _key(image, letter, "engine")
    if st.session_state.get(key) not in names:
        st.session_state[key] = names[0]
    name = st.segmented_control(
        t("Engine of {letter}", letter=letter),
        names,
        format_func=_engine_title,
        required=True,
        key=key,
        persist_state="session",
        width="stretch",
        help=t(_ENGINE_HELP),
    )
    return name or names[0]


def _engine_title(name: str) -> str:
    return t("Volume") if name == _VOLUME else engine_title(name)


def _choose_window(letter: str, image: LoadedImage, choice: FrameChoice) -> Window | None:
    """The window of a side: A has the one of the frame on show, B may have another."""
    windows = image.upload.choices.windows
    if letter == "A" or not windows:
        return choice.window
    names = [t("The same as A"), *(told(window.name) for window in windows)]
    key = _key(image, letter, "window")
    hold_choice(key)
    number = st.selectbox(
        t("Window of B"),
        range(len(names)),
        format_func=names.__getitem__,
        key=key,
        persist_state="session",
        help=t(_WINDOW_HELP),
    )
    return windows[number - 1] if number else choice.window


def _open_engine(desk: CompareDesk, state: Session, name: str) -> Engine:
    """The engine, and where it is; where it is set up while it is not."""
    try:
        engine = desk.engine(state, name)
    except WorkbenchError as error:
        show_error(error)
        engine = Engine(None)
    if engine.backend is None:
        show_engine_link(name)
    elif engine.host:
        st.caption(f":material/cloud: {plain(engine.host)}")
    return engine


def _question(frame: Frame, text: str, engine: Engine) -> Asked | None:
    if engine.backend is None or not text.strip():
        return None
    try:
        return Asked(frame.sha256, parse_phrases(text), engine.backend.label)
    except InputError as error:
        show_error(error)
        return None


def _why_nothing(engine: Engine, asked: Asked | None) -> str:
    if engine.backend is None:
        return t(_NO_ENGINE)
    return t(_NO_PHRASE if asked is None else _NOT_RUN)
