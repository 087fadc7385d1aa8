"""DICOM segmentations by highdicom: each segment on the frame that it was drawn on."""

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.uid import DeflatedExplicitVRLittleEndian, RLELossless

from core.errors import InputError
from core.imaging import Budget, open_upload
from core.masks_in import masks_of, match, offers_of, open_masks
from core.masks_in.dicom_source import read_source
from tests.core.imaging.imaging_samples import (
    CR_STORAGE,
    ENHANCED_CT_STORAGE,
    INVENTED_NAME,
    dicom,
    items,
    written,
    zipped,
)
from tests.core.masks_in.mask_samples import (
    HEIGHT,
    ONE,
    SPACE,
    TWO,
    WIDTH,
    every_slice,
    found,
    image,
    segmentation,
    series,
    slice_of,
)

STACK = np.stack([ONE, TWO], axis=-1)[None].astype(np.uint8)
PLANE = np.random.default_rng(11).integers(0, 800, (HEIGHT, WIDTH)).astype(np.uint16)


def source_of(**changes):
    made = slice_of(1, (-100, -120, 30), PLANE, **changes)
    return made, written(made)


def rewritten(data, syntax=None, **changes):
    """A segmentation with other elements or another transfer syntax; None removes one."""
    made = dcmread(DicomBytesIO(data))
    for keyword, value in changes.items():
        if value is None:
            delattr(made, keyword)
        else:
            setattr(made, keyword, value)
    if syntax is not None:
        made.file_meta.TransferSyntaxUID = syntax
    target = DicomBytesIO()
    made.save_as(target, enforce_file_format=True)
    return target.getvalue()


@pytest.mark.parametrize("kind", ["BINARY", "LABELMAP"])
def test_segments_are_the_masks_on_their_image(kind):
    made, data = source_of()
    seg = segmentation([made], STACK, kind, ["liver", "tumor"])
    # Its own name says nothing: the object that it refers to decides.
    masks = found(image("IM0001.dcm", data), open_masks(seg, "whatever.dcm"))
    assert list(masks) == ["liver", "tumor"]
    assert np.array_equal(masks["liver"], ONE)
    assert np.array_equal(masks["tumor"], TWO)


def test_a_fractional_one_counts_from_a_half_and_says_so():
    made, data = source_of()
    soft = np.where(ONE, 0.6, np.where(TWO, 0.4, 0.0))[None, :, :, None].astype(np.float32)
    seg = segmentation([made], soft, "FRACTIONAL", ["liver"], max_fractional_value=200)
    file = open_masks(seg, "seg.dcm")
    assert [notice.code for notice in file.notices] == ["fractional"]
    assert np.array_equal(found(image("a.dcm", data), file)["liver"], ONE)


def test_what_is_shown_turned_over_is_turned_over_with_its_image():
    turned = slice_of(1, (-100, -120, 30), PLANE)
    turned.ImageOrientationPatient = [-1, 0, 0, 0, -1, 0]
    data = written(turned)
    seg = segmentation([turned], STACK, labels=["liver", "tumor"])
    masks = found(image("a.dcm", data), open_masks(seg, "seg.dcm"))
    assert np.array_equal(masks["liver"], ONE[::-1, ::-1])


@pytest.mark.parametrize("syntax", [DeflatedExplicitVRLittleEndian, RLELossless])
def test_packed_segmentations_are_read(syntax):
    made, data = source_of()
    kind = "FRACTIONAL" if syntax == RLELossless else "BINARY"
    options = {"transfer_syntax_uid": syntax} if syntax == RLELossless else {}
    seg = segmentation([made], STACK, kind, ["liver", "tumor"], **options)
    if syntax == DeflatedExplicitVRLittleEndian:
        seg = rewritten(seg, syntax)
    masks = found(image("a.dcm", data), open_masks(seg, "seg.dcm"))
    assert np.array_equal(masks["tumor"], TWO)


def test_another_image_is_told_from_the_one_it_refers_to():
    made, data = source_of()
    other = written(slice_of(9, (-100, -120, 90), PLANE[::-1].copy()))
    seg = segmentation([made], STACK, labels=["liver", "tumor"])
    images = [*image("other.dcm", other), *image("mine.dcm", data)]
    matches = match(images, [open_masks(seg, "other.dcm")])
    assert {one.image.name for one in matches} == {"mine.dcm"}
    (lost,) = match(images[:1], [open_masks(seg, "other.dcm")])
    assert (lost.state, lost.sentence) == ("no image", "other.dcm refers to none of the images.")


def test_a_copy_with_new_ids_is_found_by_its_place_in_the_same_frame_of_reference():
    made, _ = source_of()
    seg = segmentation([made], STACK, labels=["liver", "tumor"])
    copy = slice_of(2, (-100, -120, 30), PLANE)
    masks = found(image("copy.dcm", written(copy)), open_masks(seg, "seg.dcm"))
    assert np.array_equal(masks["liver"], ONE)
    copy.FrameOfReferenceUID = "1.2.3.78"
    (lost,) = match(image("copy.dcm", written(copy)), [open_masks(seg, "seg.dcm")])
    assert lost.state == "no image"


