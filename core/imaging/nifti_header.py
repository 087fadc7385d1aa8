"""What a NIfTI header says, checked before any voxel is touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import nibabel as nib
import numpy as np

from core.imaging.grid import VolumeGrid
from core.imaging.refusals import damaged, unknown

if TYPE_CHECKING:
    import numpy.typing as npt

HEADER_BYTES = 560
"""Bytes that hold either kind of header (348 or 540) with its extension flag."""

# Codes of the unit of length in xyzt_units: metre, millimetre, micrometre.
_UNITS_MM = {1: 1000.0, 2: 1.0, 3: 0.001}
# Bytes after the header that say whether there are extensions.
_EXTENSION_FLAG = 4
# An affine whose axes span less than this part of a box lies in a plane.
_FLAT = 1e-6


@dataclass(frozen=True, eq=False)
class NiftiHeader:
    """The part of the header that matters for the pixels.

    Attributes:
        shape: Voxels along all axes, at least three.
        dtype: Of one voxel, in the file's byte order; structured for RGB.
        offset: Where the voxels start, in bytes.
        slope: Multiplier of stored values, 1 when the file gives none.
        intercept: Added after it.
        grid: Where the first three axes lie.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    offset: int
    slope: float
    intercept: float
    grid: VolumeGrid

    @property
    def colour(self) -> bool:
        """True for RGB24 and RGBA32, whose voxels are structured."""
        return self.dtype.names is not None

    @property
    def words(self) -> str:
        """What was read, such as ``"int16 volume of 24 × 20 × 6 read from NIfTI"``."""
        kind = "RGB" if self.colour else self.dtype.newbyteorder("=").name
        return f"{kind} volume of {' × '.join(str(side) for side in self.shape)} read from NIfTI"

    @property
    def voxels(self) -> int:
        """Number of voxels over all axes."""
        return int(np.prod([int(side) for side in self.shape], dtype=object))

    @property
    def data_bytes(self) -> int:
        """Bytes that the voxels take."""
        return self.voxels * self.dtype.itemsize


def read_nifti_header(start: bytes, name: str) -> NiftiHeader:
    """Read the header of a single-file NIfTI-1 or NIfTI-2.

    Args:
        start: The first bytes of the (unpacked) file.
        name: The file's name, for sentences.

    Raises:
        DamagedFile: The header is cut off or makes no sense.
        UnknownFormat: It holds what is no image: another number of axes, or complex types.
    """
    second = int.from_bytes(start[:4], "little") == 540 or int.from_bytes(start[:4], "big") == 540
    kind: Any = nib.Nifti2Header if second else nib.Nifti1Header
    size = int(kind.sizeof_hdr)
    header = kind(start[:size], check=False)
    shape = tuple(int(side) for side in header.get_data_shape())
    if not shape or min(shape) < 1 or len(shape) > 7:
        raise damaged(name, f"its header gives no sensible size ({shape})")
    while len(shape) > 3 and shape[-1] == 1:
        shape = shape[:-1]
    if len(shape) < 2:
        raise unknown(name, "a list of numbers without rows and columns, not an image")
    shape = (*shape, 1) if len(shape) == 2 else shape
    dtype = _voxel_type(header.get_data_dtype(), name)
    offset = int(header["vox_offset"])
    if offset == 0 and start[size : size + 1] == b"\0":
        offset = size + _EXTENSION_FLAG
    if not size <= offset < 1 << 31:
        raise damaged(name, "its header gives no sensible place of the voxels")
    slope, intercept = _scaling(float(header["scl_slope"]), float(header["scl_inter"]))
    known = int(header["sform_code"]) > 0 or int(header["qform_code"]) > 0
    scale = _UNITS_MM.get(int(header["xyzt_units"]) & 7, 1.0)
    grid = _grid(np.array(header.get_best_affine(), dtype=np.float64), shape, scale, known=known)
    return NiftiHeader(shape, dtype, offset, slope, intercept, grid)


def _voxel_type(dtype: np.dtype[np.generic], name: str) -> np.dtype[np.generic]:
    """The type as it is, where it can be shown."""
    if dtype.names is None and (dtype.kind not in "iufc" or dtype.itemsize > 16):
        raise unknown(
            name,
            f"a NIfTI volume of type {dtype.name}, which cannot be shown",
            "Save it with 16-bit integers or 32-bit floating point.",
        )
    return dtype


def _scaling(slope: float, intercept: float) -> tuple[float, float]:
    """Slope and intercept; NaN and a slope of 0 mean that there is no scaling."""
    if not np.isfinite(slope) or slope == 0:
        return 1.0, 0.0
    return slope, intercept if np.isfinite(intercept) else 0.0


def _grid(
    affine: npt.NDArray[np.float64], shape: tuple[int, ...], scale: float, *, known: bool
) -> VolumeGrid:
    """The affine in millimetres; one that leads nowhere is replaced by voxels of no known size.

    A header with neither form says nothing about the patient: what is left is the voxel size.
    """
    three = (shape[0], shape[1], shape[2])
    sides = affine[:3, :3]
    volume = abs(float(np.linalg.det(sides)))
    # Written so that infinite and missing numbers fail, too.
    if not volume > _FLAT * float(np.prod(np.sqrt((sides**2).sum(axis=0)))):
        return VolumeGrid(three, np.eye(4), known=False, has_spacing=False)
    affine[:3] *= scale
    return VolumeGrid(three, affine, known=known)
