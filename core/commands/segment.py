"""``python -m core segment``: one image and phrases to an overlay, masks and a manifest."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from core.backends import get_backend
from core.commands.inputs import read_upload
from core.errors import InputError
from core.export.results import export_files, write_files
from core.imaging import Window
from core.segmentation import DEFAULT_THRESHOLD, segment
from core.settings import settings_for

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("input", type=Path, help="an image: PNG, JPEG, TIFF, DICOM, NIfTI, ZIP...")
    parser.add_argument("phrases", help='what to look for, such as "liver & tumor"')
    parser.add_argument("--backend", default="demo", help="demo (default) or azure")
    parser.add_argument("--out", type=Path, required=True, help="folder for the results")
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


def run(arguments: argparse.Namespace) -> None:
    """Run the command and say what came of it.

    Raises:
        WorkbenchError: The image, the phrases, the settings or the backend stand in the way.
    """
    upload = read_upload(arguments.input)
    frame = upload.frame(
        arguments.frame,
        _window(arguments.window),
        arguments.channel,
        axis=arguments.axis,
        volume=arguments.volume,
    )
    backend = get_backend(arguments.backend, settings_for(arguments.backend, os.environ))
    result = segment(frame, arguments.phrases, backend)
    thresholds = dict.fromkeys(result.phrases, arguments.threshold)
    files = export_files(result, thresholds=thresholds)
    write_files(files, arguments.out)
    print(result.engine)
    for mask in result.masks:
        area = mask.area(arguments.threshold)
        share = 100.0 * area / mask.probability.size
        print(f"{mask.phrase}: {area} px ({share:.1f} %), category {mask.category or 'none'}")
    for notice in (*upload.notices, *frame.notices, *result.notices):
        print(f"Note: {notice.text}")
    print(f"{len(files)} files written. Research use only, not for diagnosis.")


def _window(text: str | None) -> Window | None:
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
