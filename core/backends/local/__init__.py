"""The BiomedParse network on this machine, as a backend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.backends.base import RunControl
from core.backends.local.runner import MAX_ROWS, LocalRunner
from core.errors import WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.backends.base import ModelInput, ModelReply

__all__ = ["LocalBackend", "LocalRunner"]


class LocalBackend:
    """Asks the model of this process; pictures and phrases stay on this machine.

    The same picture and phrases give the same bytes on the same device.

    Args:
        runner: Shared by all backends of the process.
        owner: Who asks, such as a browser session: embeddings are kept apart by it.
    """

    name = "local"
    max_rows = MAX_ROWS
    workers = 1
    leaves_machine = False

    def __init__(self, runner: LocalRunner, owner: str) -> None:
        self._runner = runner
        self._owner = owner

    @property
    def label(self) -> str:
        """What the page and every export call it; known before the model is loaded."""
        try:
            return f"BiomedParse v1, local ({self._runner.placement.title})"
        except WorkbenchError:  # told when it is asked for masks
            return "BiomedParse v1, local"

    def segment(
        self, inputs: Sequence[ModelInput], control: RunControl | None = None
    ) -> list[ModelReply]:
        """Wait for the model, and ask it; see :class:`core.backends.base.Backend`.

        Raises:
            BackendError: The model is not there, does not fit into memory, or failed.
            SettingsError: The device that is set is not there.
            Cancelled: The user stopped the run.
            ValueError: There are no inputs, or more than ``max_rows``.
        """
        if not 1 <= len(inputs) <= self.max_rows:
            raise ValueError(f"between 1 and {self.max_rows} inputs, not {len(inputs)}")
        return self._runner.segment(inputs, self._owner, control or RunControl())
