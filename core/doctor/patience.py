"""Work that nothing can interrupt, waited for no longer than a limit and no longer than wanted."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, TypeVar

from core.backends.retry import POLL_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.backends.base import RunControl

Result = TypeVar("Result")


def within(seconds: float, control: RunControl, work: Callable[[], Result]) -> Result:
    """Do work in a thread of its own and wait for it.

    Args:
        seconds: The longest wait; the thread itself goes on to its end, unheard.
        control: Asked about ten times a second whether to go on.
        work: What to do; what it raises is raised here.

    Raises:
        TimeoutError: It took too long.
        Cancelled: The user stopped waiting.
    """
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as problem:  # noqa: BLE001 - it is raised again by the waiter
            future.set_exception(problem)

    threading.Thread(target=run, name="doctor", daemon=True).start()
    end = time.monotonic() + seconds
    while not wait([future], timeout=POLL_S).done:
        control.checkpoint()
        if time.monotonic() >= end:
            raise TimeoutError(f"no end within {seconds:g} seconds")
    return future.result()
