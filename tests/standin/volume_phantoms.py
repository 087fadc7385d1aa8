"""An asymmetric volume of which one knows what lies where, as NIfTI in any order and as DICOM."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import nibabel
import numpy as np
import pydicom
from nibabel.orientations import axcodes2ornt, inv_ornt_aff, ornt_transform
from pydicom.data import get_testdata_file

if TYPE_CHECKING:
    import numpy.typing as npt

SHAPE = (40, 32, 12)
SPACING_MM = (0.8, 0.9, 2.5)
ORIGIN_MM = (-22.3, 7.0, 30.0)
BODY, MIDDLE, BRIGHT = 20, 120, 240
SECRET = "Invented^Name 1234567"


@dataclass(frozen=True, eq=False)
class Phantom:
    """A file, its values in the file's own order, and the affine of that order."""

    data: bytes
    values: npt.NDArray[np.generic]
    affine: npt.NDArray[np.float64]


def values_in_space() -> npt.NDArray[np.uint8]:
    """Two blocks that no turn and no flip brings onto each other, in the order R, A, S."""
    values = np.full(SHAPE, BODY, np.uint8)
    values[4:20, 10:26, 3:9] = BRIGHT
    values[26:36, 3:9, 7:11] = MIDDLE
    return values


def nifti_phantom(axcodes: str = "RAS", *, scale: int = 1, offset: int = 0) -> Phantom:
    """The volume stored in an order such as ``"LPS"``; with a name in every text of its header.

    Args:
        axcodes: The directions in which the array axes run.
        scale: Values are stored as int16 of this many times the grey level; 1 keeps 8 bits.
        offset: Added to that.
    """
    values = values_in_space()
    stored = values if scale == 1 else (values.astype(np.int16) * scale + offset).astype(np.int16)
    affine = np.diag([*SPACING_MM, 1.0])
    affine[:3, 3] = ORIGIN_MM
    turn = ornt_transform(axcodes2ornt("RAS"), axcodes2ornt(tuple(axcodes)))
    turned = np.asarray(nibabel.apply_orientation(stored, turn))
    image = nibabel.Nifti1Image(turned, affine @ inv_ornt_aff(turn, values.shape))
    for field in ("descrip", "aux_file", "db_name", "intent_name"):
        image.header[field] = SECRET[: image.header[field].dtype.itemsize].encode()
    image.header.extensions.append(nibabel.nifti1.Nifti1Extension("comment", SECRET.encode()))
    return Phantom(image.to_bytes(), turned, image.affine)


def dicom_phantom() -> Phantom:
    """The same as a ZIP of CT slices in a shuffled order; values in HU, (slices, rows, columns)."""
    # From (x to the right, y to the front, z up) to slices upwards, rows to the back, columns to
    # the left, which is how a scanner writes them.
    grey = values_in_space()[::-1, ::-1].transpose(2, 1, 0)
    hounsfield = (grey.astype(np.int16) - 120) * 2
    left_mm = -(ORIGIN_MM[0] + SPACING_MM[0] * (SHAPE[0] - 1))
    back_mm = -(ORIGIN_MM[1] + SPACING_MM[1] * (SHAPE[1] - 1))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in np.random.default_rng(5).permutation(SHAPE[2]):
            height = ORIGIN_MM[2] + SPACING_MM[2] * int(number)
            dataset = pydicom.dcmread(get_testdata_file("CT_small.dcm", download=False))
            dataset.PatientName = SECRET
            dataset.Rows, dataset.Columns = SHAPE[1], SHAPE[0]
            dataset.PixelSpacing = [SPACING_MM[1], SPACING_MM[0]]
            dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
            dataset.ImagePositionPatient = [left_mm, back_mm, height]
            dataset.SOPInstanceUID += f".{number}"
            dataset.PixelData = (hounsfield[number] + 1024).astype("<i2").tobytes()
            content = io.BytesIO()
            dataset.save_as(content)
            archive.writestr(f"IM{number:04}", content.getvalue())
    # Array axes: slices run up, rows to the back, columns to the left; in RAS+ millimetres.
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2], affine[3, 3] = (
        SPACING_MM[2],
        -SPACING_MM[1],
        -SPACING_MM[0],
        1.0,
    )
    affine[:3, 3] = (-left_mm, -back_mm, ORIGIN_MM[2])
    return Phantom(buffer.getvalue(), hounsfield, affine)
