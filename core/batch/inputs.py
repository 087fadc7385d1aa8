"""Images to ``batch_input_NNN.csv``: what the batch endpoint reads, and nothing else of them."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pybase64

from core.batch.state import Item, LeftOut
from core.errors import ImageError
from core.export.results import ExportFile, write_files
from core.imaging import open_upload
from core.png import encode_png
from core.prompts import join_phrases
from core.segmentation import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from core.backends.base import ModelInput
    from core.batch.wanted import Wanted
    from core.imaging import Frame

HEADER = ("", "image", "text")
"""Microsoft's notebook for MedImageParse writes the index column too (wire.md 5.8)."""

_SHORTEST_NUMBER = 3


@dataclass(frozen=True, eq=False)
class Opened:
    """One image.

    Attributes:
        frame: Its first frame.
        sha256: SHA-256 (hex) of the file.
        warnings: What the user should look at before it is sent.
    """

    frame: Frame
    sha256: str
    warnings: tuple[str, ...]


def read_image(folder: Path, name: str) -> Opened:
    """Open one image; of a file with several frames the first is taken.

    Args:
        folder: Where the images are.
        name: Path below it.

    Raises:
        ImageError: The file is not there or cannot be shown.
    """
    path = folder / name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImageError(
            f"{name} could not be read: {error.strerror or 'unknown reason'}.",
            "Check the path and that you may read the file.",
        ) from None
    upload = open_upload(data, path.name)
    frame = upload.frame()
    notices = (*upload.notices, *frame.notices)
    warnings = list(dict.fromkeys(one.text for one in notices if one.level == "warning"))
    if upload.frame_count > 1:
        warnings.append(f"Only the first of its {upload.frame_count} frames is sent.")
    return Opened(frame, hashlib.sha256(data).hexdigest(), tuple(warnings))


def picture_sha256(prepared: ModelInput) -> str:
    """SHA-256 (hex) of the pixels that are sent."""
    return hashlib.sha256(prepared.picture.tobytes()).hexdigest()


def write_inputs(
    folder: Path,
    wanted: Sequence[Wanted],
    out: Path,
    *,
    rows_per_file: int,
    on_progress: Callable[[int, int], None],
) -> tuple[list[Item], list[LeftOut]]:
    """Write the input files; an image that cannot be opened is left out.

    A file holds an index, the PNG in base64 and the phrases: no name, no header data. The numbers
    are zero-padded, so that the files sort as they are counted.

    Args:
        folder: Where the images are.
        wanted: Which of them, and what to look for.
        out: Folder for the files.
        rows_per_file: Images a file, at least 1.
        on_progress: Gets how many of how many are done.

    Returns:
        What was prepared, in order, and what was left out.

    Raises:
        ExportError: The files could not be written.
    """
    digits = max(_SHORTEST_NUMBER, len(str(-(-len(wanted) // rows_per_file))))
    items: list[Item] = []
    left_out: list[LeftOut] = []
    rows: list[tuple[str, str]] = []
    for count, entry in enumerate(wanted, start=1):
        try:
            image = read_image(folder, entry.name)
        except ImageError as error:
            left_out.append(LeftOut(entry.name, str(error)))
        else:
            prepared = prepare(image.frame, entry.phrases)
            items.append(
                Item(
                    number=len(items) + 1,
                    name=entry.name,
                    phrases=entry.phrases,
                    sha256=image.sha256,
                    picture_sha256=picture_sha256(prepared),
                    file=f"batch_input_{len(items) // rows_per_file + 1:0{digits}d}.csv",
                    row=len(rows),
                    warnings=image.warnings,
                )
            )
            png = pybase64.b64encode_as_string(encode_png(prepared.picture))
            rows.append((png, join_phrases(entry.phrases)))
        if rows and (len(rows) == rows_per_file or count == len(wanted)):
            write_files([ExportFile(items[-1].file, _csv(rows))], out)
            rows = []
        on_progress(count, len(wanted))
    return items, left_out


def _csv(rows: Sequence[tuple[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows((index, *row) for index, row in enumerate(rows))
    return text.getvalue().encode()
