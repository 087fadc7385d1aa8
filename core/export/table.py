"""Measurements as CSV that Excel, pandas and R read: one header, one row a phrase.

UTF-8, a dot in decimals, lines as in RFC 4180. What holds for all rows, such as the engine, stands
in columns of its own, so that tables of several images can be put under each other. Columns in
millimetres stay empty where the pixel size is not known; no column holds a file name.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np

from core import about
from core.analysis.measure_values import PERCENTILES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.analysis.instances import Instances
    from core.analysis.levels import Levels
    from core.analysis.measure import MeasureReport, PhraseMeasures
    from core.analysis.measure_volume import VolumeMeasures
    from core.geometry import SpacingMm
    from core.imaging.model import Frame
    from core.segmentation import Segmentation

    Cell = str | float | int | bool | None

MAIN_COLUMNS = (
    "phrase",
    "area_mm2",
    "area_px",
    "share_of_image_percent",
    "share_of_body_percent",
    "largest_diameter_mm",
    "largest_diameter_px",
    "diameter_across_mm",
    "diameter_across_px",
    "pieces",
)
"""What most people look for first, in this order; lengths in one of two units."""

# With one of these first, a spreadsheet takes a text for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Nothing that is measured is surer than to seven digits.
_DIGITS = 7


def measures_csv(report: MeasureReport) -> bytes:
    """Write the measures of a frame.

    Args:
        report: From :func:`core.analysis.measure.measure_result`.
    """
    common = program_cells(report.segmentation.engine) | _origin(report.segmentation.frame)
    common |= {"overlap_rule": report.levels.rule, "overlap_area_px": report.overlaps.area_px}
    return csv_bytes([measure_cells(report, row) | common for row in report.rows])


def measure_cells(report: MeasureReport, row: PhraseMeasures) -> dict[str, Cell]:
    """Figures of one phrase by the name of their column, which ends in the unit.

    Lengths have a column in millimetres and one in pixels, of which one is empty.
    """
    found, shape, values = row.measures, row.measures.shape, row.measures.values
    box = shape.box if shape else None
    cells: dict[str, Cell] = {
        "phrase": row.phrase,
        "category": row.category,
        "threshold_level": row.threshold,
        "area_px": found.area_px,
        "area_mm2": found.area_mm2,
        "share_of_image_percent": found.image_percent,
        "share_of_body_percent": found.body_percent,
        "body_is": report.region.name if report.region else None,
    }
    lengths = {
        "perimeter": shape.perimeter if shape else None,
        "largest_diameter": shape.diameter if shape else None,
        "diameter_across": shape.across if shape else None,
    }
    for name, length in lengths.items():
        cells |= _in_unit(name, length, found.length_unit)
    cells |= {
        "pieces": shape.pieces if shape else 0,
        "largest_piece_percent": 100.0 * shape.largest_px / found.area_px if shape else None,
        "centroid_row_px": shape.row if shape else None,
        "centroid_column_px": shape.column if shape else None,
        "box_top_px": box.top if box else None,
        "box_left_px": box.left if box else None,
        "box_height_px": box.bottom - box.top if box else None,
        "box_width_px": box.right - box.left if box else None,
    }
    unit = report.value_name
    cells |= {
        f"mean_{unit}": values.mean if values else None,
        f"sd_{unit}": values.sd if values else None,
        f"min_{unit}": values.lowest if values else None,
    }
    percentiles = values.percentiles if values else (None,) * len(PERCENTILES)
    cells |= {f"p{p}_{unit}": v for p, v in zip(PERCENTILES, percentiles, strict=True)}
    return cells | {f"max_{unit}": values.highest if values else None}


def volume_csv(
    rows: Sequence[VolumeMeasures], *, engine: str, axis: str, levels: Levels | None
) -> bytes:
    """Write the measures of a volume.

    Args:
        rows: One per phrase.
        engine: What the model is called.
        axis: Name of the direction of the slices.
        levels: Thresholds and the rule for overlaps, or None for a model that answers with labels.
    """
    table = []
    for row in rows:
        cells: dict[str, Cell] = {
            "phrase": row.phrase,
            "threshold_level": levels.level(row.phrase) if levels else None,
            **volume_cells(row),
            "direction": axis,
            "overlap_rule": levels.rule if levels else "labels of the model",
        }
        table.append(cells | program_cells(engine))
    return csv_bytes(table)


def volume_cells(row: VolumeMeasures) -> dict[str, Cell]:
    """Figures of one phrase of a volume by the name of their column; slices count from 1."""
    return {
        "volume_ml": row.volume_ml,
        "volume_mm3": None if row.volume_ml is None else 1000.0 * row.volume_ml,
        "volume_voxels": row.voxels,
        "slices_with_mask": row.slices_with_mask,
        "slices_looked_at": row.slices_looked_at,
        "slices_missing_between": row.slices_missing,
        "slices_total": row.slices_total,
        "cut_off_at_an_end": row.cut_off,
        **_in_unit("largest_diameter", row.diameter, row.length_unit),
        **_in_unit("diameter_across", row.across, row.length_unit),
        "largest_diameter_slice": None if row.diameter_slice is None else row.diameter_slice + 1,
    }


def objects_csv(found: Instances, segmentation: Segmentation, phrase: str, levels: Levels) -> bytes:
    """Write one row per separate object.

    Args:
        found: The objects.
        segmentation: The result that they are of.
        phrase: Which mask was divided.
        levels: Thresholds and the rule for overlaps.
    """
    frame = segmentation.frame
    pixel = frame.spacing_mm.pixel_area_mm2 if frame.spacing_mm else None
    common: dict[str, Cell] = {
        "phrase": phrase,
        "threshold_level": levels.level(phrase),
        "smallest_object_px": found.least_px,
        "left_out_as_smaller": found.left_out,
        "overlap_rule": levels.rule,
    }
    common |= program_cells(segmentation.engine) | _origin(frame)
    rows: list[dict[str, Cell]] = []
    for number, (area, border) in enumerate(
        zip(found.areas_px.tolist(), found.at_border.tolist(), strict=True), start=1
    ):
        size = None if pixel is None else area * pixel
        cells = {"object": number, "area_px": area, "area_mm2": size, "touches_border": border}
        rows.append(cells | common)
    columns = ["object", "area_px", "area_mm2", "touches_border", *common]
    return csv_bytes(rows, columns)


def spacing_source(frame: Frame) -> str:
    """Where the pixel size comes from, in words."""
    if frame.spacing_mm is None:
        return "not known"
    codes = {notice.code for notice in frame.notices}
    return "file, at the detector" if "at_detector" in codes else "file"


def _in_unit(name: str, length: float | None, unit: str) -> dict[str, Cell]:
    return {f"{name}_{known}": length if known == unit else None for known in ("mm", "px")}


def _origin(frame: Frame) -> dict[str, Cell]:
    spacing: SpacingMm | None = frame.spacing_mm
    return {
        "pixel_height_mm": spacing.row if spacing else None,
        "pixel_width_mm": spacing.column if spacing else None,
        "pixel_size_from": spacing_source(frame),
        "image_sha256": frame.sha256,
    }


def program_cells(engine: str) -> dict[str, Cell]:
    """What every row says about where it comes from: engine, program and the research notice."""
    return {
        "engine": engine,
        "program": f"{about.NAME} {about.VERSION}",
        "notice": about.NOTICE,
    }


def csv_bytes(rows: Sequence[Mapping[str, Cell]], columns: Iterable[str] = ()) -> bytes:
    """Write rows under a header; the columns are those of the first row where none are given."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    header = list(columns) or list(rows[0])
    writer.writerow(header)
    writer.writerows([_cell(row[name]) for name in header] for row in rows)
    return out.getvalue().encode("utf-8")


def _cell(value: Cell) -> str | int:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    if isinstance(value, float | np.floating):
        return f"{float(value):.{_DIGITS}g}" if abs(value) < 10**_DIGITS else f"{value:.1f}"
    return int(value)
