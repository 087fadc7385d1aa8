"""A whole volume there and back: the masks lie on the voxels that they were found on."""

import gzip
import json

import nibabel
import numpy as np
import pytest

from core.backends.azure_volume import AzureVolumeModel
from core.errors import Cancelled, InputError, PhraseError, TooLarge
from core.export.volume_files import volume_files
from core.imaging import Window, open_upload
from core.secret import Secret
from core.settings import AzureSettings
from core.volume_input import VolumeChoice, prepare_volume
from core.volume_model import segment_volume
from tests.standin import KEY
from tests.standin.volume_endpoint import VolumeAnswer, VolumeEndpoint
from tests.standin.volume_phantoms import (
    BRIGHT,
    MIDDLE,
    SECRET,
    SHAPE,
    SPACING_MM,
    dicom_phantom,
    nifti_phantom,
)

ORDERS = ("RAS", "LPS", "SAL", "PIR", "ASR")


@pytest.fixture
def endpoint():
    with VolumeEndpoint() as running:
        yield running


@pytest.fixture
def model(endpoint):
    asked = AzureVolumeModel(AzureSettings(endpoint.url, Secret(KEY)))
    yield asked
    asked.close()


def opened(phantom, name="volume.nii"):
    return open_upload(phantom.data, name)


def right_side(phantom):
    """Voxels on the patient's right, by the affine of the file itself."""
    x = np.tensordot(phantom.affine[0, :3], np.indices(phantom.values.shape), axes=1)
    return x + phantom.affine[0, 3] > 0


@pytest.fixture(params=[*ORDERS, "DICOM"])
def phantom(request):
    return dicom_phantom() if request.param == "DICOM" else nifti_phantom(request.param)


def test_masks_come_back_on_the_same_voxels_whatever_the_order_of_the_file(phantom, model):
    upload = opened(phantom)
    item = prepare_volume(upload, "bright & middle & right side & nowhere")
    result = segment_volume(item, model)
    least, most = int(phantom.values.min()), int(phantom.values.max())
    between = (phantom.values > least) & (phantom.values < most)
    seen = phantom.values > least
    assert result.labels.shape == phantom.values.shape
    # The later phrase has the voxel: the stand-in numbers its labels in the order of the phrases.
    assert np.array_equal(result.labels == 3, seen & right_side(phantom))
    assert np.array_equal(result.labels == 1, (phantom.values == most) & ~right_side(phantom))
    assert np.array_equal(result.labels == 2, between & ~right_side(phantom))
    assert result.voxels == tuple(int((result.labels == k).sum()) for k in (1, 2, 3, 4))
    assert result.voxels[3] == 0
    assert min(result.voxels[:3]) > 0


def test_every_slice_of_every_direction_shows_its_own_masks(phantom, model):
    upload = opened(phantom)
    result = segment_volume(prepare_volume(upload, "bright & middle"), model)
    least, most = int(phantom.values.min()), int(phantom.values.max())
    for view in upload.grid.views:
        for index in range(view.count):
            frame = upload.frame(index, axis=view.name)
            shown = result.segmentation(frame)
            bright, middle = (mask.probability for mask in shown.masks)
            assert np.array_equal(bright == 255, frame.values == most)
            assert np.array_equal(middle == 255, (frame.values > least) & (frame.values < most))
            assert set(np.unique(bright)) <= {0, 255}
            assert shown.frame is frame
            assert shown.phrases == ("bright", "middle")
            assert [mask.category for mask in shown.masks] == [None, None]


def test_slices_of_a_dicom_series_are_sent_last_as_converters_write_them(endpoint, model):
    phantom = dicom_phantom()
    segment_volume(prepare_volume(opened(phantom), "bright"), model)
    (received,) = endpoint.received
    assert received.image.shape == SHAPE
    assert np.allclose(received.image.header.get_zooms(), SPACING_MM)
    assert nibabel.aff2axcodes(received.image.affine) == ("L", "P", "S")
    assert np.allclose(received.image.affine[:, [2, 1, 0, 3]], phantom.affine)


