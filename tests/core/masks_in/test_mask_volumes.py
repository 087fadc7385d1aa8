"""Masks of volumes: what went out slice by slice comes back slice by slice."""

import itertools

import nibabel as nib
import numpy as np
import pytest
from pydicom.dataset import Dataset

from core.export.nifti import encode_nifti
from core.imaging import open_upload
from core.masks_in import masks_of, match, offers_of, open_masks, read_classes
from tests.core.imaging.imaging_samples import (
    ENHANCED_CT_STORAGE,
    dicom,
    items,
    nifti,
    written,
    zipped,
)
from tests.core.masks_in.mask_samples import every_slice, found, image, series

SHAPE = (7, 9, 5)


def labels(shape=SHAPE, seed=5):
    """Two random classes with no symmetry."""
    return np.random.default_rng(seed).integers(0, 3, shape).astype(np.uint8)


def values(shape=SHAPE):
    return np.random.default_rng(9).integers(0, 900, shape).astype(np.int16)


def affine(order=(0, 1, 2), signs=(1, 1, 1), spin=0.0):
    """Array axes along patient axes in any order and direction, 1, 2 and 3 mm apart, turned."""
    found = np.eye(4)
    turn = np.array([[np.cos(spin), -np.sin(spin), 0], [np.sin(spin), np.cos(spin), 0], [0, 0, 1]])
    for axis, (patient, sign) in enumerate(zip(order, signs, strict=True)):
        found[:3, axis] = turn[:, patient] * sign * (axis + 1)
    found[:3, 3] = (10, -20, 30)
    return found


WAYS = [
    affine(order, signs, spin)
    for order in itertools.permutations(range(3))
    for signs in ((1, 1, 1), (-1, 1, 1), (-1, -1, 1), (1, -1, -1))
    for spin in (0.0, 0.2)
]


@pytest.mark.parametrize("where", WAYS[::5])
def test_what_the_export_writes_comes_back_on_every_slice_of_every_direction(where):
    images = image("ct.nii.gz", nifti(values(), where), every_slice)
    drawn = np.random.default_rng(2)
    for axis in dict.fromkeys(one.frame.axis for one in images):
        slices = [one for one in images if one.frame.axis == axis]
        volume = np.zeros(SHAPE, np.uint8)
        masks = []
        for one in slices:
            mask = drawn.random((one.frame.height, one.frame.width)) < 0.4
            one.grid.place(volume, axis, one.frame.index, mask.astype(np.uint8))
            masks.append(mask)
        file = open_masks(encode_nifti(volume, slices[0].grid), "ct_left+lung.nii.gz")
        matches = match(slices, [file])
        assert [one.phrase for one in matches] == ["left lung"] * len(slices)
        for one, mask in zip(matches, masks, strict=True):
            assert np.array_equal(masks_of(one).probability >= 128, mask)


@pytest.mark.parametrize("codes", ["orient", "closest"])
def test_a_mask_that_was_stored_in_another_order_lies_on_the_same_voxels(codes):
    where = affine((1, 2, 0), (-1, 1, -1), 0.15)
    data = nifti(values(), where)
    truth = labels()
    stored = nib.Nifti1Image(truth, where)
    if codes == "closest":
        turned = nib.as_closest_canonical(stored)
    else:
        turned = stored.as_reoriented([[2, -1], [0, 1], [1, -1]])
    assert turned.shape != SHAPE or not np.array_equal(turned.dataobj, truth)
    images = image("ct.nii.gz", data, every_slice)
    same = {
        one.image.title + one.phrase: one
        for one in match(images, [open_masks(nifti(truth, where), "ct.nii.gz")])
    }
    other = match(images, [open_masks(turned.to_bytes(), "ct.nii")])
    assert len(other) == len(same) > 10
    for one in other:
        assert one.state == "fits"
        mine = masks_of(same[one.image.title + one.phrase]).probability
        assert np.array_equal(masks_of(one).probability, mine)


def test_only_classes_with_a_pixel_on_a_slice_are_listed_there():
    truth = np.zeros(SHAPE, np.uint8)
    truth[1:3, 2:4, 1] = 1
    truth[4:6, 5:8, 3] = 2
    where = np.diag([1, 1, 2, 1.0])
    images = image("ct.nii.gz", nifti(values(), where), every_slice)
    axial = [one for one in images if one.frame.axis == "axial"]
    named = read_classes(b"1,liver\n2,tumor\n", "c.csv")
    matches = match(axial, [open_masks(nifti(truth, where), "ct.nii.gz", named)])
    assert [(one.image.frame.index, one.phrase) for one in matches] == [(1, "liver"), (3, "tumor")]


def test_a_volume_of_one_class_has_an_empty_mask_where_it_has_no_pixel():
    truth = np.zeros(SHAPE, np.uint8)
    truth[1:3, 2:4, 1] = 1
    where = np.diag([1, 1, 2, 1.0])
    images = image("ct.nii.gz", nifti(values(), where), every_slice)
    axial = [one for one in images if one.frame.axis == "axial"]
    matches = match(axial, [open_masks(nifti(truth, where), "ct_liver.nii.gz")])
    assert [one.phrase for one in matches] == ["liver"] * SHAPE[2]
    assert [int((masks_of(one).probability > 0).sum()) for one in matches] == [0, 4, 0, 0, 0]


def test_other_voxels_are_refused_with_both_sizes():
    images = image("ct.nii.gz", nifti(values(), affine()))
    (one,) = match(images, [open_masks(nifti(labels((7, 9, 6)), affine()), "ct.nii.gz")])
    assert one.state == "refused"
    assert one.sentence == "ct.nii.gz has 7 × 9 × 6 voxels, the image 7 × 9 × 5."


