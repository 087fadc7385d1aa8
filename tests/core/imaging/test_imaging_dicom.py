"""DICOM images: what the values mean, and what is refused."""

import numpy as np
import pytest
from imaging_samples import (
    CR_STORAGE,
    ENHANCED_CT_STORAGE,
    MR_STORAGE,
    bare,
    corners,
    dicom,
    items,
    quadrants,
    ramp,
    written,
)
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from core.errors import DamagedFile, NoPixels, TooSmall, UnknownFormat

HU = {"RescaleSlope": 1, "RescaleIntercept": -1024}


def notice_codes(upload):
    return [notice.code for notice in upload.notices]


@pytest.mark.parametrize(("implicit", "little"), [(True, True), (False, True), (False, False)])
def test_a_data_set_without_preamble_or_extension_opens(opened, implicit, little):
    dataset = dicom(ramp(), **HU)
    dataset.PixelData = ramp().astype("<u2" if little else ">u2").tobytes()
    upload = opened(bare(dataset, implicit=implicit, little=little), "IM000001")
    assert np.array_equal(upload.frame().values, ramp().astype(int) - 1024)
    assert "no_transfer_syntax" in notice_codes(upload)


def test_text_does_not_pass_for_dicom(refused):
    assert isinstance(refused(b"\x08\0hello, this is a letter to a colleague" * 9), UnknownFormat)


def test_a_ct_is_in_hu_and_offers_the_models_and_the_reading_windows(opened):
    upload = opened(written(dicom(ramp(), **HU)))
    frame = upload.frame()
    assert (frame.unit, frame.modality, frame.values.dtype) == ("HU", "CT", np.int32)
    assert [window.origin for window in upload.choices.windows] == ["model"] * 6 + ["reading"] * 5
    assert frame.window.name == "abdomen (model)"
    assert frame.steps == (
        "16-bit grey read from DICOM",
        "rescaled to HU with slope 1 and intercept -1024",
        "window abdomen (model): centre 50, width 400",
    )


def test_a_files_own_windows_come_first_and_keep_their_names(opened):
    windows = {"WindowCenter": [40, -600], "WindowWidth": [400, 1500]}
    named = {"WindowCenterWidthExplanation": ["SOFT", "LUNG"]}
    upload = opened(written(dicom(ramp(), **HU, **windows, **named)))
    assert [window.name for window in upload.choices.windows[:2]] == ["SOFT", "LUNG"]
    assert upload.frame().window == upload.choices.windows[0]
    assert upload.frame(window=upload.choices.windows[1]).window.center == -600


def test_a_window_whose_name_could_be_a_patients_is_not_named(opened):
    named = {"WindowCenterWidthExplanation": "Canary^Invented 1950"}
    upload = opened(written(dicom(ramp(), WindowCenter=40, WindowWidth=400, **HU, **named)))
    assert upload.choices.windows[0].name == "of the file"


@pytest.mark.parametrize("center_width", [(None, None), (40, 0), (40, -1), ("", ""), (40, "")])
def test_a_window_that_cannot_be_used_is_left_out(opened, center_width):
    center, width = center_width
    dataset = dicom(ramp(), WindowCenter=center or "", WindowWidth=width or "", **HU)
    if width in (0, -1):
        dataset.WindowWidth = width
    upload = opened(written(dataset))
    assert upload.choices.windows[0].origin == "model"
    assert ("window_ignored" in notice_codes(upload)) == (width in (0, -1))


@pytest.mark.parametrize("missing", [{}, {"RescaleSlope": "", "RescaleIntercept": ""}])
def test_a_ct_without_rescale_is_shown_with_a_warning_and_no_ct_window(opened, missing):
    upload = opened(written(dicom(ramp(top=3000), **missing)))
    frame = upload.frame()
    assert (frame.unit, frame.window) == ("", None)
    assert frame.values[0, -1] == 3000
    assert "hu_unknown" in [notice.code for notice in frame.notices]
    assert upload.choices.windows == ()


