"""NIfTI volumes: the right way round, the right values, and nothing made up."""

import gzip
import itertools

import nibabel as nib
import numpy as np
import pytest
from imaging_samples import nifti

from core.errors import ChoiceError, DamagedFile, TooLarge, TooSmall, UnknownFormat
from core.imaging import Budget

SHAPE = (8, 10, 6)
EVERY_WAY = [
    (order, signs)
    for order in itertools.permutations(range(3))
    for signs in itertools.product((1, -1), repeat=3)
]


def head():
    """Values that say where they lie: 100 x (to the right) + 10 x (to the front) + up."""
    right, front, up = np.indices(SHAPE)
    return (100 * right + 10 * front + up).astype(np.int16)


def stored_as(order, signs):
    """The same head with its axes in another order and direction, and the affine that says so."""
    canonical = nib.Nifti1Image(head(), np.diag([2.0, 3.0, 4.0, 1.0]))
    way = [[order.index(axis), signs[axis]] for axis in range(3)]
    turned = canonical.as_reoriented(np.array(way))
    return turned.get_fdata().astype(np.int16), turned.affine


@pytest.mark.parametrize(("order", "signs"), EVERY_WAY)
def test_a_head_looks_the_same_in_all_48_ways_of_storing_it(opened, order, signs):
    values, affine = stored_as(order, signs)
    upload = opened(nifti(values, affine), "head")
    axial, coronal, sagittal = (
        upload.frame(2, axis=name) for name in ("axial", "coronal", "sagittal")
    )
    # Radiological: the patient's right is on the left, the front or the top is at the top.
    assert np.array_equal(axial.values, head()[::-1, ::-1, 2].T)
    assert np.array_equal(coronal.values, head()[::-1, 10 - 1 - 2, ::-1].T)
    assert np.array_equal(sagittal.values, head()[2, ::-1, ::-1].T)
    assert vars(axial.orientation) == {"left": "R", "right": "L", "top": "A", "bottom": "P"}
    assert vars(coronal.orientation) == {"left": "R", "right": "L", "top": "S", "bottom": "I"}
    assert vars(sagittal.orientation) == {"left": "A", "right": "P", "top": "S", "bottom": "I"}
    assert (axial.spacing_mm.row, axial.spacing_mm.column) == (3, 2)
    assert (coronal.spacing_mm.row, coronal.spacing_mm.column) == (4, 2)
    assert (sagittal.spacing_mm.row, sagittal.spacing_mm.column) == (4, 3)


@pytest.mark.parametrize(("order", "signs"), EVERY_WAY[::7])
def test_masks_of_all_slices_come_back_to_the_files_own_array(opened, order, signs):
    values, affine = stored_as(order, signs)
    upload = opened(nifti(values, affine))
    assert np.array_equal(upload.grid.affine, affine)
    for axis in upload.choices.axes:
        back = np.zeros(upload.grid.shape, np.int16)
        for index in range(axis.count):
            shown = upload.frame(index, axis=axis.name).values
            upload.grid.place(back, axis.name, index, shown)
        assert np.array_equal(back, values)


def test_axial_slices_are_counted_from_below(opened):
    upload = opened(nifti(head(), np.diag([1.0, 1, -1, 1])))
    lowest, highest = upload.frame(0), upload.frame(5)
    assert int(lowest.values.min()) == 5
    assert int(highest.values.min()) == 0


def test_an_oblique_volume_is_shown_as_it_is_with_a_warning(opened):
    turn = np.radians(20)
    affine = np.eye(4)
    affine[:2, :2] = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
    upload = opened(nifti(head(), affine))
    assert "oblique" in [notice.code for notice in upload.notices]
    assert np.array_equal(upload.frame(2).values, head()[::-1, ::-1, 2].T)


def test_a_volume_that_does_not_say_how_it_lies_gets_no_letters(opened):
    image = nib.Nifti1Image(head(), None)
    image.header.set_zooms((1, 2, 3))
    upload = opened(image.to_bytes())
    assert upload.frame().orientation is None
    assert upload.notices[0].code == "orientation_unknown"


@pytest.mark.parametrize("kind", [nib.Nifti1Image, nib.Nifti2Image])
@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("dtype", ["<i2", ">i2", "<f4", ">f8", "<u1", "<u2", "<i4", "<i8"])
def test_every_type_opens_zipped_or_not(opened, kind, zipped, dtype):
    values = (head() % 200).astype(dtype)
    frame = opened(nifti(values, kind=kind, zipped=zipped)).frame(3)
    assert np.array_equal(frame.values, values[::-1, ::-1, 3].T)
    assert frame.unit == ""


