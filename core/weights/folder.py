"""The folder of the weights: made, with room in it, and what a full disk means."""

from __future__ import annotations

import errno
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SPARE = 100_000_000
"""Bytes to leave free for everything else."""

_FULL = (errno.ENOSPC, errno.EDQUOT)


def make_folder(folder: Path) -> None:
    """Make the folder, for its owner's eyes only.

    Raises:
        ExportError: It cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise _unwritable(problem) from None


def require_room(folder: Path, needed: int) -> None:
    """Refuse to begin what will not fit.

    Args:
        folder: Which is there.
        needed: In bytes.

    Raises:
        ExportError: Less is free.
    """
    free = shutil.disk_usage(folder).free
    if free < needed + _SPARE:
        raise ExportError(
            f"The weights need {needed / 1e9:.2f} GB more on the disk, and {free / 1e9:.2f} GB is "
            "free.",
            "Make room, or set MIP_LOCAL_WEIGHTS to a file on another disk.",
        )


@contextmanager
def refusing_full_disk(folder: Path) -> Iterator[None]:
    """Turn what the disk refuses inside the ``with`` statement into a sentence.

    Raises:
        ExportError: The disk is full, or cannot be written to.
    """
    try:
        yield
    except OSError as problem:
        if problem.errno is None:  # of the connection, not of the disk
            raise
        if problem.errno in _FULL:
            free = shutil.disk_usage(folder).free
            raise ExportError(
                f"The disk is full: {free / 1e9:.2f} GB is free where the weights belong.",
                "Make room and run the same command again, or set MIP_LOCAL_WEIGHTS to a file on "
                "another disk.",
            ) from None
        raise _unwritable(problem) from None


def _unwritable(problem: OSError) -> ExportError:
    return ExportError(
        f"The folder of the weights cannot be written to: {problem.strerror or 'unknown reason'}.",
        "Make it writable, or set MIP_LOCAL_WEIGHTS to a file in another folder.",
    )
