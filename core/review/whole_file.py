"""Files that are whole or not there, whatever happens while they are written."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def whole_file(place: Path) -> Iterator[IO[bytes]]:
    """A file to write into, which gets its name when its content is complete and on the disk.

    Others on this machine cannot read it. A process that is killed meanwhile leaves a file with
    another name behind, which ends in ``.tmp``.

    Args:
        place: Its name; the folder is there.

    Raises:
        OSError: It cannot be written.
    """
    with tempfile.NamedTemporaryFile(dir=place.parent, suffix=".tmp", delete=False) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            Path(file.name).unlink()
            raise
    Path(file.name).replace(place)


def flush_folder(folder: Path) -> None:
    """Make names in a folder safe on the disk, where the system can do that.

    Raises:
        OSError: The folder cannot be read.
    """
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
