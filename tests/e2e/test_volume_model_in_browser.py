"""A whole volume in a real browser: look at what is sent, run, turn slices, take the masks home."""

import gzip
import json
import re
import zipfile

import nibabel
import numpy as np
import pytest

from tests.e2e.workbench import APP, NO_ENDPOINT, Workbench
from tests.standin import KEY
from tests.standin.volume_endpoint import VolumeEndpoint
from tests.standin.volume_phantoms import BRIGHT, MIDDLE, nifti_phantom

pytestmark = pytest.mark.browser


@pytest.fixture
def endpoint():
    with VolumeEndpoint() as running:
        yield running


@pytest.fixture
def volumes(page, run_app, endpoint):
    """The workbench in a tab, with an endpoint for volumes and none for pictures."""
    env = {**NO_ENDPOINT, "MIP_3D_ENDPOINT": endpoint.url, "MIP_3D_API_KEY": KEY}
    return Workbench(page, run_app(APP, env=env)).start()


def test_a_volume_is_seen_sent_browsed_and_exported(volumes, endpoint, tmp_path):
    phantom = nifti_phantom("LPS")
    page = volumes.page
    volumes.upload("volume.nii", phantom.data)
    volumes.look_for("bright & middle")
    page.get_by_text("Whole volume (MedImageParse 3D)").click()
    page.get_by_role("button", name="Run on the whole volume").click()

    dialog = page.get_by_role("dialog")
    dialog.get_by_text("40 × 32 × 12 voxels").wait_for()
    for name in ("axial", "coronal", "sagittal"):
        dialog.get_by_alt_text(f"The middle {name} slice that is sent").wait_for()
    assert endpoint.asked == []
    dialog.get_by_role("button", name="Send").click()
    dialog.wait_for(state="detached")
    volumes.wait_for_phrase("bright")
    page.get_by_text("bright: 1,536 voxels marked").wait_for()
    assert len(endpoint.asked) == 1

    # The middle slice has the bright block; the topmost one has neither of the two.
    page.get_by_text("axial 6 / 12").wait_for()
    assert volumes.row("bright").get_by_text("nothing found at the usual").count() == 0
    slider = page.get_by_role("slider", name="axial slice")
    slider.press("End")
    page.get_by_text("axial 12 / 12").wait_for()
    volumes.settle()
    volumes.ready()
    volumes.row("bright").get_by_text("nothing found at the usual").wait_for()
    assert len(endpoint.asked) == 1

    with page.expect_download() as download:
        page.get_by_role("button", name="Volume masks as NIfTI").click()
    path = tmp_path / "masks.zip"
    download.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        labels = nibabel.Nifti1Image.from_bytes(gzip.decompress(archive.read("labels.nii.gz")))
        record = json.loads(archive.read("manifest.json"))
        names = set(archive.namelist())
    assert names >= {"mask_bright.nii.gz", "mask_middle.nii.gz"}
    assert np.allclose(labels.affine, phantom.affine)
    found = np.asarray(labels.dataobj)
    assert np.array_equal(found == 1, phantom.values == BRIGHT)
    assert np.array_equal(found == 2, phantom.values == MIDDLE)
    assert re.match(r"MedImageParse 3D on Azure ML \(127\.0\.0\.1:\d+\)", record["engine"])
    assert volumes.problems == []
