"""What is in a file of weights, held against what the network needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.backends.local.device import Placement, require_packages
from core.backends.local.failures import is_out_of_memory, out_of_memory
from core.errors import LocalModelMissing
from core.weights.stage import Stage

if TYPE_CHECKING:
    from pathlib import Path

    from core.backends.base import RunControl
    from core.weights.stage import Tell


def look_into(file: Path, tell: Tell, control: RunControl) -> tuple[int, int]:
    """Read a checkpoint into the network, as a run does: all of it, exactly, or not at all.

    Args:
        file: ``.pt`` or ``.safetensors``.
        tell: Gets that it has begun and ended; between the two nobody knows how far it is.
        control: Asked whether to stop before it begins.

    Returns:
        How many parameters the network has, all of them there and finite, and how many numbers
        are in them; zeros where PyTorch is not installed.

    Raises:
        WeightsDamaged: A parameter is missing, left over, of another shape, or not finite.
        OutOfMemory: The network does not fit into the computer's memory.
        Cancelled: The user stopped it.
    """
    control.checkpoint()
    try:
        require_packages()
    except LocalModelMissing:
        return 0, 0
    from core.backends.local.network.checkpoint import load_network  # noqa: PLC0415 - imports torch

    total = file.stat().st_size
    tell(Stage("parameters", 0, total))
    try:
        state = load_network(file, "cpu").state_dict()
    except (MemoryError, RuntimeError) as problem:
        if not is_out_of_memory(problem):
            raise
        raise out_of_memory(Placement("cpu", "fp32")) from None
    tell(Stage("parameters", total, total))
    return len(state), sum(tensor.numel() for tensor in state.values())
