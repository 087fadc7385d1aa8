"""What a session has asked in several ways, and the job that asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from components.language import t, told
from components.notices import plain, show_error
from core.analysis.stability_run import stability_of, stability_tasks
from core.jobs import Job, failures_of
from core.segmentation import PhraseMask

if TYPE_CHECKING:
    from core.analysis.stability import Variant
    from core.analysis.stability_result import Answer, Asked, Stability
    from core.analysis.stability_run import Question
    from core.backends.base import Backend
    from core.errors import WorkbenchError
    from core.imaging import Frame
    from core.jobs import Progress

    Key = tuple[str, str, str]
    Answers = dict[Variant, Answer]

_STOPPED = "The check was stopped. Nothing of it is kept."
_KEY = "stability"
_KEPT = 12
_PATIENCE_S = 1.0
_POLL_S = 0.4


@dataclass
class Desk:
    """What this session has asked and learned.

    Attributes:
        results: What came of each question, by picture, phrase and engine; the oldest go first.
        job: The question at work and its job, or None.
        shown: Whose agreement map is on show in the viewer, or None.
        turned: Whether the switch for the map was turned and the viewer does not show it yet.
        failures: What went wrong in the last run.
        stopped: Whether the user stopped the last run.
    """

    results: dict[Key, Stability] = field(default_factory=dict)
    job: tuple[Asked, Job[Answers]] | None = None
    shown: Key | None = None
    turned: bool = False
    failures: tuple[WorkbenchError, ...] = ()
    stopped: bool = False


def desk_of_session() -> Desk:
    """The desk of this browser session, made on first use."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Desk()
    desk: Desk = st.session_state[_KEY]
    return desk


def agreement_layer(frame: Frame) -> PhraseMask | None:
    """The agreement map of a frame for the viewer, when the user wants to see it; files name it."""
    found = _on_show(frame)
    return PhraseMask(f"agreement on {found.phrase}", None, found.agreement) if found else None


def agreement_title(frame: Frame) -> str | None:
    """What the screen calls the agreement map that is on show with a frame, if there is one."""
    found = _on_show(frame)
    return t("agreement on {phrase}", phrase=found.phrase) if found else None


def _on_show(frame: Frame) -> Stability | None:
    desk = desk_of_session()
    found = desk.results.get(desk.shown) if desk.shown else None
    return found if found and found.frame_sha256 == frame.sha256 else None


def start(desk: Desk, question: Question, backend: Backend) -> None:
    """Begin, and wait a moment, so that a quick answer comes with this rerun."""
    desk.failures, desk.stopped = (), False
    job = Job(stability_tasks(question, backend), workers=backend.workers)
    desk.job = (question.asked(backend.label), job)
    job.wait(_PATIENCE_S)
    collect(desk)


def collect(desk: Desk) -> None:
    """Compare the answers when the job has ended; a stopped one leaves nothing behind."""
    if desk.job is None:
        return
    asked, job = desk.job
    progress = job.progress
    if progress.running:
        return
    desk.job = None
    desk.stopped = progress.cancelled
    desk.failures = failures_of(progress.outcomes)
    found = stability_of(asked, progress)
    if found is None:
        return
    key = (found.frame_sha256, found.phrase.casefold(), found.engine)
    desk.results.pop(key, None)
    desk.results[key] = found
    while len(desk.results) > _KEPT:
        del desk.results[next(iter(desk.results))]


def show_state_of_run(desk: Desk) -> None:
    """Progress and Cancel while a run goes on, and what went wrong after it."""
    # Always there, so that what stands below keeps its place while a run goes on.
    with st.container():
        if desk.job is not None:
            _show_progress(desk)
        if desk.stopped:
            st.caption(t(_STOPPED))
        for failure in desk.failures:
            show_error(failure)


@st.fragment(run_every=_POLL_S)
def _show_progress(desk: Desk) -> None:
    """Show how far the run is; reruns the page when it has ended."""
    if desk.job is None:
        return
    _, job = desk.job
    progress = job.progress
    if not progress.running:
        st.rerun()
    share = progress.done / max(1, progress.total)
    st.progress(share, text=_progress_words(progress, job.seconds))
    if st.button(t("Cancel"), key="stability_cancel", icon=":material/close:"):
        job.cancel()


def _progress_words(progress: Progress[Answers], seconds: float) -> str:
    waiting = progress.waiting
    if waiting is not None:
        return plain(told(waiting.reason))
    return t(
        "{done} of {total} answered, {seconds:.0f} s",
        done=progress.done,
        total=progress.total,
        seconds=seconds,
    )
