"""Which side is which: DICOM orientation, spacing, and the way back to the file."""

import numpy as np
import pytest
from imaging_samples import CR_STORAGE, corners, dicom, items, quadrants, written
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

# Direction of a row and of a column in the patient (LPS), and how the picture is shown then:
# values at its corners, and letters left, right, top, bottom.
ORIENTATIONS = {
    "axial": ([1, 0, 0, 0, 1, 0], [10, 80, 160, 240], "RLAP"),
    "axial, prone": ([-1, 0, 0, 0, -1, 0], [240, 160, 80, 10], "RLAP"),
    "axial, mirrored": ([-1, 0, 0, 0, 1, 0], [80, 10, 240, 160], "RLAP"),
    "axial, lying on the side": ([0, 1, 0, 1, 0, 0], [10, 160, 80, 240], "RLAP"),
    "coronal": ([1, 0, 0, 0, 0, -1], [10, 80, 160, 240], "RLSI"),
    "coronal, from below": ([1, 0, 0, 0, 0, 1], [160, 240, 10, 80], "RLSI"),
    "sagittal": ([0, 1, 0, 0, 0, -1], [10, 80, 160, 240], "APSI"),
    "sagittal, turned": ([0, 0, -1, 0, -1, 0], [160, 10, 240, 80], "APSI"),
}


def letters(frame):
    shown = frame.orientation
    return shown.left + shown.right + shown.top + shown.bottom


@pytest.mark.parametrize("name", ORIENTATIONS)
def test_every_plane_is_shown_radiologically_and_goes_back_to_the_file(opened, name):
    cosines, expected, sides = ORIENTATIONS[name]
    dataset = dicom(quadrants(), ImageOrientationPatient=cosines, PixelSpacing=[2, 0.5])
    frame = opened(written(dataset)).frame()
    assert corners(frame.values) == expected
    assert letters(frame) == sides
    assert np.array_equal(frame.layout.to_file(frame.values), quadrants())
    turned = frame.layout.transposed
    assert (frame.spacing_mm.row, frame.spacing_mm.column) == ((0.5, 2) if turned else (2, 0.5))


def test_a_tilted_plane_is_said_to_be_oblique(opened):
    turn = np.radians(20)
    cosines = [np.cos(turn), 0, np.sin(turn), 0, 1, 0]
    rounded = [round(float(value), 6) for value in cosines]
    frame = opened(written(dicom(quadrants(), ImageOrientationPatient=rounded))).frame()
    assert letters(frame) == "RLAP"
    assert "20°" in next(n.text for n in frame.notices if n.code == "oblique")


@pytest.mark.parametrize("nonsense", [[0] * 6, [1, 0, 0, 1, 0, 0], [1, 0, 0], [2, 0, 0, 0, 2, 0]])
def test_an_orientation_that_makes_no_sense_gives_no_letters(opened, nonsense):
    frame = opened(written(dicom(quadrants(), ImageOrientationPatient=nonsense))).frame()
    assert frame.orientation is None
    assert corners(frame.values) == corners(quadrants())


@pytest.mark.parametrize(
    ("stated", "expected", "sides"),
    [
        (["L", "F"], [10, 80, 160, 240], "RLSI"),
        (["R", "F"], [80, 10, 240, 160], "RLSI"),
        (["L", "H"], [160, 240, 10, 80], "RLSI"),
        (["A", "F"], [10, 80, 160, 240], "PASI"),
    ],
)
def test_a_chest_film_is_shown_with_the_patients_right_on_the_left(opened, stated, expected, sides):
    dataset = dicom(quadrants(), SOPClassUID=CR_STORAGE, Modality="CR", PatientOrientation=stated)
    frame = opened(written(dataset)).frame()
    assert corners(frame.values) == expected
    assert letters(frame) == sides


def test_other_projections_get_letters_and_are_not_turned(opened):
    dataset = dicom(quadrants(), Modality="MG", PatientOrientation=["P", "R"])
    frame = opened(written(dataset)).frame()
    assert corners(frame.values) == corners(quadrants())
    assert letters(frame) == "APLR"


def test_spacing_at_the_detector_is_said_to_be_that(opened):
    changes = {"Modality": "DX", "ImagerPixelSpacing": [0.2, 0.3]}
    upload = opened(written(dicom(quadrants(), **changes)))
    assert (upload.frame().spacing_mm.row, upload.frame().spacing_mm.column) == (0.2, 0.3)
    assert "at_detector" in [notice.code for notice in upload.notices]
    calibrated = opened(written(dicom(quadrants(), PixelSpacing=[0.1, 0.1], **changes)))
    assert calibrated.frame().spacing_mm.row == 0.1
    assert "at_detector" not in [notice.code for notice in calibrated.notices]


@pytest.mark.parametrize("spacing", [[0, 0.5], [-1, 1], "", None])
def test_a_spacing_that_makes_no_sense_is_none(opened, spacing):
    dataset = dicom(quadrants())
    if spacing is not None:
        dataset.PixelSpacing = spacing
    assert opened(written(dataset)).frame().spacing_mm is None


def region(units, delta_x, delta_y):
    return items(
        PhysicalUnitsXDirection=units,
        PhysicalUnitsYDirection=units,
        PhysicalDeltaX=delta_x,
        PhysicalDeltaY=delta_y,
    )[0]


@pytest.mark.parametrize(
    ("regions", "spacing", "code"),
    [
        ([(3, 0.02, 0.04)], (0.4, 0.2), None),
        ([(3, 0.02, 0.04), (4, 0.01, 7.0)], (0.4, 0.2), "region_scale"),
        ([(3, 0.02, 0.04), (3, 0.05, 0.05)], None, "several_scales"),
        ([(4, 0.02, 0.04)], None, None),
    ],
)
def test_the_scale_of_an_ultrasound_image_is_that_of_its_regions(opened, regions, spacing, code):
    sequence = Sequence([region(*one) for one in regions])
    dataset = dicom(quadrants(), Modality="US", SequenceOfUltrasoundRegions=sequence)
    upload = opened(written(dataset))
    found = upload.frame().spacing_mm
    assert (None if found is None else (found.row, found.column)) == spacing
    codes = [notice.code for notice in upload.notices if notice.code != "burned_in"]
    assert codes == ([code] if code else [])


def test_an_empty_data_set_has_no_orientation():
    from core.imaging.dicom_geometry import read_placement

    placement = read_placement(Dataset(), 0)
    assert placement.normal is None
    assert placement.height is None