def test_the_export_lies_on_the_grid_of_the_file(phantom, model):
    upload = opened(phantom)
    result = segment_volume(prepare_volume(upload, "bright & middle"), model)
    files = {file.name: file.content for file in volume_files(result)}
    assert set(files) == {
        "labels.nii.gz",
        "mask_bright.nii.gz",
        "mask_middle.nii.gz",
        "manifest.json",
    }
    most = phantom.values.max()
    for name in ("labels.nii.gz", "mask_bright.nii.gz"):
        written = nibabel.Nifti1Image.from_bytes(gzip.decompress(files[name]))
        assert np.allclose(written.affine, phantom.affine)
        assert np.array_equal(np.asarray(written.dataobj) == 1, phantom.values == most)
    assert all(SECRET.encode() not in content for content in files.values())


def test_the_manifest_tells_what_was_sent_and_what_came_of_it(model):
    choice = VolumeChoice(window=Window("mine", 40, 400))
    item = prepare_volume(opened(dicom_phantom()), "bright & nowhere", choice)
    result = segment_volume(item, model)
    record = json.loads({f.name: f.content for f in volume_files(result)}["manifest.json"])
    assert record["engine"].startswith("MedImageParse 3D on Azure ML (127.0.0.1")
    assert record["phrases"] == ["bright", "nowhere"]
    assert record["sent"]["values"] == "8-bit"
    assert "window mine: centre 40, width 400" in record["sent"]["steps"]
    assert record["sent"]["voxels_sha256"] == item.sha256
    first, second = record["labels"]
    assert first["voxels"] == result.voxels[0]
    assert first["millilitres"] == pytest.approx(result.voxels[0] * np.prod(SPACING_MM) / 1000)
    assert second["voxels"] == 0
    assert "not for diagnosis" in record["notice"]
    assert any("order of the phrases" in text for text in record["notices"])


@pytest.mark.parametrize("phantom", [nifti_phantom(), dicom_phantom()], ids=["NIfTI", "DICOM"])
def test_nothing_of_the_header_of_the_file_is_sent(phantom, endpoint, model):
    assert SECRET[:8].encode() in phantom.data or phantom.data[:2] == b"PK"
    segment_volume(prepare_volume(opened(phantom, "Invented^Name.nii"), "bright"), model)
    (asked,), (received,) = endpoint.asked, endpoint.received
    for secret in (SECRET, "Invented", "CompressedSamples", "1.3.6.1"):
        assert secret.encode() not in received.unpacked
        assert secret.encode() not in asked.body
        assert not any(secret in value for value in asked.headers.values())


def test_eight_bit_values_are_sent_as_they_are(endpoint, model):
    phantom = nifti_phantom("LPS")
    segment_volume(prepare_volume(opened(phantom), "bright"), model)
    assert np.array_equal(np.asarray(endpoint.received[0].image.dataobj), phantom.values)


@pytest.mark.parametrize("axcodes", ORDERS)
def test_slices_are_sent_last_whatever_the_order_of_the_file(axcodes, endpoint, model):
    segment_volume(prepare_volume(opened(nifti_phantom(axcodes)), "bright"), model)
    assert endpoint.received[0].image.shape == SHAPE


def test_a_volume_of_cubes_is_sent_with_its_axial_slices_last(endpoint, model):
    cubes = nibabel.Nifti1Image(np.arange(8 * 9 * 10, dtype=np.int16).reshape(8, 9, 10), None)
    # Stored as sagittal slices: to the back, upwards, to the right.
    cubes.set_sform([[0, 0, 1, 0], [-1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]], 1)
    segment_volume(prepare_volume(open_upload(cubes.to_bytes(), "v.nii"), "bright"), model)
    assert nibabel.aff2axcodes(endpoint.received[0].image.affine) == ("R", "P", "S")


