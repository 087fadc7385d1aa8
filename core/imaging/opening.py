"""The one way in: bytes and a name become an upload."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from core.imaging.archive import open_archive
from core.imaging.budget import budget_from
from core.imaging.dicom import open_dicom
from core.imaging.nifti import NiftiUpload
from core.imaging.raster import RasterUpload
from core.imaging.refusals import check_file_size, read_or_refuse, unknown
from core.imaging.sniff import Kind, describe_other, sniff
from core.imaging.tiff import TiffUpload
from core.imaging.unpacking import GZIP, unpack

if TYPE_CHECKING:
    from core.imaging.budget import Budget
    from core.imaging.model import Upload


def open_upload(data: bytes, name: str, *, budget: Budget | None = None) -> Upload:
    """Open a file by its content.

    The first frame is decoded here, so that a damaged picture is refused at once; the others are
    decoded when they are asked for.

    Args:
        data: The whole file.
        name: The name as the user gave it; used in sentences for the user only.
        budget: Limits; None takes those of the environment.

    Returns:
        The upload; its frames are read from ``data`` on request.

    Raises:
        ImageError: The file cannot be shown; the sentence names it.
        SettingsError: A limit in the environment makes no sense.
    """
    limits = budget if budget is not None else budget_from(os.environ)
    check_file_size(name, len(data), limits)
    kind = sniff(data)
    if kind is None:
        raise unknown(name, *describe_other(data))
    return read_or_refuse(name, partial(_open, data, name, kind, limits))


def _open(data: bytes, name: str, kind: Kind, budget: Budget) -> Upload:
    if kind is Kind.GZIP:
        return open_upload(_unpacked(data, name, budget), name, budget=budget)
    if kind is Kind.ZIP:
        return open_archive(data, name, budget, partial(open_upload, budget=budget))
    if kind is Kind.DICOM:
        return open_dicom(data, name, budget)
    if kind in (Kind.NIFTI, Kind.NIFTI_GZ):
        return NiftiUpload(data, name, kind, budget)
    if kind is Kind.TIFF:
        return TiffUpload(data, name, budget)
    return RasterUpload(data, name, kind, budget)


def _unpacked(data: bytes, name: str, budget: Budget) -> bytes:
    """What is inside a gzip file, such as a single DICOM file."""
    inside = unpack(data, name, budget, wbits=GZIP)
    check_file_size(name, len(inside), budget)
    if sniff(inside) in (Kind.GZIP, Kind.ZIP):
        raise unknown(name, "an archive inside an archive", "Unpack it and upload what is inside.")
    return inside
