"""Does it hold up: the same question asked in several ways, and how far the answers agree."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from components.engine_panel import Engine
from components.language import t, told
from components.notices import plain, show_error
from components.privacy_gate import Sent, ask_consent, needs_consent
from components.stability_chart import show_pairs
from components.stability_desk import collect, desk_of_session, show_state_of_run, start
from core.analysis.levels import Levels
from core.analysis.stability import KINDS, cost, names_a_side, phrases_of, plan
from core.analysis.stability_run import Question
from core.analysis.stability_wordings import other_wordings
from core.backends.azure import AzureBackend
from core.backends.bandwidth import forecast
from core.errors import InputError
from core.prompts import join_phrases, parse_phrases

if TYPE_CHECKING:
    from components.stability_desk import Desk, Key
    from components.state import LoadedImage, Session
    from core.analysis.stability import Cost, Kind
    from core.analysis.stability_result import Stability
    from core.backends.base import Backend
    from core.imaging import Frame
    from core.segmentation import Segmentation

_INTRO = (
    "Ask for one phrase in several ways and see how far the masks agree. "
    "Steady is not the same as right: a model can make the same mistake every time."
)
_KIND_TITLES: dict[Kind, str] = {
    "together": "With the other phrases",
    "wording": "Other wordings",
    "rotation": "Turned by 90°, 180° and 270°",
    "flip": "Mirrored",
    "tone": "Window or contrast changed",
}
_KIND_HELP: dict[Kind, str] = {
    "together": "The phrase alone, and once together with the other phrases of this run.",
    "wording": "Each of the other wordings in place of the phrase.",
    "rotation": "The picture is turned before it is sent, and each mask is turned back.",
    "flip": "The picture is mirrored before it is sent, and each mask is mirrored back. "
    "Not for a phrase that says left or right.",
    "tone": "The centre of the window moves by 10 % of its width to both sides, and the width "
    "changes by 10 %. A picture without a window is made lighter and darker, and gets 10 % more "
    "and less contrast in its middle greys; black and white stay.",
}
_SIDES = "The phrase says left or right, and a mirror picture swaps them: mirroring is left out."
_NO_ENGINE = "There is no engine to ask. Choose one at the left."
_NOTHING = "Choose at least one change."
_EMPTY = "No answer marks anything. That all agree on nothing does not show that nothing is there."
_ANSWERS = "{count} answers of {engine}, cut at the level {level}."
_MEAN = "The mean of all pairs: 1.00 when all masks are the same, 0.00 when no two share a pixel."
_SOME_EMPTY = "{empty} of the {count} answers mark nothing."
_OTHER_LEVEL = "The level on screen is {level} now; ask again to compare there."
_MAP = "Show the agreement map in the viewer"
_MAP_HELP = "For each pixel, the share of the answers that mark it, from 0 to 100 %."
_SHOW = "stability_show"


def show_stability_panel(
    state: Session,
    image: LoadedImage,
    frame: Frame,
    result: Segmentation,
    engine: Engine | None = None,
) -> None:
    """Offer to ask in several ways, and show what came of it; draw it only while it is open.

    Args:
        state: Of this session.
        image: The image on show.
        frame: The frame on show.
        result: What is on show with it, with at least one phrase.
        engine: Who is asked; None takes the engine that is chosen on the page.
    """
    desk = desk_of_session()
    collect(desk)
    engine = engine or _chosen_engine(state)
    st.caption(t(_INTRO))
    question = _choose(state, image, frame, result)
    pressed = False
    if question is not None:
        blocked = desk.job is not None or state.job is not None
        pressed = _show_price(question, result, engine, blocked=blocked)
    show_state_of_run(desk)
    if question is not None:
        _show_known(desk, question)
    if pressed and question is not None and engine is not None:
        _ask_and_start(state, desk, question, image, engine)


def _chosen_engine(state: Session) -> Engine | None:
    """The session's engine, when it is still the one that is chosen and its host is known."""
    if state.backend is None:
        return None
    _, backend = state.backend
    if st.session_state.get("engine", backend.name) != backend.name:
        return None
    if isinstance(backend, AzureBackend):
        return Engine(backend, backend.settings.host)
    return None if backend.leaves_machine else Engine(backend)


def _choose(
    state: Session, image: LoadedImage, frame: Frame, result: Segmentation
) -> Question | None:
    """Let the user choose phrase, wordings and changes; None while they cannot be asked."""
    left, right = st.columns([1, 2], gap="medium")
    phrase = left.selectbox(t("Phrase"), result.phrases, key="stability_phrase")
    words = right.text_input(
        t("Other wordings, joined by &"),
        join_phrases(other_wordings(phrase)),
        key=f"stability_words_{phrase.casefold()}",
        placeholder=t("such as: hepatic tissue & liver parenchyma"),
    )
    can = {
        "together": len(result.phrases) > 1,
        "wording": bool(words.strip(" &")),
        "flip": not names_a_side(phrase),
    }
    kinds: list[Kind] = []
    with st.container(horizontal=True):
        for kind in KINDS:
            possible = can.get(kind, True)
            wanted = st.checkbox(
                t(_KIND_TITLES[kind]),
                value=True,
                key=f"stability_{kind}",
                disabled=not possible,
                help=t(_KIND_HELP[kind]),
            )
            if wanted and possible:
                kinds.append(kind)
    if not can["flip"]:
        st.caption(t(_SIDES))
    try:
        wordings = parse_phrases(words) if can["wording"] else ()
        variants = plan(phrase, result.phrases, wordings, kinds)
    except InputError as error:
        show_error(error)
        return None
    level = state.levels.get(frame.sha256, Levels()).level(phrase)
    return Question(frame, variants, image.upload, level)


