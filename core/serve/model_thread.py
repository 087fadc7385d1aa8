"""One backend in one thread of its own, asked by many requests."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from core.backends.base import RunControl
from core.errors import EndpointTimeout
from core.geometry import MODEL_SIDE
from core.serve.rows import ServedRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.backends.base import Backend, ModelReply

ANSWER_S = 180.0
"""Longest time from a whole request to its masks, waiting included: the most that Azure allows."""


class ModelThread:
    """The answer function of :func:`core.serve.app.make_app` for one process.

    Requests are answered one after the other, in the order in which they came. One that is
    cancelled before its turn is never computed; one that is being computed stops at the backend's
    next safe point. To be used in a ``with`` statement, which waits for the thread.

    Args:
        backend: Is asked in that thread only.
        answer_s: Longest time for one request.
    """

    def __init__(self, backend: Backend, answer_s: float = ANSWER_S) -> None:
        self._backend = backend
        self._answer_s = answer_s
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="model")

    def warm_up(self) -> None:
        """Ask for something in a black picture, so that the model is loaded, and wait for it.

        Raises:
            WorkbenchError: The model is not there, does not fit into memory, or cannot answer.
        """
        black = np.zeros((MODEL_SIDE, MODEL_SIDE, 3), dtype=np.uint8)
        rows = [ServedRow(black, ("liver",))]
        self._thread.submit(self._compute, rows, threading.Event()).result()

    async def __call__(self, rows: Sequence[ServedRow]) -> list[ModelReply]:
        """Wait for the turn, then for the masks.

        Args:
            rows: Pictures with their phrases, any number.

        Raises:
            EndpointTimeout: It took too long; what is under way for it is stopped.
            WorkbenchError: The model could not answer.
        """
        gone = threading.Event()
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._answer_s):
                return await loop.run_in_executor(self._thread, self._compute, rows, gone)
        except TimeoutError:
            raise EndpointTimeout(
                f"There was no answer within {self._answer_s:g} seconds.",
                "Send fewer pictures at once, or from fewer places.",
            ) from None
        finally:
            gone.set()

    def _compute(self, rows: Sequence[ServedRow], gone: threading.Event) -> list[ModelReply]:
        """Ask for as many pictures at a time as the backend takes."""
        control = RunControl(is_cancelled=gone.is_set)
        inputs = [row.as_input() for row in rows]
        replies: list[ModelReply] = []
        for start in range(0, len(inputs), self._backend.max_rows):
            control.checkpoint()
            part = inputs[start : start + self._backend.max_rows]
            replies += self._backend.segment(part, control)
        return replies

    def __enter__(self) -> ModelThread:
        return self

    def __exit__(self, *_problem: object) -> None:
        self._thread.shutdown(cancel_futures=True)