def test_a_rescale_to_something_else_is_not_hu(opened):
    assert opened(written(dicom(ramp(), RescaleType="US", **HU))).frame().unit == ""


def test_a_slope_of_zero_does_not_flatten_the_picture(opened):
    frame = opened(written(dicom(ramp(), RescaleSlope=0, RescaleIntercept=5))).frame()
    assert np.array_equal(frame.values, ramp())


def test_a_negative_slope_turns_the_values_round(opened):
    changes = {"SOPClassUID": CR_STORAGE, "Modality": "CR"}
    rescale = {"RescaleSlope": -10, "RescaleIntercept": 0}
    frame = opened(written(dicom(ramp(), **changes, **rescale))).frame()
    assert frame.values[0, -1] == -40950
    assert frame.rgb[0, 0, 0] > frame.rgb[0, -1, 0]
    assert frame.modality == "XR"


def test_monochrome1_is_inverted_after_the_window(opened):
    changes = {"PhotometricInterpretation": "MONOCHROME1", "WindowCenter": 2000}
    frame = opened(written(dicom(ramp(), WindowWidth=1000, **changes))).frame()
    assert frame.rgb[0, 0].tolist() == [255] * 3
    assert frame.rgb[0, -1].tolist() == [0] * 3
    assert frame.values[0, -1] == 4095


