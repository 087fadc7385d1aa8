"""Run and Cancel, and what happens between the two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.notices import plain, show_error
from components.privacy_gate import Sent, ask_consent, needs_consent
from core.errors import InputError
from core.jobs import Job, Task
from core.prompts import parse_phrases
from core.segmentation import segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.engine_panel import Engine
    from components.state import LoadedImage, Session
    from core.backends.base import Backend
    from core.imaging import Frame
    from core.jobs import Progress
    from core.segmentation import Segmentation

    RunTask = Task[tuple[Segmentation, ...]]

# Long enough for the demo engine on most images: its result then comes with the same rerun.
_PATIENCE_S = 1.0
_POLL_S = 0.4


def show_run_panel(
    state: Session, engine: Engine, image: LoadedImage, frame: Frame, text: str
) -> None:
    """Show Run, and Cancel while a run goes on; start a run when it is asked for.

    Args:
        state: Of this session.
        engine: Who answers.
        image: The image on show.
        frame: The frame on show.
        text: Phrases as typed.
    """
    blocked = engine.backend is None or state.job is not None
    one = st.button(
        "Run",
        type="primary",
        key="run",
        disabled=blocked,
        width="stretch",
        icon=":material/play_arrow:",
    )
    count = len(state.images)
    every = count > 1 and st.button(
        f"Run on all {count} images", key="run_all", disabled=blocked, width="stretch"
    )
    # Always there, so that what stands below keeps its place, and stays open, while a run goes on.
    with st.container():
        if state.job is not None:
            show_progress(state)
    if not (one or every) or engine.backend is None:
        return
    try:
        phrases = parse_phrases(text)
        others = [i for i in state.images.values() if every and i is not image]
        frames = [(image.title, frame), *((i.title, i.upload.frame()) for i in others)]
    except InputError as error:
        show_error(error)
        return
    _ask_and_start(state, engine, frames, phrases)


def _ask_and_start(
    state: Session, engine: Engine, frames: list[tuple[str, Frame]], phrases: tuple[str, ...]
) -> None:
    backend = engine.backend
    if backend is None:
        return
    tasks = frame_tasks(frames, phrases, backend)
    sent = Sent(engine.host, tuple(frame for _, frame in frames), phrases, len(frames))
    run_when_agreed(state, sent, tasks)


def frame_tasks(
    frames: Sequence[tuple[str, Frame]], phrases: Sequence[str], backend: Backend
) -> list[RunTask]:
    """Make one task a frame.

    Args:
        frames: What the page calls each frame, and the frame.
        phrases: What to look for.
        backend: The engine to ask.
    """

    def run_frame(label: str, frame: Frame) -> RunTask:
        return Task(label, lambda control: (segment(frame, phrases, backend, control),))

    return [run_frame(label, frame) for label, frame in frames]


def run_when_agreed(state: Session, sent: Sent, tasks: list[RunTask]) -> None:
    """Start the tasks, after the user has seen what is sent where that is needed."""
    if needs_consent(state, sent):
        ask_consent(state, sent, lambda: start_run(state, tasks))
    else:
        start_run(state, tasks)
        st.rerun()


def start_run(state: Session, tasks: list[RunTask]) -> None:
    """Start a job and wait a moment for it, so that a quick answer comes with this rerun."""
    state.failures = ()
    state.taken = 0
    state.job = Job(tasks)
    state.job.wait(_PATIENCE_S)
    collect(state)


def collect(state: Session) -> None:
    """Take over what the job has finished; forget the job when it has ended."""
    if state.job is None:
        return
    progress = state.job.progress
    for outcome in progress.outcomes[state.taken :]:
        for result in outcome.result or ():
            state.keep(result)
    state.taken = len(progress.outcomes)
    if not progress.running:
        state.failures = tuple(o.error for o in progress.outcomes if o.error is not None)
        state.job = None


@st.fragment(run_every=_POLL_S)
def show_progress(state: Session) -> None:
    """Show how far the run is; reruns the page when it has ended."""
    job = state.job
    if job is None:
        return
    progress = job.progress
    if not progress.running:
        st.rerun()
    done = len(progress.outcomes)
    st.progress(done / max(1, progress.total), text=_sentence(progress, job.seconds))
    if st.button("Cancel", key="cancel", icon=":material/close:", width="stretch"):
        job.cancel()


def _sentence(progress: Progress[tuple[Segmentation, ...]], seconds: float) -> str:
    if progress.waiting is not None:
        left = max(0, round(progress.waiting.seconds_left))
        return f"{plain(progress.waiting.reason)} Next try in {left} s."
    number = min(len(progress.outcomes) + 1, progress.total)
    of = f" {number} of {progress.total}" if progress.total > 1 else ""
    return f"Working{of}, {seconds:.0f} s"
