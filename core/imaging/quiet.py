"""Keep the decoding libraries from talking: what they warn about can hold a patient's name."""

from __future__ import annotations

import logging
import threading
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TREES = ("pydicom", "pylibjpeg", "nibabel", "PIL", "tifffile")
_NEVER = logging.CRITICAL + 1


class _Silence:
    """Counts readers: the first one in silences the libraries, the last one out restores them.

    ``warnings.catch_warnings`` swaps state of the whole process, so that two threads that enter
    and leave it in turn would restore each other's filters. One shared state with a count does
    not, and decoding still runs in parallel.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers = 0
        self._levels: dict[str, int] = {}
        self._filters: warnings.catch_warnings[None] | None = None

    def enter(self) -> None:
        """Silence the libraries, unless someone has."""
        with self._lock:
            self._readers += 1
            if self._readers > 1:
                return
            self._filters = warnings.catch_warnings()
            self._filters.__enter__()
            warnings.simplefilter("ignore")
            for name in _TREES:
                logger = logging.getLogger(name)
                self._levels[name] = logger.level
                logger.setLevel(_NEVER)

    def leave(self) -> None:
        """Let the libraries talk again, when nobody else reads."""
        with self._lock:
            self._readers -= 1
            if self._readers:
                return
            for name, level in self._levels.items():
                logging.getLogger(name).setLevel(level)
            if self._filters is not None:
                self._filters.__exit__(None, None, None)


_SILENCE = _Silence()


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Drop the warnings and log records of the decoding libraries while a file is read."""
    _SILENCE.enter()
    try:
        yield
    finally:
        _SILENCE.leave()
