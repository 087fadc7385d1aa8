"""Work that goes on beside the page: a few threads, progress, a countdown, and a way to stop it."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from core.backends.base import RunControl, Waiting
from core.errors import (
    Cancelled,
    EndpointTimeout,
    InputError,
    InvalidReply,
    ModelFailed,
    RequestTooLarge,
    WorkbenchError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Result = TypeVar("Result")

_ONE_AMONG_MANY = (InputError, InvalidReply, ModelFailed, RequestTooLarge, EndpointTimeout)
"""What a single picture among several can bring about, or their number."""


@dataclass(frozen=True)
class Task(Generic[Result]):
    """One piece of a job.

    Attributes:
        label: What the page calls it.
        work: Does it; gets the control through which it is stopped.
        size: Number of pictures in it.
        parts: The same work picture by picture, done instead when one of its pictures, or their
            number, makes it fail.
    """

    label: str
    work: Callable[[RunControl], Result]
    size: int = 1
    parts: tuple[Task[Result], ...] = ()


@dataclass(frozen=True, eq=False)
class Outcome(Generic[Result]):
    """What came of one task: a result, or the error that stopped it.

    Attributes:
        label: Of the task.
        index: Place of the task in the job; the parts of a task have the place of the whole.
        result: What it gave, or None.
        error: What stopped it, or None.
    """

    label: str
    index: int = 0
    result: Result | None = None
    error: WorkbenchError | None = None


@dataclass(frozen=True, eq=False)
class Progress(Generic[Result]):
    """How far a job is.

    Attributes:
        outcomes: Of the finished tasks, in the order in which they were finished.
        done: Number of pictures in them.
        total: Number of pictures in all.
        current: Label of the task that has been at work for longest, or empty.
        waiting: What is being waited for before the next try, or None.
        running: False when nothing more will happen.
        cancelled: True when the user stopped it.
    """

    outcomes: tuple[Outcome[Result], ...] = ()
    done: int = 0
    total: int = 0
    current: str = ""
    waiting: Waiting | None = None
    running: bool = True
    cancelled: bool = False


class Job(Generic[Result]):
    """Tasks done in threads of their own, first come, first begun; one that fails stops no other.

    Args:
        tasks: What is to be done.
        workers: How many tasks are at work at once, at most.
    """

    def __init__(self, tasks: Iterable[Task[Result]], *, workers: int = 1) -> None:
        self._todo = deque(enumerate(tasks))
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._progress: Progress[Result] = Progress(total=sum(t.size for _, t in self._todo))
        self._at_work: dict[int, str] = {}
        self._waiting: dict[int, Waiting] = {}
        self._started = time.monotonic()
        self._left = max(min(workers, len(self._todo)), 1)
        # Daemons: closing the server never waits for an endpoint that does not answer.
        self._threads = [
            threading.Thread(target=self._run, args=(n,), name="segmentation", daemon=True)
            for n in range(self._left)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def progress(self) -> Progress[Result]:
        """How far it is, as one consistent value."""
        with self._lock:
            return replace(
                self._progress,
                current=next(iter(self._at_work.values()), ""),
                waiting=next(iter(self._waiting.values()), None),
            )

    @property
    def seconds(self) -> float:
        """How long ago it was started."""
        return time.monotonic() - self._started

    def cancel(self) -> None:
        """Stop at the next safe point; what is finished stays."""
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most so long; True when it has ended."""
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(end - time.monotonic(), 0.0))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self, worker: int) -> None:
        control = RunControl(
            on_wait=lambda waiting: self._tell_waiting(worker, waiting),
            is_cancelled=self._stop.is_set,
            on_resume=lambda: self._tell_waiting(worker, None),
        )
        while (following := self._next(worker)) is not None:
            index, task = following
            self._note(worker, task, self._do(index, task, control))
        with self._lock:
            self._left -= 1
            if not self._left:
                stopped = self._stop.is_set()
                self._progress = replace(self._progress, running=False, cancelled=stopped)

    def _next(self, worker: int) -> tuple[int, Task[Result]] | None:
        with self._lock:
            if self._stop.is_set() or not self._todo:
                return None
            index, task = self._todo.popleft()
            self._at_work[worker] = task.label
            return index, task

    def _note(self, worker: int, task: Task[Result], outcome: Outcome[Result] | None) -> None:
        """Add an outcome to the others, or do the parts of a task in its place."""
        with self._lock:
            self._at_work.pop(worker, None)
            self._waiting.pop(worker, None)
            if outcome is None:
                return
            if task.parts and isinstance(outcome.error, _ONE_AMONG_MANY):
                self._todo.extendleft((outcome.index, part) for part in reversed(task.parts))
                return
            self._progress = replace(
                self._progress,
                outcomes=(*self._progress.outcomes, outcome),
                done=self._progress.done + task.size,
            )

    def _tell_waiting(self, worker: int, waiting: Waiting | None) -> None:
        with self._lock:
            if waiting is None:
                self._waiting.pop(worker, None)
            else:
                self._waiting[worker] = waiting

    @staticmethod
    def _do(index: int, task: Task[Result], control: RunControl) -> Outcome[Result] | None:
        try:
            return Outcome(task.label, index, result=task.work(control))
        except Cancelled:
            return None
        except WorkbenchError as error:
            return Outcome(task.label, index, error=error)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not leave the page waiting
            return Outcome(task.label, index, error=_unexpected(error))


def failures_of(outcomes: Sequence[Outcome[Result]]) -> tuple[WorkbenchError, ...]:
    """What went wrong, in the order of the tasks; what is said twice is kept once."""
    found: dict[str, WorkbenchError] = {}
    for outcome in sorted(outcomes, key=lambda one: one.index):
        if outcome.error is not None:
            found.setdefault(str(outcome.error), outcome.error)
    return tuple(found.values())


def _unexpected(error: Exception) -> WorkbenchError:
    """Say that the program itself failed; the kind of error only, its text may hold data."""
    return WorkbenchError(
        "The program failed in a way that it should not.",
        "Run it again; if it stays, report it with what you did and the details.",
        details=type(error).__name__,
    )
