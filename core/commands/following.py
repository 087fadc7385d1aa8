"""A job on the command line: its progress on standard error, until it has ended."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

from core.jobs import Job, failures_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.errors import WorkbenchError
    from core.jobs import Progress, Task

Result = TypeVar("Result")

_LOOK_S = 0.2


def follow(tasks: Iterable[Task[Result]], *, workers: int, unit: str) -> tuple[WorkbenchError, ...]:
    """Do some tasks, and say how far they are and what is waited for.

    Args:
        tasks: What is to be done.
        workers: How many are at work at once.
        unit: What is counted, such as ``"slices"``.

    Returns:
        What went wrong, in the order of the tasks.
    """
    job = Job(tasks, workers=workers)
    said = ""
    ended = False
    try:
        while not ended:
            ended = job.wait(_LOOK_S)
            line = _line(job.progress, unit)
            if line != said:
                print(line, file=sys.stderr)
                said = line
    finally:
        job.cancel()
    return failures_of(job.progress.outcomes)


def _line(progress: Progress[Result], unit: str) -> str:
    reason = f": {progress.waiting.reason}" if progress.waiting else ""
    return f"{progress.done} of {progress.total} {unit}{reason}"
