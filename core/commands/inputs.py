"""Files named on the command line, read with sentences instead of tracebacks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from core.errors import ImageError, InputError
from core.imaging import Window, budget_from, open_upload

if TYPE_CHECKING:
    from pathlib import Path

    from core.imaging import Upload


def read_upload(path: Path) -> Upload:
    """Open an image file.

    Raises:
        ImageError: The file is not there, may not be read, or is no image that can be shown.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImageError(
            f"{path.name} could not be read: {error.strerror or 'unknown reason'}.",
            "Check the path and that you may read the file.",
        ) from None
    return open_upload(data, path.name, budget=budget_from(os.environ))


def read_window(text: str | None) -> Window | None:
    """Read ``CENTRE/WIDTH``.

    Raises:
        InputError: The text is no such pair, or the width is not above 0.
    """
    if text is None:
        return None
    try:
        center, width = (float(part) for part in text.split("/"))
    except ValueError:
        center, width = 0.0, 0.0
    if not 0.0 < width < float("inf"):
        raise InputError(
            f'"{text[:30]}" is not a window.', "Write centre and width, such as --window 40/400."
        )
    return Window(f"{center:g}/{width:g}", center, width)
