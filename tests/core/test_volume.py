"""Volumes slice by slice, and masks back on the grid of the file."""

import gzip
import io

import nibabel
import numpy as np
import pytest
from nibabel.orientations import axcodes2ornt, inv_ornt_aff, ornt_transform

from core.backends.base import ModelReply
from core.errors import ChoiceError
from core.export.nifti import encode_nifti, nifti_files
from core.grouping import grouped
from core.imaging import open_upload
from core.volume import mask_volume, segment_slices, slice_range


class BrightParts:
    """A backend that finds what is bright in the picture it is given."""

    name = "bright"
    label = "Bright parts, for tests"
    max_rows = 3
    workers = 1
    leaves_machine = True
    calls = 0

    def segment(self, inputs, _control=None):
        assert len(inputs) <= self.max_rows
        self.calls += 1
        return [ModelReply(item.picture[None, :, :, 0], ("other",)) for item in inputs]


def head(axcodes):
    """A block of 200 in a volume of 20, 40 x 32 x 12 voxels, stored in the given orientation."""
    values = np.full((40, 32, 12), 20, np.uint8)
    values[8:20, 10:26, 3:9] = 240
    affine = np.diag([0.8, 0.9, 2.5, 1.0])
    affine[:3, 3] = (-12, 7, 30)
    turn = ornt_transform(axcodes2ornt("RAS"), axcodes2ornt(axcodes))
    turned = nibabel.apply_orientation(values, turn)
    image = nibabel.Nifti1Image(turned, affine @ inv_ornt_aff(turn, values.shape))
    return image, np.asarray(turned) > 128


@pytest.mark.parametrize("axcodes", ["RAS", "LPS", "SAL", "PIR"])
@pytest.mark.parametrize("axis", ["axial", "coronal", "sagittal"])
def test_masks_of_all_slices_lie_on_the_file_they_came_from(axcodes, axis):
    image, truth = head(axcodes)
    upload = open_upload(image.to_bytes(), "head.nii")
    backend = BrightParts()
    wanted = slice_range(upload, axis, "all")
    results = {}
    for group in grouped(wanted.indices, backend, 1):
        found = segment_slices(upload, wanted, group, phrases=["bright"], backend=backend)
        results.update(zip(group, found, strict=True))
    assert backend.calls == -(-len(results) // 3)
    volume = mask_volume(upload.grid, axis, results, "bright")
    assert volume.shape == image.shape
    overlap = 2 * (volume.astype(bool) & truth).sum() / (volume.sum() + truth.sum())
    assert overlap > 0.97

    written = nibabel.Nifti1Image.from_bytes(gzip.decompress(encode_nifti(volume, upload.grid)))
    source = nibabel.Nifti1Image.from_bytes(image.to_bytes())
    assert np.array_equal(written.affine, source.affine)
    assert np.array_equal(np.asarray(written.dataobj), volume)


def test_slices_that_were_not_run_stay_empty_in_the_export():
    image, _ = head("RAS")
    upload = open_upload(image.to_bytes(), "head.nii")
    wanted = slice_range(upload, "axial", "4-5")
    results = dict(
        zip(
            wanted.indices,
            segment_slices(upload, wanted, wanted.indices, phrases=["x"], backend=BrightParts()),
            strict=True,
        )
    )
    (file,) = nifti_files(upload.grid, "axial", results, 128)
    assert file.name == "mask_x.nii.gz"
    stored = nibabel.Nifti1Image.from_stream(io.BytesIO(gzip.decompress(file.content)))
    filled = np.asarray(stored.dataobj).any(axis=(0, 1))
    assert np.flatnonzero(filled).tolist() == [4, 5]


@pytest.mark.parametrize("text", ["", "5", "7-3", "0-12", "a-b", "-1-3"])
def test_a_range_that_the_volume_does_not_have_is_refused(text):
    upload = open_upload(head("RAS")[0].to_bytes(), "head.nii")
    with pytest.raises(ChoiceError, match="no range of slices"):
        slice_range(upload, "axial", text)


def test_a_direction_that_the_volume_does_not_have_is_refused():
    upload = open_upload(head("RAS")[0].to_bytes(), "head.nii")
    with pytest.raises(ChoiceError, match="axial, coronal, sagittal"):
        slice_range(upload, "oblique", "all")
