"""A volume in a real browser: wheel through it, run all slices, take the masks home."""

import gzip
import io
import zipfile

import nibabel
import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file

from core.imaging import open_upload

pytestmark = pytest.mark.browser


SLICES, ROWS, COLUMNS = 7, 96, 112


def hounsfield():
    """A body with two air-filled lungs, int16 (slices, rows, columns) in HU."""
    y, x = np.mgrid[:ROWS, :COLUMNS]
    body = (x - 56) ** 2 / 50**2 + (y - 48) ** 2 / 38**2 < 1
    lungs = (abs(x - 56) - 22) ** 2 / 14**2 + (y - 50) ** 2 / 22**2 < 1
    plane = np.where(lungs & body, -850, np.where(body, 40, -1000))
    return (plane + np.arange(SLICES)[:, None, None]).astype(np.int16)


@pytest.fixture(scope="module")
def ct_series():
    """The same as a ZIP of DICOM slices in a shuffled order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in (3, 0, 6, 1, 5, 2, 4):
            dataset = pydicom.dcmread(get_testdata_file("CT_small.dcm", download=False))
            dataset.Rows, dataset.Columns = ROWS, COLUMNS
            dataset.PixelSpacing = [3.0, 3.0]
            dataset.ImagePositionPatient = [-168.0, -144.0, 5.0 * number]
            dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
            dataset.SOPInstanceUID += f".{number}"
            dataset.PixelData = (hounsfield()[number] + 1024).astype("<i2").tobytes()
            content = io.BytesIO()
            dataset.save_as(content)
            archive.writestr(f"IM{number:04}", content.getvalue())
    return buffer.getvalue()


def test_the_wheel_turns_slices_and_all_slices_come_home_as_nifti(workbench, ct_series, tmp_path):
    workbench.upload("series.zip", ct_series)
    position = workbench.page.get_by_text("axial 4 / 7")
    position.wait_for()
    workbench.picture.hover()
    workbench.page.mouse.wheel(0, -120)
    workbench.page.get_by_text("axial 4 / 7").wait_for(state="detached")
    workbench.settle()
    workbench.ready()

    workbench.look_for("lung")
    workbench.page.get_by_text("All 7 slices").click()
    workbench.page.get_by_role("button", name="Run on slices 1 to 7").click()
    workbench.page.get_by_text("7 slices have masks").wait_for(timeout=60_000)
    workbench.wait_for_phrase("lung")

    with workbench.page.expect_download() as download:
        workbench.page.get_by_role("button", name="Masks as NIfTI").click()
    path = tmp_path / "masks.zip"
    download.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        stored = gzip.decompress(archive.read("mask_lung.nii.gz"))
        assert b"not for diagnosis" in archive.read("NOTICE.txt")
    mask = nibabel.Nifti1Image.from_stream(io.BytesIO(stored))
    grid = open_upload(ct_series, "series.zip").grid
    assert np.allclose(mask.affine, grid.affine)
    found = np.asarray(mask.dataobj).astype(bool)
    truth = (hounsfield() > -900) & (hounsfield() < -800)
    assert found.shape == truth.shape
    assert 2 * (found & truth).sum() / (found.sum() + truth.sum()) > 0.9
