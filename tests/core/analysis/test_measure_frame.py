"""What a whole result measures: units, shares, thresholds and the rule."""

import numpy as np
import pytest

from core.analysis.levels import Levels
from core.analysis.measure import measure, measure_masks, measure_result
from core.analysis.measure_region import BODY, LIT, STAINED, region_of
from core.geometry import SpacingMm
from core.imaging.model import Frame
from core.segmentation import PhraseMask, Segmentation


def grey(values):
    return np.repeat(np.clip(values, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def thorax():
    """Air, a body of water with two lungs in it, and a table below."""
    values = np.full((100, 120), -1000, np.int16)
    values[20:80, 20:100] = 0
    values[35:65, 30:50] = -850
    values[35:65, 70:90] = -850
    values[90:92, 10:110] = 300
    return values


@pytest.fixture
def ct():
    values = thorax()
    return Frame(values, grey(values + 200), unit="HU", spacing_mm=SpacingMm(0.5, 2.0))


def box(top, left, bottom, right, shape=(100, 120)):
    mask = np.zeros(shape, bool)
    mask[top:bottom, left:right] = True
    return mask


def test_a_lung_is_measured_in_hu_and_mm_and_as_a_share_of_the_body(ct):
    lung = box(35, 30, 65, 50)
    found = measure(ct, lung)
    assert found.area_px == 600
    assert found.area_mm2 == pytest.approx(600.0)
    assert found.image_percent == pytest.approx(5.0)
    assert found.values.mean == -850
    assert found.values.sd == 0
    # The body holds its lungs and not the table: 60 x 80 pixels.
    assert found.body_percent == pytest.approx(100 * 600 / 4800)
    assert found.length_unit == "mm"
    assert region_of(ct).name == BODY


def test_without_a_pixel_size_nothing_is_in_mm():
    frame = Frame(np.zeros((100, 120), np.uint8), grey(np.zeros((100, 120))))
    found = measure(frame, box(0, 0, 10, 10))
    assert found.area_mm2 is None
    assert found.length_unit == "px"
    assert found.shape.diameter == pytest.approx(np.hypot(10, 9))


def test_an_empty_mask_has_an_area_of_0_and_nothing_else(ct):
    found = measure(ct, np.zeros((100, 120), bool))
    assert (found.area_px, found.area_mm2, found.image_percent, found.body_percent) == (0, 0, 0, 0)
    assert found.shape is None
    assert found.values is None


def test_a_mask_of_another_size_is_refused(ct):
    with pytest.raises(ValueError, match=r"100, 120.*9, 9"):
        measure_masks(ct, [np.zeros((9, 9), bool)], None)


def test_a_picture_without_black_around_has_no_body_to_take_a_share_of():
    frame = Frame(np.full((50, 50), 90, np.uint8), np.full((50, 50, 3), 90, np.uint8))
    assert region_of(frame) is None
    assert measure(frame, box(0, 0, 9, 9, (50, 50))).body_percent is None


def test_a_black_picture_has_no_body():
    black = Frame(np.zeros((50, 50), np.uint8), np.zeros((50, 50, 3), np.uint8))
    assert region_of(black) is None


def test_bare_glass_is_no_tissue():
    rgb = np.full((50, 50, 3), 240, np.uint8)
    rgb[:25] = (180, 90, 160)
    rgb[:, :10] = 0
    region = region_of(Frame(rgb, rgb.copy()))
    assert region.name == STAINED
    assert region.area_px == 25 * 40


def test_a_head_in_the_dark_counts_with_its_ventricles():
    values = np.zeros((60, 60), np.uint8)
    values[10:50, 10:50] = 120
    values[25:35, 25:35] = 3
    values[2:4, 2:4] = 200
    region = region_of(Frame(values, grey(values)))
    assert region.name == LIT
    assert region.area_px == 1600


def soft(shape, **boxes):
    return tuple(
        PhraseMask(name.replace("_", " "), "other", plane.astype(np.uint8))
        for name, plane in boxes.items()
    )


def test_the_report_measures_at_the_thresholds_that_were_set(ct):
    ramp = np.tile(np.arange(120), (100, 1)) * 2
    result = Segmentation(ct, soft(ct, left_lung=ramp, Body=ramp), "demo", "Demo engine")
    report = measure_result(result, Levels({"left lung": 200, "body": 100}))
    assert [row.threshold for row in report.rows] == [200, 100]
    assert [row.measures.area_px for row in report.rows] == [100 * 20, 100 * 70]
    assert [row.measures.area_px for row in measure_result(result).rows] == [100 * 56] * 2


def test_with_one_label_a_pixel_the_areas_add_up_to_what_is_covered(ct, rng):
    masks = soft(ct, **{name: rng.integers(0, 256, (100, 120)) for name in "abcd"})
    result = Segmentation(ct, masks, "demo", "Demo engine")
    levels = Levels({"a": 100, "b": 128, "c": 200}, "highest")
    report = measure_result(result, levels)
    covered = np.any([m.mask(levels.level(m.phrase)) for m in masks], axis=0)
    assert sum(row.measures.area_px for row in report.rows) == np.count_nonzero(covered)
    assert report.overlaps.rule == "highest"
