"""Files named on the command line, read with sentences instead of tracebacks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import ImageError, InputError
from core.imaging import Window, budget_from, open_upload
from core.segmentation import DEFAULT_THRESHOLD

if TYPE_CHECKING:
    import argparse

    from core.imaging import Frame, Upload


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


def add_frame_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the image, the phrases, the engine, the choice of a frame, and the threshold."""
    parser.add_argument("input", type=Path, help="an image: PNG, JPEG, TIFF, DICOM, NIfTI, ZIP...")
    parser.add_argument("phrases", help='what to look for, such as "liver & tumor"')
    parser.add_argument("--backend", default="demo", help="demo (default), azure or local")
    parser.add_argument("--frame", type=int, default=0, help="frame or slice, from 0")
    parser.add_argument("--axis", default=None, help="axial, coronal or sagittal, for volumes")
    parser.add_argument("--volume", type=int, default=0, help="time point of a 4-D file, from 0")
    parser.add_argument("--channel", type=int, default=None, help="channel, from 0")
    parser.add_argument("--window", default=None, metavar="CENTRE/WIDTH", help="such as 40/400")
    parser.add_argument(
        "--threshold",
        type=int,
        default=DEFAULT_THRESHOLD,
        help="level 0..255 from which a pixel is foreground (default 128)",
    )


def read_frame(upload: Upload, arguments: argparse.Namespace) -> Frame:
    """Decode the frame that the arguments of :func:`add_frame_arguments` name.

    Raises:
        ImageError: The frame cannot be decoded.
        InputError: The file has no such frame, or the window is none.
    """
    return upload.frame(
        arguments.frame,
        read_window(arguments.window),
        arguments.channel,
        axis=arguments.axis,
        volume=arguments.volume,
    )