def _show_price(
    question: Question, result: Segmentation, engine: Engine | None, *, blocked: bool
) -> bool:
    """Say what the question costs, and show the button; True when it was pressed."""
    backend = engine.backend if engine else None
    few = len(question.variants) < 2
    if engine is None or backend is None:
        st.caption(t(_NO_ENGINE))
    elif few:
        st.caption(t(_NOTHING))
    else:
        price = cost(question.variants, backend)
        st.markdown(f":material/payments: {plain(_price(price, backend, engine.host, result))}")
        if backend.leaves_machine and (expected := forecast(price.masks, 1)):
            st.caption(told(expected))
    return st.button(
        t("Ask in these ways"),
        key="stability_run",
        disabled=backend is None or blocked or few,
        icon=":material/play_arrow:",
    )


def _price(price: Cost, backend: Backend, host: str, result: Segmentation) -> str:
    """The cost in one sentence, before anything is asked."""
    if backend.leaves_machine:
        if price.requests == 1:
            return t("{count} pictures in 1 request to {host}.", count=price.pictures, host=host)
        return t(
            "{count} pictures in {requests} requests to {host}.",
            count=price.pictures,
            requests=price.requests,
            host=host,
        )
    if result.engine != backend.label or result.seconds <= 0:
        return t("{count} runs on this computer; nothing is sent.", count=price.pictures)
    # The demo engine works on each phrase anew, the local model mostly on the picture.
    runs = price.pictures if backend.name == "local" else price.masks / len(result.masks)
    return t(
        "{count} runs on this computer, about {seconds} s; nothing is sent.",
        count=price.pictures,
        seconds=max(1, round(result.seconds * runs)),
    )


def _ask_and_start(
    state: Session, desk: Desk, question: Question, image: LoadedImage, engine: Engine
) -> None:
    """Start, after the user has seen what is sent where that is needed."""
    if engine.backend is None:
        return
    sent = Sent(
        engine.host,
        tuple(partial(question.picture, variant) for variant in question.variants),
        phrases_of(question.variants),
        (*question.frame.notices, *image.upload.notices),
    )
    begin = partial(start, desk, question, engine.backend)
    if needs_consent(state, sent):
        ask_consent(state, sent, begin)
    else:
        begin()
        st.rerun()


def _show_known(desk: Desk, question: Question) -> None:
    """Show the latest answer to this question, from whichever engine it came."""
    asked = (question.frame.sha256, question.variants[0].asked.casefold())
    for key, found in reversed(desk.results.items()):
        if key[:2] == asked:
            _show_result(desk, key, found, question)
            return


def _show_result(desk: Desk, key: Key, found: Stability, question: Question) -> None:
    """The number with its words, the map's switch, and the tables."""
    left, right = st.columns([1, 3], gap="medium", vertical_alignment="center")
    left.metric(t("Mean Dice"), f"{found.score:.2f}", border=True)
    with right:
        words = t(_EMPTY) if found.empty == len(found.areas) else told(found.grade.words)
        st.markdown(f"**{plain(words)}**")
        st.caption(plain(_facts(found, question)))
    _show_map_switch(desk, key)
    show_pairs(found)


def _facts(found: Stability, question: Question) -> str:
    count = len(found.variants)
    said = [
        t(_ANSWERS, count=count, engine=told(found.engine), level=found.threshold),
        t(_MEAN),
    ]
    if found.empty == 1:
        said.append(t("One of the answers marks nothing."))
    elif 0 < found.empty < count:
        said.append(
            t("{empty} of the {count} answers mark nothing.", empty=found.empty, count=count)
        )
    if len(found.missing) == 1:
        said.append(t("One way to ask was not answered and does not count."))
    elif found.missing:
        ways = len(found.missing)
        said.append(t("{count} ways to ask were not answered and do not count.", count=ways))
    if question.threshold != found.threshold:
        said.append(t(_OTHER_LEVEL, level=question.threshold))
    return " ".join(said)


def _show_map_switch(desk: Desk, key: Key) -> None:
    """Let the user see the agreement map in the viewer, which stands above this panel."""

    def take() -> None:
        desk.shown = key if st.session_state[_SHOW] else None
        desk.turned = True

    st.session_state[_SHOW] = desk.shown == key
    st.toggle(t(_MAP), key=_SHOW, on_change=take, help=t(_MAP_HELP))
    if desk.turned:
        # The panel may be drawn alone, as a fragment: the viewer is part of the whole page.
        desk.turned = False
        st.rerun()
