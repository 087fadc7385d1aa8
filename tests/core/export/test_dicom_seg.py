"""DICOM segmentations, read by pydicom and highdicom beside the image that they are of."""

from __future__ import annotations

import io

import highdicom as hd
import numpy as np
import pytest
from pydicom import dcmread

from core import about
from tests.core.export.review_samples import blob, item, picture
from tests.core.imaging.imaging_samples import CR_STORAGE, INVENTED_NAME, dicom, items, written

LIVER, TUMOR = blob(4, 5, 24, 40), blob(10, 12, 16, 20)
SPACE = {
    "FrameOfReferenceUID": "1.2.3.77",
    "PixelSpacing": [0.5, 0.75],
    "SliceThickness": 3,
    "ImagePositionPatient": [-100, -120, 30],
    "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
}
# Rows run to the front and columns to the right: the page turns the picture over both axes.
TURNED = {**SPACE, "ImageOrientationPatient": [-1, 0, 0, 0, -1, 0]}


def ct(number=0, **changes):
    source = dicom(picture(number).astype(np.uint16), **SPACE)
    for keyword, value in changes.items():
        if value is None:
            delattr(source, keyword)
        else:
            setattr(source, keyword, value)
    return source


def exported(project, *answers, source, phrases=("liver", "tumor"), **more):
    """The manifest's entry of a picture that was read, and its segmentation where there is one."""
    data = written(source)
    (item_id,) = project.add(item(data, *phrases, name="Doe^Invented.dcm", **more))
    project.read(item_id, *answers)
    files = project.export(format="dicom-seg", names=True)
    entry = project.manifest(format="dicom-seg", names=True)["images"][0]
    segs = [hd.seg.segread(io.BytesIO(d)) for n, d in files.items() if n.endswith(".seg.dcm")]
    return entry, segs[0] if segs else None


def masks_of(seg, source, frame=None):
    """Each segment on the grid of its image, by label, as highdicom finds them."""
    found = {}
    for number in seg.segment_numbers:
        if frame is None:
            planes = seg.get_pixels_by_source_instance([source.SOPInstanceUID], [number])
        else:
            planes = seg.get_pixels_by_source_frame(source.SOPInstanceUID, [frame], [number])
        found[seg.get_segment_description(number).segment_label] = planes[0, :, :, 0] == 1
    return found


def test_segments_are_the_masks_on_the_grid_of_the_image(project):
    source = ct()
    _, seg = exported(project, ("accept", LIVER), ("accept", TUMOR), source=source)
    found = masks_of(seg, source)
    assert list(found) == ["liver", "tumor"]
    assert np.array_equal(found["liver"], LIVER)
    assert np.array_equal(found["tumor"], TUMOR)
    assert seg.segmentation_type == hd.seg.SegmentationTypeValues.BINARY


def test_what_the_page_shows_turned_over_lies_in_the_file_as_the_image_does(project):
    source = ct(**TURNED)
    _, seg = exported(project, ("accept", LIVER), ("accept", TUMOR), source=source)
    assert np.array_equal(masks_of(seg, source)["liver"], LIVER[::-1, ::-1])


def test_it_belongs_to_the_patient_the_study_and_the_space_of_its_image(project):
    source = ct()
    _, seg = exported(project, ("accept", LIVER), ("accept", TUMOR), source=source)
    assert (seg.PatientName, seg.PatientID) == (INVENTED_NAME, "CANARY-0001")
    assert seg.StudyInstanceUID == source.StudyInstanceUID
    assert seg.SeriesInstanceUID != source.SeriesInstanceUID
    assert seg.FrameOfReferenceUID == SPACE["FrameOfReferenceUID"]
    shared = seg.SharedFunctionalGroupsSequence[0]
    measures = shared.PixelMeasuresSequence[0]
    assert list(measures.PixelSpacing) == [0.5, 0.75]
    assert "SpacingBetweenSlices" not in measures  # the image says nothing of its neighbours
    uids = {one.ReferencedSOPInstanceUID for one in _referenced(seg)}
    assert uids == {source.SOPInstanceUID}
    assert seg.ContentDescription == about.NOTICE
    assert seg.Manufacturer == about.NAME


def _referenced(seg):
    series = seg.ReferencedSeriesSequence[0]
    return series.ReferencedInstanceSequence


def test_who_made_a_mask_is_in_its_segment(project):
    source = ct()
    answers = (("accept", None), ("accept", TUMOR))
    _, seg = exported(project, *answers, source=source, ai=LIVER)
    kinds = [seg.get_segment_description(n).algorithm_type.value for n in (1, 2)]
    assert kinds == ["AUTOMATIC", "SEMIAUTOMATIC"]
    by = seg.get_segment_description(1).algorithm_identification
    assert by.name == "Invented engine"


def test_a_mask_that_was_drawn_from_nothing_is_manual(project):
    _, seg = exported(project, ("accept", LIVER), ("absent", None), source=ct())
    assert list(seg.segment_numbers) == [1]
    assert seg.get_segment_description(1).algorithm_type.value == "MANUAL"


