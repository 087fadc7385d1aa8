"""Run and Cancel, and what happens between the two."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from components.language import t, told
from components.notices import plain, show_error
from components.privacy_gate import Sent, ask_consent, needs_consent
from core.errors import InputError
from core.grouping import grouped_tasks
from core.jobs import Job, Task, failures_of
from core.prompts import parse_phrases
from core.segmentation import segment_many

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from components.engine_panel import Engine
    from components.state import LoadedImage, Session
    from core.backends.base import Backend, RunControl
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
        t("Run"),
        type="primary",
        key="run",
        disabled=blocked,
        width="stretch",
        icon=":material/play_arrow:",
    )
    count = len(state.images)
    every = count > 1 and st.button(
        t("Run on all {count} images", count=count),
        key="run_all",
        disabled=blocked,
        width="stretch",
    )
    # Always there, so that what stands below keeps its place, and stays open, while a run goes on.
    with st.container():
        if state.job is not None:
            show_progress(state)
    if not (one or every) or engine.backend is None:
        return
    try:
        phrases = parse_phrases(text)
    except InputError as error:
        show_error(error)
        return
    others = [i for i in state.images.values() if every and i is not image]
    pictures = [
        Picture(image.title, lambda: frame),
        *(Picture(other.title, other.upload.frame) for other in others),
    ]
    notices = [n for i in (image, *others) for n in i.upload.notices]
    sent = Sent(engine.host, tuple(p.frame for p in pictures), phrases, (*frame.notices, *notices))
    tasks = picture_tasks(pictures, phrases, engine.backend)
    run_when_agreed(state, sent, tasks, workers=engine.backend.workers)


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture of a run.

    Attributes:
        title: What the page calls it.
        frame: Decodes it, when its turn comes.
    """

    title: str
    frame: Callable[[], Frame]


def frame_tasks(
    frames: Sequence[tuple[str, Frame]], phrases: Sequence[str], backend: Backend
) -> list[RunTask]:
    """Make the tasks for frames that are decoded already.

    Args:
        frames: What the page calls each frame, and the frame.
        phrases: What to look for.
        backend: The engine to ask.
    """
    pictures = [Picture(title, partial(_itself, frame)) for title, frame in frames]
    return picture_tasks(pictures, phrases, backend)


def picture_tasks(
    pictures: Sequence[Picture], phrases: Sequence[str], backend: Backend
) -> list[RunTask]:
    """Make the tasks for some pictures, several in one call where that helps.

    Args:
        pictures: In order.
        phrases: What to look for.
        backend: The engine to ask.
    """

    def task_of(group: tuple[Picture, ...]) -> RunTask:
        def work(control: RunControl) -> tuple[Segmentation, ...]:
            frames = [picture.frame() for picture in group]
            return tuple(segment_many(frames, phrases, backend, control))

        return Task(group[0].title, work)

    return grouped_tasks(pictures, backend, len(phrases), task_of)


def _itself(frame: Frame) -> Frame:
    return frame


def run_when_agreed(state: Session, sent: Sent, tasks: list[RunTask], *, workers: int = 1) -> None:
    """Start the tasks, after the user has seen what is sent where that is needed."""
    if needs_consent(state, sent):
        ask_consent(state, sent, lambda: start_run(state, tasks, workers=workers))
    else:
        start_run(state, tasks, workers=workers)
        st.rerun()


def start_run(state: Session, tasks: list[RunTask], *, workers: int = 1) -> None:
    """Start a job and wait a moment for it, so that a quick answer comes with this rerun."""
    state.failures = ()
    state.taken = 0
    state.job = Job(tasks, workers=workers)
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
        state.failures = failures_of(progress.outcomes)
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
    share = progress.done / max(1, progress.total)
    st.progress(share, text=_sentence(progress, job.seconds))
    if st.button(t("Cancel"), key="cancel", icon=":material/close:", width="stretch"):
        job.cancel()


def _sentence(progress: Progress[tuple[Segmentation, ...]], seconds: float) -> str:
    many = progress.total > 1
    counts = {"done": progress.done, "total": progress.total}
    waiting = progress.waiting
    if waiting is None:
        if many:
            return t("{done} of {total} done, {seconds:.0f} s", seconds=seconds, **counts)
        return t("Working, {seconds:.0f} s", seconds=seconds)
    words = plain(told(waiting.reason))
    if waiting.seconds_left is not None:
        left = max(0, round(waiting.seconds_left))
        words = t("{reason} Next try in {seconds} s.", reason=words, seconds=left)
    return f"{t('{done} of {total} done.', **counts)} {words}" if many else words