def test_scaling_is_applied_and_a_missing_one_is_not(opened):
    plain = nib.Nifti1Image(head(), np.eye(4))
    plain.header["scl_slope"] = np.nan
    assert opened(plain.to_bytes()).frame(0).values.max() == head()[:, :, 0].max()
    scaled = nib.Nifti1Image(head(), np.eye(4)).to_bytes()
    header = nib.Nifti1Header(scaled[:348], check=False)
    header["scl_slope"], header["scl_inter"] = 0.5, -10
    frame = opened(header.binaryblock + scaled[348:]).frame(0)
    assert frame.values.max() == head()[:, :, 0].max() * 0.5 - 10
    assert "slope 0.5 and intercept -10" in frame.steps[1]


def test_several_volumes_are_a_choice(opened):
    values = np.stack([head(), head() + 1, head() + 2], axis=-1)
    upload = opened(nifti(values))
    assert upload.choices.volumes == ("volume 1", "volume 2", "volume 3")
    first, last = upload.frame(2), upload.frame(2, volume=2)
    assert (last.values - first.values == 2).all()
    assert last.volume == 2
    with pytest.raises(ChoiceError):
        upload.frame(2, volume=3)


def test_colour_volumes_are_shown_in_colour(opened):
    colours = np.zeros(SHAPE, dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    colours["R"], colours["B"][:4] = 200, 90
    frame = opened(nifti(colours)).frame()
    assert frame.rgb[0, -1].tolist() == [200, 0, 90]
    assert frame.rgb[0, 0].tolist() == [200, 0, 0]


def test_missing_numbers_are_black_and_counted(opened):
    values = head().astype(np.float32)
    values[0, 0] = np.nan
    frame = opened(nifti(values)).frame(2)
    assert frame.rgb[-1, -1].tolist() == [0, 0, 0]
    assert "not_finite" in [notice.code for notice in frame.notices]


def test_values_like_hu_are_offered_ct_windows_and_not_called_hu(opened):
    values = np.linspace(-1024, 2000, head().size).reshape(SHAPE).astype(np.int16)
    upload = opened(nifti(values))
    assert upload.choices.windows[0].name == "percentiles"
    assert upload.choices.windows[1].name == "abdomen (model)"
    assert upload.frame().unit == ""
    assert "looks_like_hu" in [notice.code for notice in upload.notices]


def test_a_single_slice_can_be_browsed_in_its_own_direction_only(opened):
    upload = opened(nifti(head()[:, :, :1]))
    assert [axis.name for axis in upload.choices.axes] == ["axial"]
    assert opened(nifti(head()[:, :, 0])).frame().values.shape == (10, 8)


def test_a_cut_file_is_refused(refused):
    whole = nifti(np.random.default_rng(1).integers(0, 999, SHAPE, dtype=np.int16))
    assert isinstance(refused(whole[: len(whole) // 2]), DamagedFile)
    plain = nifti(head(), zipped=False)
    assert isinstance(refused(plain[:-1]), DamagedFile)


def test_a_file_with_a_wrong_checksum_is_refused(refused):
    whole = bytearray(nifti(head()))
    whole[-6] ^= 1
    assert isinstance(refused(bytes(whole)), DamagedFile)


def test_a_volume_over_the_budget_is_refused_from_its_header(refused):
    image = nib.Nifti1Image(np.zeros((4, 4, 4), np.int16), np.eye(4))
    image.header.set_data_shape((2000, 2000, 2000))
    header = image.header.binaryblock + b"\0" * 4
    error = refused(gzip.compress(header + b"\0" * 1000))
    assert isinstance(error, TooLarge)
    assert "8000 million" in str(error)


def test_a_small_volume_before_endless_zeros_does_not_unpack_them(opened):
    data = gzip.compress(nifti(head(), zipped=False) + b"\0" * 50_000_000)
    assert opened(data, budget=Budget(max_pixels=500)).frame_count == 6


def test_the_header_of_a_pair_is_refused_with_the_way_out(refused):
    pair = nib.Nifti1Pair(head(), np.eye(4)).header.binaryblock
    error = refused(pair, "brain.hdr")
    assert isinstance(error, UnknownFormat)
    assert ".nii" in error.next_step


def test_a_line_of_voxels_is_too_small(refused):
    assert isinstance(refused(nifti(head()[:, :1, :1])), TooSmall)


def test_a_gzipped_picture_is_unpacked(opened):
    from imaging_samples import dicom, ramp, written

    upload = opened(gzip.compress(written(dicom(ramp()))), "slice.dcm.gz")
    assert upload.media_type == "application/dicom"