def test_a_phrase_is_the_label_and_its_category_is_a_code_of_snomed(project):
    phrases = ("liver", "an invented thing with a name of more than sixty-four characters, long")
    answers = (("accept", LIVER), ("accept", TUMOR))
    _, seg = exported(project, *answers, source=ct(), phrases=phrases)
    liver, other = (seg.get_segment_description(n) for n in (1, 2))
    assert liver.segmented_property_category.meaning == "Anatomical Structure"
    assert other.segmented_property_category.meaning == "Tissue"
    assert other.segment_label == phrases[1][:64]
    assert liver.segmented_property_type.scheme_designator == "99MIPW"


def test_names_and_phrases_in_other_letters_stay_as_they_are(project):
    source = ct(SpecificCharacterSet="ISO_IR 100", PatientName="Mü^Invented")
    phrases = ("fegato è 肝", "tumor")
    _, seg = exported(project, ("accept", LIVER), ("accept", TUMOR), source=source, phrases=phrases)
    assert seg.PatientName == "Mü^Invented"
    assert seg.get_segment_description(1).segment_label == phrases[0]


def test_a_radiograph_without_a_space_of_its_own_has_a_segmentation_too(project):
    source = dicom(picture().astype(np.uint16), SOPClassUID=CR_STORAGE, Modality="CR")
    _, seg = exported(project, ("accept", LIVER), ("accept", TUMOR), source=source)
    data = seg.pixel_array.astype(bool)
    assert np.array_equal(data[0], LIVER)
    assert np.array_equal(data[1], TUMOR)


def test_a_frame_of_a_multi_frame_image_is_the_one_that_is_referenced(project):
    source = enhanced(frames=3)
    answers = (("accept", LIVER), ("accept", TUMOR))
    entry, seg = exported(project, *answers, source=source, index=1)
    assert entry["left_out"] is None
    assert np.array_equal(masks_of(seg, source, frame=2)["tumor"], TUMOR)
    assert seg.NumberOfFrames == 2


def enhanced(frames):
    """An enhanced CT with its frames in the order of their positions."""
    stack = np.stack([picture(number) for number in range(frames)]).astype(np.uint16)
    keep = ("ImageOrientationPatient", "PixelSpacing", "SliceThickness", "ImagePositionPatient")
    source = dicom(
        stack,
        SOPClassUID="1.2.840.10008.5.1.4.1.1.2.1",
        FrameOfReferenceUID=SPACE["FrameOfReferenceUID"],
    )
    orientation, spacing, thickness, _ = (SPACE[name] for name in keep)
    source.SharedFunctionalGroupsSequence = items(
        PlaneOrientationSequence=items(ImageOrientationPatient=orientation),
        PixelMeasuresSequence=items(PixelSpacing=spacing, SliceThickness=thickness),
    )
    source.PerFrameFunctionalGroupsSequence = [
        items(PlanePositionSequence=items(ImagePositionPatient=[-100, -120, 30 + 3 * n]))[0]
        for n in range(frames)
    ]
    return source


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"FrameOfReferenceUID": None}, "Its header lacks what a DICOM segmentation needs"),
        ({"StudyInstanceUID": None}, "Its header lacks what a DICOM segmentation needs"),
    ],
)
def test_an_image_that_cannot_have_one_is_left_out_with_the_reason(project, changes, reason):
    answers = (("accept", LIVER), ("accept", TUMOR))
    entry, seg = exported(project, *answers, source=ct(**changes))
    assert seg is None
    assert entry["left_out"].startswith(reason)


def test_a_picture_that_is_no_dicom_file_is_left_out_with_the_reason(project):
    (item_id,) = project.add(item(picture(), "liver"))
    project.read(item_id, ("accept", LIVER))
    files = project.export(format="dicom-seg", names=True)
    assert list(files) == ["manifest.json"]
    entry = project.manifest(format="dicom-seg", names=True)["images"][0]
    assert entry["left_out"] == "Its file is no DICOM object of its own."


def test_an_empty_mask_is_no_segment(project):
    entry, seg = exported(project, ("accept", None), ("accept", TUMOR), source=ct())
    assert [seg.get_segment_description(n).segment_label for n in seg.segment_numbers] == ["tumor"]
    assert [label["mask_file"] is None for label in entry["labels"]] == [True, False]


def test_other_masks_give_another_object_and_the_same_ones_the_same(project):
    answers = (("accept", LIVER), ("accept", TUMOR))
    _, seg = exported(project, *answers, source=ct())
    packed = [project.packed(format="dicom-seg", names=True) for _ in range(2)]
    assert packed[0] == packed[1]
    label = project.scene.owner.cases()[0].label
    project.scene.owner.set_outcome(label.id, method="adjudicated", verdict="change", mask=TUMOR)
    files = project.export(format="dicom-seg", names=True)
    other = dcmread(io.BytesIO(next(iter(files.values()))))
    assert other.SOPInstanceUID != seg.SOPInstanceUID
    assert other.SeriesInstanceUID == seg.SeriesInstanceUID


def test_a_real_ct_slice_has_its_mask_where_the_page_showed_it(project, shared):
    data = (shared / "real" / "images" / "CT_lung_nodule.dcm").read_bytes()
    source = dcmread(io.BytesIO(data))
    mask = blob(100, 200, 180, 300, (source.Rows, source.Columns))
    (item_id,) = project.add(item(data, "nodule", name="ct.dcm"))
    project.read(item_id, ("accept", mask))
    files = project.export(format="dicom-seg", names=True)
    seg = hd.seg.segread(io.BytesIO(files["ct.seg.dcm"]))
    assert np.array_equal(masks_of(seg, source)["nodule"], mask)
