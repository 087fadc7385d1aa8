"""Which pictures go together in one call to a model."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.backends.base import Backend
    from core.jobs import Task

Item = TypeVar("Item")
Result = TypeVar("Result")

ROWS_A_CALL = 8
"""Pictures in one request: enough to save round trips, few enough to show progress and to cancel.
Microsoft's page on MedImageParse says to keep the number in the dozens."""

MASKS_A_CALL = 32
"""Masks that one answer brings at most, where one picture alone has no more: 45 MB."""


def grouped(items: Sequence[Item], backend: Backend, phrases: int) -> list[tuple[Item, ...]]:
    """Group pictures into calls, spread over everything that works at once before any waits.

    Four pictures go to two workers as two and two. A model on this machine gets them one by one,
    since nothing is saved by more.

    Args:
        items: The pictures, in order.
        backend: Who is asked.
        phrases: How many phrases are looked for in each.
    """
    if not items:
        return []
    most = max(min(backend.max_rows, ROWS_A_CALL, MASKS_A_CALL // max(phrases, 1)), 1)
    if not backend.leaves_machine:
        most = 1
    rounds = ceil(len(items) / most / backend.workers)
    calls = min(rounds * backend.workers, len(items))
    ends = [len(items) * number // calls for number in range(calls + 1)]
    return [tuple(items[start:end]) for start, end in pairwise(ends)]


def grouped_tasks(
    items: Sequence[Item],
    backend: Backend,
    phrases: int,
    make: Callable[[tuple[Item, ...]], Task[Result]],
) -> list[Task[Result]]:
    """Make a task of every group of pictures, which falls apart into its pictures if it fails.

    Args:
        items: The pictures, in order.
        backend: Who is asked.
        phrases: How many phrases are looked for in each.
        make: Makes the task of some pictures.
    """

    def task_of(group: tuple[Item, ...]) -> Task[Result]:
        parts = tuple(make((item,)) for item in group) if len(group) > 1 else ()
        return replace(make(group), size=len(group), parts=parts)

    return [task_of(group) for group in grouped(items, backend, phrases)]
