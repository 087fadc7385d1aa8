"""Work on the weights of this machine, which all sessions of the process share and see."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from core.jobs import Job, Task
from core.weights import Stage, Verdict, download, hub_from, verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.backends.base import RunControl
    from core.errors import WorkbenchError
    from core.secret import Secret

# Long enough for what ends at once: what came of it is then drawn with the same rerun.
_PATIENCE_S = 0.5


@dataclass
class WeightsDesk:
    """What is being done, and what came of it.

    Attributes:
        job: At work, or None.
        stage: How far it is; written by the job.
        stopping: Whether the user has asked to stop it.
        stopped: Whether the last job was stopped by the user.
        error: What stopped the last job, or None.
        remarks: What the last job says beside its result.
    """

    job: Job[Verdict] | None = None
    stage: Stage | None = None
    stopping: bool = False
    stopped: bool = False
    error: WorkbenchError | None = None
    remarks: tuple[str, ...] = ()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin_verify(self, file: Path) -> None:
        """Check a file beside the page, and ask the hub for its hash."""
        hub = hub_from(os.environ)
        self._begin(lambda control: verify(file, hub=hub, tell=self._note, control=control))

    def begin_download(self, place: Path, token: Secret | None) -> None:
        """Download the weights beside the page.

        Args:
            place: Where they belong.
            token: What was typed, if anything; it is dropped when the download ends.
        """
        hub = hub_from(os.environ, token)
        self._begin(lambda control: download(hub, place, tell=self._note, control=control))

    def stop(self) -> None:
        """Stop what is at work at the next safe point."""
        if self.job is not None:
            self.stopping = True
            self.job.cancel()

    def collect(self) -> None:
        """Take over what has ended."""
        with self._lock:
            if self.job is None or (progress := self.job.progress).running:
                return
            self.job, self.stopping = None, False
            self.stopped = progress.cancelled and not progress.outcomes
            self.error = next((o.error for o in progress.outcomes if o.error), None)
            found = next((o.result for o in progress.outcomes if o.result), None)
            self.remarks = found.remarks if found else ()

    def _begin(self, work: Callable[[RunControl], Verdict]) -> None:
        with self._lock:
            if self.job is not None:  # another tab was faster
                return
            self.stage, self.error, self.remarks, self.stopped = None, None, (), False
            self.job = Job([Task("Weights", work)])
        self.job.wait(_PATIENCE_S)
        self.collect()

    def _note(self, stage: Stage) -> None:
        self.stage = stage


@st.cache_resource(show_spinner=False)
def weights_desk() -> WeightsDesk:
    """The one desk of this process."""
    return WeightsDesk()