def test_an_x_ray_without_a_place_is_found_by_its_id():
    made = dicom(PLANE, SOPClassUID=CR_STORAGE, Modality="CR", SOPInstanceUID="1.2.3.80")
    made.PixelSpacing, made.PatientOrientation = [0.5, 0.5], ["L", "F"]
    data = written(made)
    slice_, _ = source_of()
    seg = segmentation([slice_], STACK, labels=["liver", "tumor"])
    changed = dcmread(DicomBytesIO(seg))
    for group in changed.PerFrameFunctionalGroupsSequence:
        source = group.DerivationImageSequence[0].SourceImageSequence[0]
        source.ReferencedSOPInstanceUID = "1.2.3.80"
    target = DicomBytesIO()
    changed.save_as(target, enforce_file_format=True)
    masks = found(image("xray.dcm", data), open_masks(target.getvalue(), "seg.dcm"))
    assert np.array_equal(masks["liver"], ONE)


def volume_masks(count=4):
    """Two random segments on every slice, none on the first: (slices, H, W, 2)."""
    masks = (np.random.default_rng(12).random((count, HEIGHT, WIDTH, 2)) < 0.3).astype(np.uint8)
    masks[0] = 0
    return masks


def test_a_series_has_each_segment_on_its_slices_in_every_direction():
    sources, masks = series(), volume_masks()
    seg = segmentation(sources, masks, labels=["liver", "tumor"])
    members = [(f"{n}.dcm", written(one)) for n, one in enumerate(sources)]
    images = image("series.zip", zipped(members[::-1]), every_slice)
    grid = images[0].grid
    matches = match(images, [open_masks(seg, "seg.dcm")])
    axial = [one for one in matches if one.image.frame.axis == "axial"]
    assert {one.image.frame.index for one in axial} == {1, 2, 3}
    assert {one.image.frame.axis for one in matches} == {"axial", "coronal", "sagittal"}
    for one in matches:
        frame, segment = one.image.frame, ["liver", "tumor"].index(one.phrase)
        stored = masks[..., segment][grid.slice_key(frame.axis, frame.index)]
        shown = grid.view(frame.axis).layout.to_display(stored)
        assert np.array_equal(masks_of(one).probability >= 128, shown)


def test_slices_one_by_one_get_their_own_frames():
    sources, masks = series(), volume_masks()
    seg = open_masks(segmentation(sources, masks, labels=["liver", "tumor"]), "seg.dcm")
    for n in (1, 3):
        shown = found(image(f"{n}.dcm", written(sources[n])), seg)
        assert np.array_equal(shown["liver"], masks[n, :, :, 0])
        assert np.array_equal(shown["tumor"], masks[n, :, :, 1])


def test_frames_of_one_object_are_told_apart_by_their_numbers():
    pixels = np.random.default_rng(6).integers(0, 500, (3, HEIGHT, WIDTH)).astype(np.uint16)
    groups = []
    for n in range(3):
        group = Dataset()
        group.PlanePositionSequence = items(ImagePositionPatient=[0, 0, 30 - 3 * n])
        group.FrameContentSequence = items(DimensionIndexValues=[n + 1])
        groups.append(group)
    made = dicom(pixels, SOPClassUID=ENHANCED_CT_STORAGE, FrameOfReferenceUID="1.2.3.77")
    made.PerFrameFunctionalGroupsSequence = groups
    made.SharedFunctionalGroupsSequence = items(
        PixelMeasuresSequence=items(PixelSpacing=[0.5, 0.75], SliceThickness=3),
        PlaneOrientationSequence=items(ImageOrientationPatient=[1, 0, 0, 0, 1, 0]),
    )
    data = written(made)
    masks = np.stack([ONE, TWO, ONE | TWO]).astype(np.uint8)[..., None]
    seg = open_masks(segmentation([made], masks, labels=["liver"]), "seg.dcm")
    upload = open_upload(data, "cine.dcm")
    assert upload.choices.axes[0].name == "stack"
    images = offers_of(upload, [upload.frame(n) for n in range(3)], data)
    shown = [masks_of(one).probability >= 128 for one in match(images, [seg])]
    assert np.array_equal(shown, masks[..., 0])


def test_a_segmentation_that_only_names_its_image_as_a_whole_is_laid_on_it():
    made, data = source_of()
    seg = segmentation([made], STACK[..., :1], labels=["liver"])
    changed = dcmread(DicomBytesIO(seg))
    for group in changed.PerFrameFunctionalGroupsSequence:
        del group.DerivationImageSequence
    target = DicomBytesIO()
    changed.save_as(target, enforce_file_format=True)
    masks = found(image("a.dcm", data), open_masks(target.getvalue(), "seg.dcm"))
    assert np.array_equal(masks["liver"], ONE)


def test_a_segmentation_of_another_size_is_refused():
    made, data = source_of()
    seg = segmentation([made], STACK, labels=["liver", "tumor"])
    turned = rewritten(seg, Rows=WIDTH, Columns=HEIGHT)
    states = {one.state for one in match(image("a.dcm", data), [open_masks(turned, "s.dcm")])}
    assert states == {"transposed"}


def test_an_image_is_no_segmentation():
    _, data = source_of()
    with pytest.raises(InputError, match="no segmentation"):
        open_masks(data, "a.dcm")


def test_ids_and_names_of_the_patient_are_in_no_sentence():
    made, data = source_of()
    seg = segmentation([made], STACK, labels=["liver", "tumor"])
    file = open_masks(seg, "seg.dcm")
    said = " ".join(one.sentence for one in match(image("a.dcm", data), [file]))
    said += repr(file) + repr(image("a.dcm", data)[0])
    assert INVENTED_NAME not in said
    assert made.SOPInstanceUID not in said


def test_a_file_without_dicom_in_it_has_no_source():
    assert read_source(zipped([("a.txt", b"x")]), "a.zip", Budget()) is None
    assert SPACE["FrameOfReferenceUID"] == read_source(source_of()[1], "a.dcm", Budget()).space