def test_thick_sagittal_slices_stay_slices(endpoint, model):
    spine = nibabel.Nifti1Image(np.arange(8 * 9 * 10, dtype=np.int16).reshape(8, 9, 10), None)
    spine.set_sform([[0, 0, 4, 0], [-0.6, 0, 0, 0], [0, 0.6, 0, 0], [0, 0, 0, 1]], 1)
    segment_volume(prepare_volume(open_upload(spine.to_bytes(), "v.nii"), "bright"), model)
    assert nibabel.aff2axcodes(endpoint.received[0].image.affine) == ("P", "S", "R")


@pytest.mark.parametrize("window", [None, Window("soft", 40, 400, "reading")])
def test_the_pixels_that_are_sent_are_those_that_are_shown(endpoint, model, window):
    upload = opened(dicom_phantom())
    item = prepare_volume(upload, "bright", VolumeChoice(window=window))
    segment_volume(item, model)
    sent = np.asarray(endpoint.received[0].image.dataobj)
    assert sent.dtype == np.uint8
    own = sent.transpose(2, 1, 0)
    for view in upload.grid.views:
        frame = upload.frame(view.count // 2, window, axis=view.name)
        key = upload.grid.slice_key(view.name, view.count // 2)
        assert np.array_equal(view.layout.to_display(own[key]), frame.rgb[:, :, 0])
        assert np.array_equal(item.planes[view.name], frame.rgb[:, :, 0])


def test_without_a_window_one_scale_holds_for_the_whole_volume(endpoint, model):
    phantom = nifti_phantom("RAS", scale=10)
    upload = opened(phantom)
    item = prepare_volume(upload, "bright")
    segment_volume(item, model)
    sent = np.asarray(endpoint.received[0].image.dataobj)
    assert item.choice.window.name == "percentiles of the volume"
    for value, level in ((200, 0), (MIDDLE * 10, 115), (BRIGHT * 10, 255)):
        assert set(np.unique(sent[phantom.values == value])) == {level}
    # The same window shows on the page what was sent.
    frame = upload.frame(4, item.choice.window, axis="axial")
    view = upload.grid.view("axial")
    own = sent[upload.grid.slice_key("axial", 4)]
    assert np.array_equal(view.layout.to_display(own), frame.rgb[:, :, 0])


@pytest.mark.parametrize(
    ("phantom", "dtype"),
    [(nifti_phantom("PIR", scale=10, offset=-1000), np.int16), (dicom_phantom(), np.int16)],
    ids=["NIfTI", "DICOM"],
)
def test_native_values_are_sent_when_they_are_asked_for(phantom, dtype, endpoint, model):
    item = prepare_volume(opened(phantom), "bright", VolumeChoice(native=True))
    result = segment_volume(item, model)
    sent = np.asarray(endpoint.received[0].image.dataobj)
    assert sent.dtype == dtype
    assert np.array_equal(sent.transpose(np.argsort(item.order)), phantom.values)
    assert result.source.native
    assert item.planes["axial"].max() == 255


def test_missing_values_are_sent_as_the_least_one(endpoint, model):
    values = np.linspace(-1, 1, 8 * 9 * 10, dtype=np.float32).reshape(8, 9, 10)
    values[2, 3, 4] = np.nan
    upload = open_upload(nibabel.Nifti1Image(values, np.diag([2, 2, 2, 1])).to_bytes(), "v.nii")
    item = prepare_volume(upload, "bright", VolumeChoice(native=True))
    segment_volume(item, model)
    sent = np.asarray(endpoint.received[0].image.dataobj)
    assert sent.dtype == np.float32
    assert sent[2, 3, 4] == -1
    assert "missing_values" in {notice.code for notice in item.notices}


def test_the_chosen_time_point_is_sent_and_shown(endpoint, model):
    values = np.zeros((8, 9, 10, 2), np.uint8)
    values[2:4, 2:5, 2:6, 1] = 255
    upload = open_upload(nibabel.Nifti1Image(values, np.diag([2, 2, 2, 1])).to_bytes(), "v.nii")
    result = segment_volume(prepare_volume(upload, "bright", VolumeChoice(volume=1)), model)
    assert np.array_equal(np.asarray(endpoint.received[0].image.dataobj), values[..., 1])
    assert result.segmentation(upload.frame(3, volume=0)) is None
    assert result.segmentation(upload.frame(3, volume=1)).masks[0].area() > 0


def test_a_frame_without_a_place_in_the_volume_has_no_masks(model, grey_frame):
    result = segment_volume(prepare_volume(opened(nifti_phantom()), "bright"), model)
    assert result.segmentation(grey_frame) is None


def test_a_volume_whose_place_is_unknown_has_no_size_in_millilitres(model):
    image = nibabel.Nifti1Image(nifti_phantom().values, None)
    image.header["pixdim"][1:4] = 0
    upload = open_upload(image.to_bytes(), "v.nii")
    result = segment_volume(prepare_volume(upload, "bright"), model)
    assert result.millilitres(1) is None
    assert result.voxels[0] > 0


def colour_volume():
    kind = np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])
    return nibabel.Nifti1Image(np.zeros((8, 9, 10), kind), np.eye(4)).to_bytes()


