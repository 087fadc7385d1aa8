"""``segment3d`` as the command line runs it."""

import argparse
import gzip
import json

import nibabel
import numpy as np
import pytest

from core.commands import segment_volume
from core.errors import InputError, SettingsError
from tests.standin import KEY
from tests.standin.volume_endpoint import VolumeEndpoint
from tests.standin.volume_phantoms import BRIGHT, dicom_phantom, nifti_phantom


@pytest.fixture
def endpoint(monkeypatch):
    with VolumeEndpoint() as running:
        monkeypatch.setenv("MIP_3D_ENDPOINT", running.url)
        monkeypatch.setenv("MIP_3D_API_KEY", KEY)
        yield running


@pytest.fixture
def off(monkeypatch):
    for name in ("MIP_3D_ENDPOINT", "MIP_3D_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def run(*arguments):
    parser = argparse.ArgumentParser()
    segment_volume.add_arguments(parser)
    segment_volume.run(parser.parse_args([str(argument) for argument in arguments]))


@pytest.fixture
def volume(tmp_path):
    """A file whose name must not turn up in any result."""
    path = tmp_path / "Invented^Name.nii"
    path.write_bytes(nifti_phantom("LPS", scale=10).data)
    return path


def test_a_volume_and_phrases_give_labels_masks_and_manifest(endpoint, volume, tmp_path, capsys):
    out = tmp_path / "out"
    run(volume, "bright & nowhere", "--out", out)
    names = {"labels.nii.gz", "mask_bright.nii.gz", "mask_nowhere.nii.gz", "manifest.json"}
    assert {path.name for path in out.iterdir()} == names
    phantom = nifti_phantom("LPS", scale=10)
    mask = nibabel.load(out / "mask_bright.nii.gz")
    assert np.allclose(mask.affine, phantom.affine)
    assert np.array_equal(np.asarray(mask.dataobj) == 1, phantom.values == BRIGHT * 10)
    for path in out.iterdir():
        content = path.read_bytes()
        assert b"Invented" not in (gzip.decompress(content) if path.suffix == ".gz" else content)
    said = capsys.readouterr()
    assert "MedImageParse 3D on Azure ML (127.0.0.1" in said.out
    assert "bright: 1536 voxels (2.8 ml)" in said.out
    assert "nowhere: 0 voxels" in said.out
    assert "order of the phrases" in said.out
    assert "not for diagnosis" in said.out
    assert "Sending 0.0 MB to 127.0.0.1" in said.err
    assert KEY not in said.out + said.err


def test_a_window_and_native_values_can_be_asked_for(endpoint, volume, tmp_path):
    run(volume, "bright", "--out", tmp_path / "a", "--window", "1000/2000")
    run(volume, "bright", "--out", tmp_path / "b", "--native-values")
    windowed, native = (np.asarray(received.image.dataobj) for received in endpoint.received)
    assert windowed.dtype == np.uint8
    assert native.max() == BRIGHT * 10
    records = [json.loads((tmp_path / n / "manifest.json").read_text()) for n in ("a", "b")]
    assert records[0]["sent"]["values"] == "8-bit"
    assert "window 1000/2000: centre 1000, width 2000" in records[0]["sent"]["steps"]
    assert records[1]["sent"]["values"] == "native"


def test_a_dicom_series_works_the_same(endpoint, tmp_path):
    path = tmp_path / "series.zip"
    path.write_bytes(dicom_phantom().data)
    run(path, "bright", "--out", tmp_path / "out")
    labels = nibabel.load(tmp_path / "out" / "labels.nii.gz")
    assert np.allclose(labels.affine, dicom_phantom().affine)


def test_without_an_endpoint_one_sentence_says_so(off, volume, tmp_path):
    with pytest.raises(SettingsError, match="No MedImageParse 3D endpoint"):
        run(volume, "bright", "--out", tmp_path / "out")


def test_a_window_that_is_none_is_refused_before_anything_is_sent(endpoint, volume, tmp_path):
    with pytest.raises(InputError, match="not a window"):
        run(volume, "bright", "--out", tmp_path / "out", "--window", "wide")
    assert endpoint.asked == []
