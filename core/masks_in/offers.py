"""Frames of uploads as pictures that masks are wanted for."""

from __future__ import annotations

import hashlib
import os
from functools import partial
from typing import TYPE_CHECKING

from core.errors import ImageError
from core.imaging.budget import budget_from
from core.imaging.refusals import read_or_refuse
from core.masks_in.dicom_source import read_source, slice_at
from core.masks_in.values import ImageOffer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.imaging import Budget, Frame, Upload
    from core.masks_in.dicom_source import DicomSource


def offers_of(
    upload: Upload, frames: Iterable[Frame], data: bytes = b"", *, budget: Budget | None = None
) -> tuple[ImageOffer, ...]:
    """Offer frames of one file.

    Args:
        upload: The file.
        frames: Of this upload.
        data: Its bytes, so that DICOM segmentations find it; empty for a member of an archive.
        budget: Limits; None takes those of the environment.

    Raises:
        SettingsError: A limit in the environment makes no sense.
    """
    limits = budget if budget is not None else budget_from(os.environ)
    source = _source(upload, data, limits)
    key = hashlib.sha256(data or upload.name.encode()).hexdigest()
    return tuple(
        ImageOffer(
            name=upload.name,
            file=key,
            frame=frame,
            frames=upload.choices.count(frame.axis),
            grid=upload.grid,
            spot=_spot(upload, frame, source),
            volumes=max(1, len(upload.choices.volumes)),
            dicom=source,
        )
        for frame in frames
    )


def _source(upload: Upload, data: bytes, budget: Budget) -> DicomSource | None:
    """Of a file or one series; the series of an archive with several cannot be told apart."""
    if not data or upload.parts:
        return None
    try:
        return read_or_refuse(upload.name, partial(read_source, data, upload.name, budget))
    except ImageError:
        return None


def _spot(upload: Upload, frame: Frame, source: DicomSource | None) -> tuple[str, int] | None:
    """Direction and slice in the grid, also for the frames of an object in the file's order."""
    if upload.grid is None:
        return None
    if frame.axis != "stack":
        return frame.axis, frame.index
    if source is None or not source.single or frame.index >= len(source.instances):
        return None
    at = slice_at(upload.grid, source.instances[frame.index].placement)
    if at is None:
        return None
    own = next(view for view in upload.grid.views if view.along == 0)
    # Counting from the other end is its own inverse.
    return own.name, own.file_index(at)
