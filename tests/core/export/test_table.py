"""The CSV of measurements, read back as others read it."""

import csv
import io

import numpy as np
import pandas as pd
import pytest

from core import about
from core.analysis.instances import split
from core.analysis.levels import Levels
from core.analysis.measure import measure_result
from core.analysis.measure_volume import VolumeMeasures
from core.export.table import measures_csv, objects_csv, spacing_source, volume_csv
from core.geometry import SpacingMm
from core.imaging.model import Frame, Notice
from core.segmentation import PhraseMask, Segmentation

ENGINE = "Demo engine: classical image processing, not MedImageParse"
SPACING = SpacingMm(0.5, 0.25)


def result_of(*phrases, spacing=SPACING, unit="HU", notices=()):
    values = np.arange(1200, dtype=np.int16).reshape(30, 40) - 1000
    rgb = np.zeros((30, 40, 3), np.uint8)
    rgb[..., 0] = np.arange(40)
    frame = Frame(values, rgb, unit=unit, spacing_mm=spacing, notices=notices)
    level = np.zeros((30, 40), np.uint8)
    level[10:20, 10:30] = 200
    masks = tuple(PhraseMask(phrase, "organ", level) for phrase in phrases)
    return Segmentation(frame, masks, "demo", ENGINE)


def read(data):
    return pd.read_csv(io.BytesIO(data))


def test_pandas_reads_figures_with_their_units_in_the_names():
    table = read(measures_csv(measure_result(result_of("liver"), Levels({"liver": 150}))))
    (row,) = table.to_dict("records")
    assert row["phrase"] == "liver"
    assert row["threshold_level"] == 150
    assert row["area_px"] == 200
    assert row["area_mm2"] == pytest.approx(25.0)
    assert row["largest_diameter_mm"] == pytest.approx(np.hypot(5.0, 0.25 * 19), rel=1e-6)
    assert row["mean_HU"] == pytest.approx(np.mean([(r * 40 + c) - 1000 for r in range(10, 20)
                                                    for c in range(10, 30)]))  # fmt: skip
    assert (row["box_top_px"], row["box_height_px"]) == (10, 10)
    assert np.isnan(row["largest_diameter_px"])


def test_every_row_tells_how_it_came_about_and_not_whose_it_is():
    result = result_of("liver", "spleen")
    table = read(measures_csv(measure_result(result, Levels(rule="highest"))))
    assert (table["overlap_rule"] == "highest").all()
    assert (table["overlap_area_px"] == 200).all()
    assert (table["engine"] == ENGINE).all()
    assert (table["notice"] == about.NOTICE).all()
    assert (table["program"] == f"{about.NAME} {about.VERSION}").all()
    assert (table["image_sha256"] == result.frame.sha256).all()
    assert (table["pixel_size_from"] == "file").all()
    assert table["pixel_height_mm"].tolist() == [0.5, 0.5]
    # The second phrase has lost all its pixels to the first, and no figure is made up for it.
    assert table["area_px"].tolist() == [200, 0]
    assert table.loc[1, ["mean_HU", "largest_diameter_mm", "perimeter_mm"]].isna().all()


def test_without_a_pixel_size_the_columns_in_mm_are_empty():
    table = read(measures_csv(measure_result(result_of("liver", spacing=None))))
    in_mm = [name for name in table.columns if name.endswith(("_mm", "_mm2"))]
    assert len(in_mm) == 6
    assert table[in_mm].isna().all(axis=None)
    assert table["largest_diameter_px"].notna().all()
    assert table.loc[0, "pixel_size_from"] == "not known"


def test_tables_of_images_with_and_without_a_pixel_size_have_the_same_columns():
    with_size = read(measures_csv(measure_result(result_of("liver"))))
    without = read(measures_csv(measure_result(result_of("liver", spacing=None))))
    assert list(with_size.columns) == list(without.columns)


def test_values_in_other_units_have_other_names():
    table = read(measures_csv(measure_result(result_of("liver", unit=""))))
    assert "mean_native" in table.columns
    assert "mean_HU" not in table.columns


@pytest.mark.parametrize("phrase", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\tx"])
def test_a_phrase_cannot_become_a_formula(phrase):
    (row,) = csv.DictReader(io.StringIO(measures_csv(measure_result(result_of(phrase))).decode()))
    assert row["phrase"] == f"'{phrase}"


@pytest.mark.parametrize("phrase", ['a "quoted", one', "fegato à", "肝臓", "two\nlines"])
def test_any_other_phrase_comes_back_as_it_was(phrase):
    assert read(measures_csv(measure_result(result_of(phrase))))["phrase"].tolist() == [phrase]


def test_negative_figures_stay_figures():
    data = measures_csv(measure_result(result_of("liver"))).decode()
    (row,) = csv.DictReader(io.StringIO(data))
    assert float(row["min_HU"]) == -590


def test_lines_end_as_the_standard_says_and_decimals_have_a_dot():
    data = measures_csv(measure_result(result_of("liver", "spleen")))
    assert data.count(b"\r\n") == 3
    assert data.endswith(b"\r\n")
    assert not data.startswith(b"\xef\xbb\xbf")
    assert b"25" in data


def test_distances_at_a_detector_are_said_to_be_so():
    notice = Notice("at_detector", "Distances are those at the detector.")
    result = result_of("lung", notices=(notice,))
    assert spacing_source(result.frame) == "file, at the detector"


def test_objects_have_a_row_each():
    result = result_of("nuclei")
    mask = np.zeros((30, 40), bool)
    mask[0:6, 0:6] = True
    mask[15:25, 15:25] = True
    mask[28, 38] = True
    table = read(objects_csv(split(mask), result, "nuclei", Levels()))
    assert table["area_px"].tolist() == [36, 100]
    assert table["area_mm2"].tolist() == [4.5, 12.5]
    assert table["touches_border"].tolist() == ["yes", "no"]
    assert table["left_out_as_smaller"].tolist() == [1, 1]


def test_a_mask_without_objects_still_has_its_header():
    found = split(np.zeros((30, 40), bool))
    table = read(objects_csv(found, result_of("nuclei"), "nuclei", Levels()))
    assert table.empty
    assert "area_px" in table.columns


def volume_of(phrase, ml=1.25):
    return VolumeMeasures(phrase, 1000, ml, 20, 11, 2, 5, cut_off=True, length_unit="mm",
                          diameter=12.5, across=8.0, diameter_slice=7)  # fmt: skip


def test_a_volume_tells_its_slices_and_what_is_missing():
    data = volume_csv([volume_of("liver")], engine=ENGINE, axis="axial", levels=Levels())
    (row,) = read(data).to_dict("records")
    assert (row["volume_ml"], row["volume_mm3"], row["volume_voxels"]) == (1.25, 1250, 1000)
    assert (row["slices_looked_at"], row["slices_missing_between"], row["slices_total"]) == (
        11, 2, 20,
    )  # fmt: skip
    assert row["cut_off_at_an_end"] == "yes"
    assert row["largest_diameter_slice"] == 8  # as the page counts
    assert row["overlap_rule"] == "independent"


def test_a_volume_of_labels_has_no_threshold():
    data = volume_csv([volume_of("liver", None)], engine=ENGINE, axis="axial", levels=None)
    (row,) = read(data).to_dict("records")
    assert np.isnan(row["threshold_level"])
    assert np.isnan(row["volume_ml"])
