"""Masks of a volume as NIfTI on the grid of the file they came from."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import nibabel

from core import about
from core.export.names import unique_slugs
from core.export.results import ExportFile
from core.volume import mask_volume

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

    from core.imaging.grid import VolumeGrid
    from core.segmentation import Segmentation


def nifti_files(
    grid: VolumeGrid, axis: str, results: Mapping[int, Segmentation], threshold: int
) -> list[ExportFile]:
    """Make one ``mask_<phrase>.nii.gz`` a phrase, with the values 0 and 1.

    Args:
        grid: Of the volume.
        axis: Name of the direction of the slices.
        results: Segmentation of each slice, by its position; slices without one stay 0.
        threshold: Level from which a pixel is foreground, 0..255.
    """
    phrases = list(dict.fromkeys(p for result in results.values() for p in result.phrases))
    return [
        ExportFile(
            f"mask_{name}.nii.gz",
            encode_nifti(mask_volume(grid, axis, results, phrase, threshold), grid),
        )
        for phrase, name in zip(phrases, unique_slugs(phrases), strict=True)
    ]


def encode_nifti(volume: npt.NDArray[np.uint8], grid: VolumeGrid) -> bytes:
    """Write a volume as ``.nii.gz`` with the affine of its grid.

    Args:
        volume: uint8 (I, J, K) of the grid's shape.
        grid: Where the voxels lie.
    """
    image = nibabel.Nifti1Image(volume, grid.affine)
    image.header["descrip"] = about.NOTICE.encode("ascii")
    image.header.set_xyzt_units("mm")
    # No time of day in the file: the same masks give the same bytes.
    return gzip.compress(image.to_bytes(), compresslevel=4, mtime=0)
