"""Work that goes on beside the page: one thread, progress, a countdown, and a way to stop it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from core.backends.base import RunControl, Waiting
from core.errors import Cancelled, WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Result = TypeVar("Result")


@dataclass(frozen=True)
class Task(Generic[Result]):
    """One piece of a job.

    Attributes:
        label: What the page calls it.
        work: Does it; gets the control through which it is stopped.
    """

    label: str
    work: Callable[[RunControl], Result]


@dataclass(frozen=True, eq=False)
class Outcome(Generic[Result]):
    """What came of one task: a result, or the error that stopped it."""

    label: str
    result: Result | None = None
    error: WorkbenchError | None = None


@dataclass(frozen=True, eq=False)
class Progress(Generic[Result]):
    """How far a job is.

    Attributes:
        outcomes: Of the finished tasks, in order.
        total: Number of tasks.
        current: Label of the task at work, or empty.
        waiting: What is being waited for before the next try, or None.
        running: False when nothing more will happen.
        cancelled: True when the user stopped it.
    """

    outcomes: tuple[Outcome[Result], ...] = ()
    total: int = 0
    current: str = ""
    waiting: Waiting | None = None
    running: bool = True
    cancelled: bool = False


class Job(Generic[Result]):
    """Tasks done one after another in a thread of their own; one that fails stops no other."""

    def __init__(self, tasks: Sequence[Task[Result]]) -> None:
        self._tasks = tuple(tasks)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._progress: Progress[Result] = Progress(total=len(self._tasks))
        self._started = time.monotonic()
        # A daemon: closing the server never waits for an endpoint that does not answer.
        self._thread = threading.Thread(target=self._run, name="segmentation", daemon=True)
        self._thread.start()

    @property
    def progress(self) -> Progress[Result]:
        """How far it is, as one consistent value."""
        with self._lock:
            return self._progress

    @property
    def seconds(self) -> float:
        """How long ago it was started."""
        return time.monotonic() - self._started

    def cancel(self) -> None:
        """Stop at the next safe point; what is finished stays."""
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most so long; True when it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        control = RunControl(on_wait=self._tell_waiting, is_cancelled=self._stop.is_set)
        for task in self._tasks:
            if self._stop.is_set():
                break
            with self._lock:
                self._progress = replace(self._progress, current=task.label)
            outcome = self._do(task, control)
            with self._lock:
                done = self._progress.outcomes + (() if outcome is None else (outcome,))
                self._progress = replace(self._progress, outcomes=done, waiting=None)
        with self._lock:
            stopped = self._stop.is_set()
            self._progress = replace(self._progress, running=False, current="", cancelled=stopped)

    def _tell_waiting(self, waiting: Waiting) -> None:
        with self._lock:
            self._progress = replace(self._progress, waiting=waiting)

    @staticmethod
    def _do(task: Task[Result], control: RunControl) -> Outcome[Result] | None:
        try:
            return Outcome(task.label, result=task.work(control))
        except Cancelled:
            return None
        except WorkbenchError as error:
            return Outcome(task.label, error=error)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not leave the page waiting
            return Outcome(task.label, error=_unexpected(error))


def _unexpected(error: Exception) -> WorkbenchError:
    """Say that the program itself failed; the kind of error only, its text may hold data."""
    return WorkbenchError(
        "The program failed in a way that it should not.",
        "Run it again; if it stays, report it with what you did and the details.",
        details=type(error).__name__,
    )
