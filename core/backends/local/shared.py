"""The one local model of a process, however many sessions use it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from core.backends.local.runner import LocalRunner

if TYPE_CHECKING:
    from core.settings import LocalSettings


class SharedRunner:
    """Gives everybody the same runner; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runner: LocalRunner | None = None

    def with_settings(self, settings: LocalSettings) -> LocalRunner:
        """The runner, made anew when the operator has changed the settings.

        The one before, and its memory, goes with the last backend that holds it.
        """
        with self._lock:
            if self._runner is None or self._runner.settings != settings:
                self._runner = LocalRunner(settings)
            return self._runner

    def forget(self, owner: str) -> None:
        """Drop what is kept of one owner's pictures."""
        with self._lock:
            runner = self._runner
        if runner is not None:
            runner.forget(owner)