@pytest.mark.parametrize("window", [{}, {"WindowCenter": 40, "WindowWidth": 400}])
@pytest.mark.parametrize("inverted", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_black_and_counts_nowhere(opened, window, inverted):
    values = np.full((20, 20), -1000, np.int16)
    values[:, 10:] = 500
    values[:3] = -2000
    dataset = dicom(values, PixelPaddingValue=-2000, Modality="OT", **window)
    dataset.PhotometricInterpretation = inverted
    frame = opened(written(dataset)).frame()
    assert (frame.rgb[:3] == 0).all()
    assert {int(frame.rgb[10, 2, 0]), int(frame.rgb[10, 18, 0])} == {0, 255}
    assert frame.values[0, 0] == -2000


def test_a_range_of_padding_is_padding(opened):
    values = np.tile(np.arange(40, dtype=np.uint16), (20, 1))
    dataset = dicom(values, PixelPaddingValue=0, PixelPaddingRangeLimit=9, Modality="MR")
    frame = opened(written(dataset)).frame()
    assert (frame.rgb[:, :10] == 0).all()
    assert "(10 to 39)" in frame.steps[-2]


@pytest.mark.parametrize("shift", [0, 4])
def test_values_above_unused_bits_are_moved_down(opened, shift):
    values = ramp(top=4095) << shift
    dataset = dicom(values, BitsStored=12, HighBit=11 + shift, **HU)
    assert np.array_equal(opened(written(dataset)).frame().values, ramp().astype(int) - 1024)


def test_signed_values_in_12_bits_keep_their_sign(opened):
    values = np.array([[-1000, 40], [2000, -1]], np.int16) & 0x0FFF
    dataset = dicom(values.astype(np.int16), BitsStored=12, HighBit=11)
    assert opened(written(dataset)).frame().values.tolist() == [[-1000, 40], [2000, -1]]


def test_a_voi_table_gives_the_grey_levels(opened):
    table = np.linspace(4095, 0, 256).astype(np.uint16)
    voi = items(LUTDescriptor=[256, 0, 12], LUTData=table.tobytes())
    frame = opened(written(dicom(quadrants(), VOILUTSequence=voi, Modality="OT"))).frame()
    assert corners(frame.rgb[:, :, 0]) == [245, 175, 95, 15]
    assert frame.window.name == "table 1 of the file"


def test_a_modality_table_gives_the_values(opened):
    table = (np.arange(256, dtype=np.uint16) * 3).tobytes()
    modality = items(LUTDescriptor=[256, 0, 16], LUTData=table, ModalityLUTType="OD")
    frame = opened(written(dicom(quadrants(), ModalityLUTSequence=modality))).frame()
    assert corners(frame.values) == [30, 240, 480, 720]
    assert "modality lookup table applied" in frame.steps


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
def test_a_file_says_which_curve_its_window_has(opened, function):
    dataset = dicom(ramp(), WindowCenter=2000, WindowWidth=1000, VOILUTFunction=function)
    levels = opened(written(dataset)).frame().rgb[0, :, 0].astype(float)
    x = ramp()[0].astype(float)
    expected = {
        "LINEAR": np.clip(((x - 1999.5) / 999 + 0.5) * 255, 0, 255),
        "LINEAR_EXACT": np.clip(((x - 2000) / 1000 + 0.5) * 255, 0, 255),
        "SIGMOID": 255 / (1 + np.exp(-4 * (x - 2000) / 1000)),
    }[function]
    assert np.abs(levels - expected).max() <= 0.5


def test_an_mr_image_is_scaled_over_its_foreground(opened):
    values = np.zeros((40, 40), np.uint16)
    values[:10] = np.linspace(500, 1500, 400).reshape(10, 40)
    frame = opened(written(dicom(values, SOPClassUID=MR_STORAGE, Modality="MR"))).frame()
    assert "above 0" in frame.steps[-1]
    assert frame.unit == ""


def test_8_bit_pictures_are_not_scaled(opened):
    frame = opened(written(dicom(quadrants() // 4, Modality="US"))).frame()
    assert corners(frame.rgb[:, :, 0]) == [2, 20, 40, 60]


def test_one_bit_objects_are_black_and_white(opened):
    packed = np.packbits(quadrants(16, 16).ravel() > 100, bitorder="little")
    dataset = dicom(quadrants(16, 16), Modality="OT", PixelData=packed.tobytes())
    dataset.BitsAllocated = dataset.BitsStored = 1
    dataset.HighBit = 0
    assert corners(opened(written(dataset)).frame().rgb[:, :, 0]) == [0, 0, 255, 255]


def test_floating_point_pixels_are_shown(opened):
    values = ramp().astype(np.float32) / 4095
    dataset = dicom(values, PixelData=None, FloatPixelData=values.tobytes(), Modality="MR")
    frame = opened(written(dataset)).frame()
    assert frame.values[0, -1] == 1
    assert frame.steps[0] == "floating-point grey read from DICOM"


def enhanced(planes, heights, slopes, windows):
    """Frames whose rescale, window and position are in functional groups only."""
    dataset = dicom(np.stack(planes), SOPClassUID=ENHANCED_CT_STORAGE)
    dataset.SharedFunctionalGroupsSequence = items(
        PlaneOrientationSequence=items(ImageOrientationPatient=[1, 0, 0, 0, 1, 0]),
        PixelMeasuresSequence=items(PixelSpacing=[0.5, 0.25], SliceThickness=2),
    )
    groups = []
    for height, (slope, intercept), (center, width) in zip(heights, slopes, windows, strict=True):
        group = Dataset()
        group.PlanePositionSequence = items(ImagePositionPatient=[0, 0, height])
        group.PixelValueTransformationSequence = items(
            RescaleSlope=slope, RescaleIntercept=intercept, RescaleType="HU"
        )
        group.FrameVOILUTSequence = items(WindowCenter=center, WindowWidth=width)
        groups.append(group)
    dataset.PerFrameFunctionalGroupsSequence = Sequence(groups)
    return written(dataset)


def test_an_enhanced_ct_has_values_and_windows_of_its_own_in_every_frame(opened):
    flat = np.full((12, 16), 1000, np.uint16)
    slopes, windows = [(1, -1024), (2, -1000), (0.5, 0)], [(0, 400), (100, 300), (50, 200)]
    upload = opened(enhanced([flat] * 3, [4, 0, 2], slopes, windows))
    frames = [upload.frame(n) for n in range(3)]
    assert [float(frame.values[0, 0]) for frame in frames] == [-24, 1000, 500]
    assert [(frame.window.center, frame.window.width) for frame in frames] == windows
    assert (frames[0].spacing_mm.row, frames[0].spacing_mm.column) == (0.5, 0.25)
    chosen = upload.frame(2, window=upload.choices.windows[0]).window
    assert (chosen.center, chosen.width) == (50, 200)


def test_an_enhanced_ct_keeps_its_frame_numbers_and_offers_the_order_in_space(opened):
    planes = [np.full((12, 16), value, np.uint16) for value in (300, 100, 200)]
    upload = opened(enhanced(planes, [4, 0, 2], [(1, 0)] * 3, [(0, 400)] * 3))
    assert [axis.name for axis in upload.choices.axes] == ["stack", "axial", "coronal", "sagittal"]
    assert upload.choices.frame_names[0] == "frame 1, at 4.0 mm"
    in_space = [int(upload.frame(n, axis="axial").values[0, 0]) for n in range(3)]
    assert in_space == [100, 200, 300]
    assert upload.frame(5, axis="coronal").values[:, 0].tolist() == [300, 200, 100]


def test_an_enhanced_ct_in_order_is_a_volume_at_once(opened):
    planes = [np.full((12, 16), value, np.uint16) for value in (100, 200, 300)]
    upload = opened(enhanced(planes, [0, 2, 4], [(1, 0)] * 3, [(0, 400)] * 3))
    assert [axis.name for axis in upload.choices.axes] == ["axial", "coronal", "sagittal"]


@pytest.mark.parametrize(
    ("uid", "modality", "words"),
    [
        ("1.2.840.10008.5.1.4.1.1.88.33", "SR", "Comprehensive SR Storage (SR)"),
        ("1.2.840.10008.5.1.4.1.1.88.59", "KO", "Key Object Selection Document Storage (KO)"),
        ("1.2.840.10008.5.1.4.1.1.11.1", "PR", "Grayscale Softcopy Presentation State"),
        ("1.2.840.10008.5.1.4.1.1.481.3", "RTSTRUCT", "RT Structure Set Storage (RTSTRUCT)"),
        ("1.2.840.10008.5.1.4.1.1.104.1", "DOC", "Encapsulated PDF Storage (DOC)"),
        ("1.3.6.1.4.1.9999.1", "CANARYNAME7", "an object of an unknown kind"),
    ],
)
def test_objects_without_pixels_are_named(refused, uid, modality, words):
    dataset = dicom(ramp(), SOPClassUID=uid, Modality=modality, PixelData=None)
    error = refused(written(dataset), "report.dcm")
    assert isinstance(error, NoPixels)
    assert words in str(error)
    assert "no image in it" in str(error)
    assert "CANARY" not in str(error)


@pytest.mark.parametrize(
    ("uid", "way_out"),
    [
        ("1.2.840.10008.5.1.4.1.1.77.1.6", "QuPath"),
        ("1.2.840.10008.5.1.4.1.1.66.4", "series that it was drawn on"),
    ],
)
def test_slides_and_segmentations_are_refused_with_the_way_out(refused, uid, way_out):
    error = refused(written(dicom(quadrants(), SOPClassUID=uid)))
    assert isinstance(error, NoPixels)
    assert way_out in error.next_step


@pytest.mark.parametrize("frames", [1, 3])
def test_a_cut_image_is_refused_and_never_partly_shown(refused, frames):
    dataset = dicom(np.stack([ramp()] * frames))
    dataset.PixelData = dataset.PixelData[:-2]
    error = refused(written(dataset), "cut.dcm")
    assert isinstance(error, DamagedFile)
    assert "cut.dcm" in str(error)


def test_an_image_of_one_row_is_too_small(refused):
    assert isinstance(refused(written(dicom(np.zeros((1, 9), np.uint8)))), TooSmall)
