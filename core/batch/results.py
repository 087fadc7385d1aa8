"""Predictions to files: a folder of overlay, masks and manifest an image, and one table of all."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from core.batch.inputs import picture_sha256, read_image
from core.batch.predictions import Place, match, read_records
from core.errors import ImageError, InvalidReply
from core.export.results import ExportFile, export_files, write_files
from core.segmentation import segment
from core.wire import decode_response

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from core.backends.base import ModelInput, ModelReply, RunControl
    from core.batch.predictions import Record
    from core.batch.state import Batch, Item, JobFolder

MANIFEST = "manifest.json"
SUMMARY = "summary.csv"
_COLUMNS = ("folder", "name", "phrase", "category", "area_px", "area_percent", "threshold",
            "problem")  # fmt: skip


@dataclass(frozen=True)
class Missing:
    """One image without masks, and why."""

    item: Item
    reason: str


class Answered:
    """A backend that was asked before: it knows one picture and the answer to it.

    Args:
        label: What every export calls it.
        record: The answer, as it was written.
        picture: SHA-256 (hex) of the picture that it belongs to.
    """

    name = "azure-batch"
    max_rows = 1
    workers = 1
    leaves_machine = False

    def __init__(self, label: str, record: Record, picture: str) -> None:
        self.label = label
        self._record = record
        self._picture = picture

    def segment(
        self, inputs: Sequence[ModelInput], _control: RunControl | None = None
    ) -> list[ModelReply]:
        """The masks, for the very picture that was sent.

        Raises:
            ImageError: It is another picture.
            InvalidReply: The record holds no masks that can be read.
        """
        if [picture_sha256(one) for one in inputs] != [self._picture]:
            raise ImageError(
                "The image is not the one that was sent.", "Put the file back, and run it again."
            )
        return decode_response(self._record.body(), [one.phrases for one in inputs])


def folder_name(batch: Batch, item: Item) -> str:
    """Where the results of one image lie: a number and the start of the picture's hash, no name."""
    digits = max(4, len(str(len(batch.items))))
    return f"{item.number:0{digits}d}_{item.picture_sha256[:8]}"


def decode(
    batch: Batch,
    job: JobFolder,
    images: Path,
    *,
    label: str,
    threshold: int,
    on_progress: Callable[[int, int], None],
) -> list[Missing]:
    """Write what the predictions hold, one image in memory at a time.

    What a run before has written with the same threshold stays.

    Args:
        batch: What was sent.
        job: Where the predictions are and the results go.
        images: Where the images are.
        label: What every export calls the engine.
        threshold: Level 0..255 from which a pixel is foreground.
        on_progress: Gets how many of how many images are done.

    Returns:
        The images that got no masks, and why.

    Raises:
        InvalidReply: The predictions cannot be matched to the images.
        ExportError: The results could not be written.
    """
    done = {item.number for item in batch.items if _is_done(batch, job, item, threshold)}
    if len(done) == len(batch.items):
        return []
    places = match(job.predictions, batch.rows_of)
    wanted = {
        places[place]: item
        for item in batch.items
        if (place := Place(item.file, item.row)) in places
    }
    missing = [
        Missing(item, "The predictions hold no masks that provably belong to this image.")
        for item in batch.items
        if Place(item.file, item.row) not in places and item.number not in done
    ]
    for record in read_records(job.predictions):
        item = wanted.get(record.number)
        if item is None or item.number in done:
            continue
        try:
            files = _files(item, Answered(label, record, item.picture_sha256), images, threshold)
        except (ImageError, InvalidReply) as error:
            missing.append(Missing(item, str(error)))
        else:
            write_files(files, job.path / folder_name(batch, item))
            done.add(item.number)
        on_progress(len(done), len(batch.items))
    return sorted(missing, key=lambda entry: entry.item.number)


def write_summary(batch: Batch, job: JobFolder, missing: Sequence[Missing]) -> None:
    """Write ``summary.csv``: a line a mask, and a line for what has none.

    It holds the names of the files; it is for whoever ran the batch, and is never sent.

    Raises:
        ExportError: It could not be written.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    reasons = {entry.item.number: entry.reason for entry in missing}
    for item in batch.items:
        if item.number in reasons:
            table.writerow(["", item.name, *[""] * 5, reasons[item.number]])
            continue
        folder = folder_name(batch, item)
        for mask in _masks(job.path / folder):
            table.writerow([folder, item.name, *(mask[name] for name in _COLUMNS[2:7]), ""])
    for entry in batch.left_out:
        table.writerow(["", entry.name, *[""] * 5, entry.reason])
    write_files([ExportFile(SUMMARY, text.getvalue().encode("utf-8"))], job.path)


def _files(item: Item, backend: Answered, images: Path, threshold: int) -> list[ExportFile]:
    result = segment(read_image(images, item.name).frame, item.phrases, backend)
    return export_files(result, thresholds=dict.fromkeys(result.phrases, threshold))


def _is_done(batch: Batch, job: JobFolder, item: Item, threshold: int) -> bool:
    """Whether the manifest, which is written last, is there and has this threshold."""
    masks = _masks(job.path / folder_name(batch, item))
    return bool(masks) and all(mask.get("threshold") == threshold for mask in masks)


def _masks(folder: Path) -> list[dict[str, Any]]:
    """The masks of a manifest; none when it is not there or not whole."""
    try:
        return list(orjson.loads((folder / MANIFEST).read_bytes())["masks"])
    except (OSError, ValueError, KeyError, TypeError):
        return []
