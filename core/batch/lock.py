"""One command at a time in one folder: the lock goes with the process, however it ends."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from core.errors import ExportError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAME = ".lock"


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder until the end of the ``with`` statement.

    Raises:
        InputError: Another process holds it.
        ExportError: The folder cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / _NAME).open("a+b")
    except OSError as error:
        raise ExportError(
            f"{folder} cannot be written to: {error.strerror or 'the disk refused'}.",
            "Choose another folder with --out.",
        ) from None
    with file:
        if not _take(file):
            raise InputError(
                f"Another command is at work in {folder}.", "Wait for it, or stop it first."
            )
        yield


if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> bool:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _take(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
