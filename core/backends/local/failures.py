"""What torch raises, in the program's own sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.backends.local.memory import free_bytes, spoken_bytes, total_bytes
from core.errors import ModelFailed, OutOfMemory

if TYPE_CHECKING:
    from core.backends.local.device import Placement
    from core.errors import BackendError

_WORDS = ("out of memory", "allocate memory", "not enough memory", "alloc_failed")
_LONGEST_DETAILS = 300


def is_out_of_memory(problem: BaseException) -> bool:
    """Whether an exception says that memory is used up: of Python, CUDA, MPS or torch on a CPU.

    torch has one class for CUDA and a bare ``RuntimeError`` for the others, so the words decide.
    """
    if isinstance(problem, MemoryError):
        return True
    words = str(problem).lower()
    return isinstance(problem, RuntimeError) and any(word in words for word in _WORDS)


def translated(problem: Exception, placement: Placement) -> BackendError:
    """The error for what torch raised; made here and raised elsewhere.

    Raise it after the ``except`` block: an error that is kept for the page would otherwise keep,
    with the traceback of ``problem``, all tensors of the pass that failed.
    """
    if is_out_of_memory(problem):
        return out_of_memory(placement)
    first_line = str(problem).partition("\n")[0]  # of shapes and devices; holds no pixels
    return ModelFailed(
        f"The local model failed on {placement.title}.",
        "Run it again; if it fails again, set MIP_LOCAL_DEVICE to cpu and start the program anew.",
        details=f"{type(problem).__name__}: {first_line[:_LONGEST_DETAILS]}",
    )


def no_room(needed: int, free: int, placement: Placement) -> OutOfMemory:
    """What to say before weights are loaded that will not fit.

    Args:
        needed: Bytes of the file.
        free: Bytes that the device has left.
        placement: Where they were to go.
    """
    return OutOfMemory(
        f"The weights need {spoken_bytes(needed)} of memory, and {placement.title} has "
        f"{spoken_bytes(free)} left.",
        _next_step(placement),
    )


def out_of_memory(placement: Placement) -> OutOfMemory:
    """What to say when even the smallest way did not fit."""
    total, free = total_bytes(placement), free_bytes(placement)
    what = f"The memory of {placement.title} is too small for the local model."
    if total is not None and free is not None:
        what = (
            f"The memory of {placement.title} is too small for the local model: "
            f"{spoken_bytes(free)} of {spoken_bytes(total)} is left."
        )
    return OutOfMemory(what, _next_step(placement))


def _next_step(placement: Placement) -> str:
    if placement.device == "cpu":
        return "Close other programs, or use a computer with at least 8 GB of memory."
    return "Close other programs that use it, or set MIP_LOCAL_DEVICE to cpu."