def same_everywhere():
    return nibabel.Nifti1Image(np.full((8, 9, 10), 7, np.int16), np.eye(4)).to_bytes()


@pytest.mark.parametrize(("make", "words"), [
    (colour_volume, "has colours"),
    (same_everywhere, "same value"),
])  # fmt: skip
def test_what_the_model_does_not_take_is_refused_before_anything_is_sent(make, words):
    with pytest.raises(InputError, match=words):
        prepare_volume(open_upload(make(), "v.nii"), "bright")


def test_a_picture_is_no_volume(shared_png):
    with pytest.raises(InputError, match="no volume"):
        prepare_volume(open_upload(shared_png, "p.png"), "bright")


@pytest.fixture
def shared_png(grey_frame):
    from core.png import encode_png

    return encode_png(grey_frame.rgb)


def test_phrases_that_cannot_be_sent_are_refused():
    with pytest.raises(PhraseError):
        prepare_volume(opened(nifti_phantom()), " & ")


def test_a_volume_over_the_limit_is_refused(monkeypatch):
    upload = opened(dicom_phantom())
    monkeypatch.setenv("MIP_MAX_PIXELS", "15000")
    with pytest.raises(TooLarge, match="MIP_MAX_PIXELS"):
        prepare_volume(upload, "bright")


def test_preparing_stops_when_the_user_asks_to():
    from core.backends.base import RunControl

    with pytest.raises(Cancelled):
        prepare_volume(
            opened(nifti_phantom()), "bright", control=RunControl(is_cancelled=lambda: True)
        )


def test_a_window_that_differs_from_slice_to_slice_is_said(ct_with_two_windows):
    upload = open_upload(ct_with_two_windows, "series.zip")
    item = prepare_volume(upload, "bright")
    assert "windows_differ" in {notice.code for notice in item.notices}
    other = VolumeChoice(window=Window("mine", 40, 400))
    assert "windows_differ" not in {n.code for n in prepare_volume(upload, "b", other).notices}


@pytest.fixture
def ct_with_two_windows():
    import io
    import zipfile

    import pydicom

    buffer = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(dicom_phantom().data))
    with source, zipfile.ZipFile(buffer, "w") as archive:
        for number, name in enumerate(source.namelist()):
            dataset = pydicom.dcmread(io.BytesIO(source.read(name)))
            dataset.WindowCenter, dataset.WindowWidth = 40 + number, 400
            content = io.BytesIO()
            dataset.save_as(content)
            archive.writestr(name, content.getvalue())
    return buffer.getvalue()


def test_notices_of_the_answer_come_with_every_slice(endpoint, model):
    endpoint.script(VolumeAnswer(place="none"))
    upload = opened(nifti_phantom())
    result = segment_volume(prepare_volume(upload, "bright & middle"), model)
    shown = result.segmentation(upload.frame(3))
    assert {"no_place", "labels_by_order"} <= {notice.code for notice in shown.notices}
