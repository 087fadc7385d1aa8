"""Two sides of one picture: the run of what is missing, both in view, and the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.compare_sides import ChosenSide, choose_side, follow_segment_page
from components.compare_state import CompareDesk, compare_desk
from components.image_panel import choose_frame, load_frame
from components.language import t, told
from components.notices import show_error, show_notices
from components.privacy_gate import Sent
from components.result_view import VIEWER_KEY
from components.run_panel import run_when_agreed, show_progress
from components.viewer import ViewerMask
from components.viewer.compare import CompareLevels, CompareSide, comparison
from core.analysis.comparison import compare, comparison_rows, pairs_of
from core.errors import InputError
from core.export.names import neutral_stem
from core.jobs import Task
from core.palette import assign_colours
from core.segmentation import segment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from components.compare_state import Asked
    from components.run_panel import RunTask
    from components.state import LoadedImage, Session
    from core.backends.base import Backend, RunControl
    from core.imaging import Frame
    from core.segmentation import PhraseMask, Segmentation

COMPARE_KEY = "compare"
_NO_ENGINE = "No engine has looked at this side yet"
_ALL_THERE = "Both sides are on show. Change one of them to compare something else."
_NO_PAIRS = "No phrase of A goes with one of B."
_TABLE_HELP = (
    "Dice and IoU say how far A and B agree: 1 is the same mask, 0 has no pixel in common. Neither "
    "says which of the two is right. Each phrase keeps all its pixels here, whatever the rule for "
    "overlaps on the page Segment."
)


def show_comparison(state: Session, image: LoadedImage) -> None:
    """Show the controls in the sidebar and both sides in the middle.

    Args:
        state: Of this session.
        image: The image on show.
    """
    desk = compare_desk()
    with st.sidebar:
        try:
            choice = choose_frame(image)
            follow_segment_page(desk, state, image, load_frame(state, image, choice))
            a = choose_side("A", desk, state, image, choice)
            b = choose_side("B", desk, state, image, choice)
        except InputError as error:
            show_error(error)
            return
        _show_run(desk, state, image, (a, b))
    for failure in state.failures:
        show_error(failure)
    _show_sides(desk, state, a, b)


def _show_run(
    desk: CompareDesk, state: Session, image: LoadedImage, sides: tuple[ChosenSide, ...]
) -> None:
    """Show Compare, and Cancel while a run goes on; run what is missing when it is asked for."""
    # Two sides that ask the same are run once.
    missing = tuple({side.todo: side for side in sides if side.todo is not None}.items())
    pressed = st.button(
        t("Compare"),
        type="primary",
        key="compare_run",
        disabled=not missing or state.job is not None,
        width="stretch",
        icon=":material/compare:",
    )
    with st.container():
        if state.job is not None:
            show_progress(state)
        elif all(side.result is not None for side in sides):
            st.caption(t(_ALL_THERE))
    if pressed:
        tasks = [_task(desk, side.letter, side.frame, *todo) for todo, side in missing]
        workers = max(backend.workers for (_, backend), _ in missing)
        run_when_agreed(state, _sent(image, [side for _, side in missing]), tasks, workers=workers)


def _task(desk: CompareDesk, letter: str, frame: Frame, asked: Asked, backend: Backend) -> RunTask:
    """Ask for one side; the answer goes to the desk, so that the page Segment keeps its own."""

    def work(control: RunControl) -> tuple[Segmentation, ...]:
        desk.shelf.put(asked, segment(frame, asked.phrases, backend, control))
        return ()

    return Task(t("Side {letter}", letter=letter), work)


def _sent(image: LoadedImage, missing: Sequence[ChosenSide]) -> Sent:
    """What leaves this computer: the pictures and phrases of the sides that ask elsewhere."""
    leaving = [side for side in missing if side.engine.host]
    frames = {side.frame.sha256: side.frame for side in leaving}
    phrases = [phrase for side in leaving if side.asked for phrase in side.asked.phrases]
    return Sent(
        leaving[0].engine.host if leaving else "",
        tuple(_showing(frame) for frame in frames.values()),
        tuple(dict.fromkeys(phrases)),
        (*image.upload.notices, *(n for frame in frames.values() for n in frame.notices)),
    )


def _showing(frame: Frame) -> Callable[[], Frame]:
    return lambda: frame


def _show_sides(desk: CompareDesk, state: Session, a: ChosenSide, b: ChosenSide) -> None:
    """Both sides in view, and the table once it has been asked for."""
    phrases = [phrase for side in (a, b) if side.result for phrase in side.result.phrases]
    state.colours = assign_colours(phrases, state.colours)
    pairs = pairs_of(a.result.phrases, b.result.phrases) if a.result and b.result else ()
    levels = comparison(
        _view(state, a),
        _view(state, b),
        pairs,
        key=COMPARE_KEY,
        viewer_key=VIEWER_KEY,
        file_stem=neutral_stem(a.frame),
    )
    shown = (a.asked, b.asked)
    if levels is not None:
        desk.table = (shown, levels)
    if desk.table and desk.table[0] == shown and a.result and b.result:
        _show_table(a.result, b.result, desk.table[1])
    for side in (a, b):
        if side.result:
            show_notices(side.result.notices)


def _view(state: Session, side: ChosenSide) -> CompareSide:
    result = side.result
    masks = [_layer(mask, state.colours) for mask in result.masks] if result else []
    engine = result.engine if result else _NO_ENGINE
    # Files keep the English words; the screen has those of the reader.
    return CompareSide(
        side.frame,
        masks,
        engine,
        side.title,
        side.note,
        shown_engine=None if result else t(_NO_ENGINE),
        shown_title=side.shown_title,
    )


def _layer(mask: PhraseMask, colours: Mapping[str, str]) -> ViewerMask:
    colour = colours[mask.phrase.casefold()]
    return ViewerMask(mask.phrase, mask.category, "", colour, mask.probability, mask.sha256)


def _show_table(a: Segmentation, b: Segmentation, levels: CompareLevels) -> None:
    pairs = compare(a, b, levels.a, levels.b)
    if not pairs:
        st.caption(t(_NO_PAIRS))
        return
    rows = comparison_rows(pairs, a.frame.spacing_mm)
    columns = [told(column) for column in rows.columns]
    st.dataframe(
        [dict(zip(columns, row, strict=True)) for row in rows.cells],
        hide_index=True,
        width="stretch",
        key="compare_table",
    )
    left, right = st.columns([1, 4], vertical_alignment="center")
    left.download_button(
        t("Table as CSV"),
        data=lambda: rows.to_csv((a.engine, b.engine)),
        file_name="comparison.csv",
        mime="text/csv",
        on_click="ignore",
        key="compare_csv",
        icon=":material/download:",
        width="stretch",
    )
    right.caption(t(_TABLE_HELP))
