"""Compare a backend with reference masks: one row per mask, and a mean per target."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.analysis.metrics import dice, iou
from core.analysis.pairing import pair
from core.errors import Cancelled, ImageError, WorkbenchError
from core.imaging import open_upload
from core.imaging.reference import read_reference_mask
from core.prompts import MAX_PHRASES
from core.segmentation import segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from core.analysis.pairing import Case, Reference
    from core.backends.base import Backend, RunControl
    from core.segmentation import PhraseMask

_COLUMNS = ("image", "modality", "site", "target", "dice", "iou", "seconds", "note")


@dataclass(frozen=True)
class Row:
    """One reference mask and how well the backend met it.

    Attributes:
        image: Name of the image without its ending.
        modality: From the image's name.
        site: From the image's name.
        target: The phrase that was asked for.
        dice: 0..1, or None when it could not be measured.
        iou: 0..1, or None when it could not be measured.
        seconds: Time of the call divided by its phrases, or None.
        note: Why there is no figure, or what to know about it.
    """

    image: str
    modality: str
    site: str
    target: str
    dice: float | None
    iou: float | None
    seconds: float | None
    note: str = ""


@dataclass(frozen=True)
class TargetMean:
    """All rows of one target together.

    Attributes:
        target: The phrase.
        count: Rows with a figure.
        dice: Mean Dice, or None without any figure.
        iou: Mean intersection over union, or None.
    """

    target: str
    count: int
    dice: float | None
    iou: float | None


@dataclass(frozen=True)
class Evaluation:
    """What came of a comparison.

    Attributes:
        engine: What the backend calls itself.
        rows: One per reference mask, by image.
    """

    engine: str
    rows: tuple[Row, ...]

    @property
    def by_target(self) -> tuple[TargetMean, ...]:
        """Means over the rows of each target, by name."""
        targets = sorted({row.target for row in self.rows})
        return tuple(_mean(name, [r for r in self.rows if r.target == name]) for name in targets)

    def to_text(self) -> str:
        """Both tables in columns, with a last line break."""
        rows = [
            (r.image, r.target, _figure(r.dice), _figure(r.iou), _figure(r.seconds, 2), r.note)
            for r in self.rows
        ]
        means = [(m.target, str(m.count), _figure(m.dice), _figure(m.iou)) for m in self.by_target]
        parts = (
            self.engine,
            _aligned(("image", "target", "Dice", "IoU", "s", "note"), rows),
            _aligned(("target", "masks", "mean Dice", "mean IoU"), means),
        )
        return "\n\n".join(parts) + "\n"

    def to_csv(self) -> str:
        """The rows as CSV with a header; figures that could not be measured are empty."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for row in self.rows:
            values = (getattr(row, name) for name in _COLUMNS)
            writer.writerow([round(v, 4) if isinstance(v, float) else v for v in values])
        return out.getvalue()


def evaluate(
    images: Path,
    masks: Path,
    backend: Backend,
    *,
    control: RunControl | None = None,
    on_row: Callable[[Row], None] | None = None,
) -> Evaluation:
    """Ask the backend for every target that has a mask, and compare.

    An image or mask that cannot be read and an answer that does not come make rows without
    figures; the others go on.

    Args:
        images: Folder of images, named as :mod:`core.analysis.pairing` says.
        masks: Folder of reference masks.
        backend: The model to ask.
        control: Countdown and cancel; None runs to the end.
        on_row: Called with each row as soon as it is there.

    Raises:
        InputError: A folder is not there, or no mask belongs to any image.
        Cancelled: The user stopped the run.
    """
    rows = []
    for case in pair(images, masks):
        for row in _rows(case, backend, control):
            rows.append(row)
            if on_row is not None:
                on_row(row)
    return Evaluation(backend.label, tuple(rows))


def _rows(case: Case, backend: Backend, control: RunControl | None) -> Iterator[Row]:
    """All rows of one image, up to 16 phrases a call."""
    try:
        frame = open_upload(_bytes(case.path), case.path.name).frame()
    except WorkbenchError as error:
        yield from (_without_figures(case, reference, error.what) for reference in case.references)
        return
    for start in range(0, len(case.references), MAX_PHRASES):
        part = case.references[start : start + MAX_PHRASES]
        try:
            result = segment(frame, [reference.target for reference in part], backend, control)
        except Cancelled:
            raise
        except WorkbenchError as error:
            yield from (_without_figures(case, reference, error.what) for reference in part)
            continue
        seconds = result.seconds / len(part)
        for reference, found in zip(part, result.masks, strict=True):
            yield _compared(case, reference, found, seconds)


def _compared(case: Case, reference: Reference, found: PhraseMask, seconds: float) -> Row:
    mask = found.mask()
    try:
        truth = read_reference_mask(_bytes(reference.path), reference.path.name, mask.shape)
    except WorkbenchError as error:
        return _without_figures(case, reference, error.what)
    drawn = truth.mask()
    notes = [notice.text for notice in truth.notices]
    if not mask.any():
        notes.insert(0, "empty answer")
    return Row(
        case.name,
        case.modality,
        case.site,
        reference.target,
        dice(mask, drawn),
        iou(mask, drawn),
        seconds,
        "; ".join(notes),
    )


def _without_figures(case: Case, reference: Reference, why: str) -> Row:
    return Row(case.name, case.modality, case.site, reference.target, None, None, None, why)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ImageError(
            f"{path.name} could not be read: {error.strerror}.",
            "Check that you may read the file.",
        ) from None


def _mean(target: str, rows: Sequence[Row]) -> TargetMean:
    dices = [row.dice for row in rows if row.dice is not None]
    ious = [row.iou for row in rows if row.iou is not None]
    if not dices:
        return TargetMean(target, 0, None, None)
    return TargetMean(target, len(dices), float(np.mean(dices)), float(np.mean(ious)))


def _figure(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest entry, two spaces between."""
    table = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(header))]
    lines = (
        "  ".join(entry.ljust(width) for entry, width in zip(line, widths, strict=True))
        for line in table
    )
    return "\n".join(line.rstrip() for line in lines)