def test_another_place_is_refused():
    moved = affine()
    moved[0, 3] += 40
    images = image("ct.nii.gz", nifti(values(), affine()))
    (one,) = match(images, [open_masks(nifti(labels(), moved), "ct.nii.gz")])
    assert one.state == "refused"
    assert "another place" in one.sentence


def test_a_mirrored_mask_is_laid_where_its_file_says_it_lies():
    where = affine()
    mirrored = where.copy()
    mirrored[:3, 0] *= -1
    mirrored[:3, 3] += where[:3, 0] * (SHAPE[0] - 1)
    images = image("ct.nii.gz", nifti(values(), where))
    straight = found(images, open_masks(nifti(labels(), where), "ct.nii.gz"))
    flipped = found(images, open_masks(nifti(labels()[::-1], mirrored), "ct.nii.gz"))
    assert np.array_equal(straight["class 1"], flipped["class 1"])


def test_a_mask_that_lost_its_place_is_taken_in_file_order_with_a_warning():
    images = image("ct.nii.gz", nifti(values(), affine((1, 0, 2), (-1, 1, 1))))
    known = found(images, open_masks(nifti(labels(), affine((1, 0, 2), (-1, 1, 1))), "ct.nii.gz"))
    matches = match(images, [open_masks(nifti(labels(), np.eye(4)), "ct.nii.gz")])
    assert all("left and right" in one.caution for one in matches)
    assert np.array_equal(masks_of(matches[0]).probability >= 128, known["class 1"])


def test_a_volume_is_no_mask_of_a_picture():
    (one,) = match(image("case.png"), [open_masks(nifti(labels()), "case.nii.gz")])
    assert one.state == "refused"
    assert "is a volume" in one.sentence


def test_probabilities_count_from_a_half():
    soft = np.random.default_rng(4).random(SHAPE).astype(np.float32)
    images = image("ct.nii.gz", nifti(values(), affine()))
    masks = found(images, open_masks(nifti(soft, affine()), "ct_liver.nii.gz"))
    hard = found(
        images, open_masks(nifti((soft >= 0.5).astype(np.uint8), affine()), "ct_liver.nii.gz")
    )
    assert np.array_equal(masks["liver"], hard["liver"])


def test_time_points_have_their_own_masks():
    four = np.stack([values(), values() + 5], axis=-1)
    data = nifti(four, affine())
    masks = np.stack([labels() == 1, labels() == 2], axis=-1).astype(np.uint8)
    upload = open_upload(data, "cine.nii.gz")
    images = offers_of(upload, [upload.frame(2, volume=volume) for volume in (0, 1)], data)
    matches = match(images, [open_masks(nifti(masks, affine()), "cine_lv.nii.gz")])
    assert [one.phrase for one in matches] == ["lv", "lv"]
    truth = [nifti((labels() == n).astype(np.uint8), affine()) for n in (1, 2)]
    for n, one in enumerate(matches):
        wanted = found(images[:1], open_masks(truth[n], "cine_lv.nii.gz"))
        assert np.array_equal(masks_of(one).probability >= 128, wanted["lv"])


def test_a_mask_that_was_drawn_on_the_nifti_of_a_dicom_series_lies_on_the_series():
    sources = series()
    data = zipped([(f"{n}.dcm", written(one)) for n, one in enumerate(sources)])
    images = image("series.zip", data, every_slice)
    grid = images[0].grid
    truth = labels(grid.shape)
    # As dcm2niix stores it: columns, rows, slices, with the rows from the bottom.
    stored = nib.Nifti1Image(truth, grid.affine).as_reoriented([[2, 1], [1, -1], [0, 1]])
    assert stored.shape == (24, 20, 4)
    matches = match(images, [open_masks(stored.to_bytes(), "series_organ.nii")])
    assert {one.image.frame.axis for one in matches} == {"axial", "coronal", "sagittal"}
    for one in matches:
        frame = one.image.frame
        view = grid.view(frame.axis)
        plane = view.layout.to_display(truth[grid.slice_key(frame.axis, frame.index)])
        assert np.array_equal(masks_of(one).probability > 0, plane == int(one.phrase[-1]))


def test_frames_in_the_order_of_their_file_get_the_mask_of_their_place():
    # Frames from the head downwards: the file's order and that in space differ.
    pixels = np.random.default_rng(6).integers(0, 500, (4, 20, 24)).astype(np.uint16)
    groups = []
    for n in range(4):
        group = Dataset()
        group.PlanePositionSequence = items(ImagePositionPatient=[0, 0, 30 - 3 * n])
        groups.append(group)
    shared = items(
        PixelMeasuresSequence=items(PixelSpacing=[0.5, 0.75], SliceThickness=3),
        PlaneOrientationSequence=items(ImageOrientationPatient=[1, 0, 0, 0, 1, 0]),
    )
    source = dicom(pixels, SOPClassUID=ENHANCED_CT_STORAGE, FrameOfReferenceUID="1.2.3.77")
    source.PerFrameFunctionalGroupsSequence, source.SharedFunctionalGroupsSequence = groups, shared
    data = written(source)
    upload = open_upload(data, "ct.dcm")
    assert [axis.name for axis in upload.choices.axes][:2] == ["stack", "axial"]
    truth = labels(upload.grid.shape)
    file = open_masks(nifti(truth, upload.grid.affine), "ct.nii.gz")
    for n in range(4):
        (frame,) = offers_of(upload, [upload.frame(n)], data)
        masks = found([frame], file)
        # The grid counts from the feet.
        stored = frame.frame.layout.to_display(truth[3 - n])
        assert np.array_equal(masks["class 1"], stored == 1)
        assert np.array_equal(masks["class 2"], stored == 2)
