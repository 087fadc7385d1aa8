"""Masks of a whole volume as a set of files: NIfTI on the file's own grid, and the manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.export.manifest import volume_model_manifest
from core.export.names import unique_slugs
from core.export.nifti import encode_nifti
from core.export.results import ExportFile

if TYPE_CHECKING:
    from core.volume_model import VolumeResult


def volume_files(result: VolumeResult) -> list[ExportFile]:
    """Make ``labels.nii.gz``, one ``mask_<phrase>.nii.gz`` a phrase, and ``manifest.json``.

    Args:
        result: What came of the volume. In ``labels.nii.gz`` its k-th phrase has the value k; the
            masks have 0 and 1.
    """
    files = [ExportFile("labels.nii.gz", encode_nifti(result.labels, result.grid))]
    files += [
        ExportFile(f"mask_{name}.nii.gz", encode_nifti(result.mask(number), result.grid))
        for number, name in enumerate(unique_slugs(result.phrases), start=1)
    ]
    record = volume_model_manifest(result, files={file.name: file.sha256 for file in files})
    return [*files, ExportFile("manifest.json", record)]
