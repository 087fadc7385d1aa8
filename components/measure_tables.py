"""Measurements as tables and charts: titles, number formats, histograms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from components.language import t
from core.analysis.measure_region import BODY, LIT, STAINED
from core.analysis.measure_values import PERCENTILES
from core.export.table import MAIN_COLUMNS, measure_cells, volume_cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from core.analysis.measure import MeasureReport
    from core.analysis.measure_values import Histogram
    from core.analysis.measure_volume import VolumeMeasures

    Row = dict[str, object]

_TITLES = {
    "phrase": "Phrase",
    "category": "Category",
    "threshold_level": "Threshold",
    "area_mm2": "Area (mm²)",
    "area_px": "Area (px)",
    "share_of_image_percent": "Of image (%)",
    "largest_diameter_mm": "Largest diameter (mm)",
    "largest_diameter_px": "Largest diameter (px)",
    "diameter_across_mm": "Across (mm)",
    "diameter_across_px": "Across (px)",
    "perimeter_mm": "Perimeter (mm)",
    "perimeter_px": "Perimeter (px)",
    "pieces": "Pieces",
    "largest_piece_percent": "Largest piece (%)",
    "centroid_row_px": "Centroid row (px)",
    "centroid_column_px": "Centroid column (px)",
    "box_top_px": "Box top (px)",
    "box_left_px": "Box left (px)",
    "box_height_px": "Box height (px)",
    "box_width_px": "Box width (px)",
    "volume_ml": "Volume (ml)",
    "volume_voxels": "Volume (voxels)",
    "slices_with_mask": "Slices with mask",
    "slices_looked_at": "Slices looked at",
    "slices_missing_between": "Left out between",
    "slices_total": "Slices in all",
    "largest_diameter_slice": "In slice",
}
_BODY_TITLES = {
    BODY: "Of body (%)",
    LIT: "Of all not black (%)",
    STAINED: "Of tissue (%)",
}
_VALUE_TITLES = {
    "mean": "Mean ({unit})",
    "sd": "SD ({unit})",
    "min": "Lowest ({unit})",
    "max": "Highest ({unit})",
}
_PERCENTILE = "{percent} % percentile ({unit})"
_UNITS = {"luma": "brightness", "native": "grey value"}
_X_SIZE = "Area ({unit})"
_Y_OBJECTS = "Objects"
_Y_PIXELS = "Pixels"
_VOLUME = (
    "phrase",
    "volume_ml",
    "largest_diameter_mm",
    "largest_diameter_px",
    "diameter_across_mm",
    "diameter_across_px",
    "largest_diameter_slice",
    "slices_with_mask",
    "slices_looked_at",
    "slices_missing_between",
    "slices_total",
    "volume_voxels",
)
_CHART_HEIGHT_PX = 200


def value_unit(report: MeasureReport) -> str:
    """What the values of the file are, in words or as their unit."""
    name = report.value_name
    return t(_UNITS[name]) if name in _UNITS else name


def show_measures(report: MeasureReport, *, every: bool) -> None:
    """Show one row a phrase.

    Args:
        report: The figures.
        every: All columns instead of the few that most people look for.
    """
    unit = report.value_name
    titles = _titles() | _titles_of_values(unit, value_unit(report))
    titles["share_of_body_percent"] = t(_BODY_TITLES[report.region.name if report.region else BODY])
    rows = [measure_cells(report, row) for row in report.rows]
    known = report.segmentation.frame.spacing_mm is not None
    if every:
        wanted = [name for name in rows[0] if name in titles]
    else:
        wanted = [*MAIN_COLUMNS, f"mean_{unit}", f"sd_{unit}"]
        # Square millimetres say it better than pixels, where there are any.
        wanted.remove("area_px" if known else "area_mm2")
    _table(rows, wanted, titles)


def show_volumes(rows: Sequence[VolumeMeasures]) -> None:
    """Show one row a phrase of a volume."""
    cells = [{"phrase": row.phrase, **volume_cells(row)} for row in rows]
    _table(cells, _VOLUME, _titles())


def show_values(found: Histogram, unit: str, colour: str) -> None:
    """Show how many pixels of a mask have which value.

    Args:
        found: Of the mask.
        unit: Of the values.
        colour: ``"#rrggbb"`` of the phrase.
    """
    st.altair_chart(_bars(found, 1.0, unit, t(_Y_PIXELS), colour), width="stretch")


def show_sizes(found: Histogram, pixel_mm2: float | None, colour: str) -> None:
    """Show how many objects are of which size.

    Args:
        found: Areas in pixels.
        pixel_mm2: Area of a pixel in square millimetres, or None.
        colour: ``"#rrggbb"`` of the phrase.
    """
    title = t(_X_SIZE, unit="mm²" if pixel_mm2 else "px")
    chart = _bars(found, pixel_mm2 or 1.0, title, t(_Y_OBJECTS), colour)
    st.altair_chart(chart, width="stretch")


def _titles() -> dict[str, str]:
    return {name: t(_TITLES[name]) for name in _TITLES}


def _titles_of_values(name: str, unit: str) -> dict[str, str]:
    found = {f"{key}_{name}": t(_VALUE_TITLES[key], unit=unit) for key in _VALUE_TITLES}
    return found | {f"p{p}_{name}": t(_PERCENTILE, percent=p, unit=unit) for p in PERCENTILES}


def _table(
    rows: Sequence[Mapping[str, object]], wanted: Iterable[str], titles: Mapping[str, str]
) -> None:
    """Columns of rows under their titles, without those that are empty in every row."""
    shown = [name for name in wanted if any(row[name] is not None for row in rows)]
    table = [{titles[name]: row[name] for name in shown} for row in rows]
    formats = {
        titles[name]: st.column_config.NumberColumn(format=_format(row[name]))
        for row in rows
        for name in shown
        if isinstance(row[name], int | float)
    }
    st.dataframe(table, hide_index=True, width="stretch", column_config=formats)


def _format(value: object) -> str:
    return "%d" if isinstance(value, int) else "%.2f"


def _bars(found: Histogram, factor: float, x_title: str, y_title: str, colour: str) -> Any:  # noqa: ANN401 - altair carries no types
    import altair as alt  # noqa: PLC0415 - slow to import, and needed by few pages

    edges = (found.edges * factor).tolist()
    bins = [
        {"from": low, "to": high, "count": count}
        for low, high, count in zip(edges, edges[1:], found.counts.tolist(), strict=False)
    ]
    return (
        alt.Chart(alt.InlineData(values=bins))
        .mark_bar(color=colour, stroke=None)
        .encode(
            x=alt.X("from:Q", title=x_title, scale=alt.Scale(zero=False, nice=False)),
            x2="to:Q",
            y=alt.Y("count:Q", title=y_title, axis=alt.Axis(tickMinStep=1)),
            y2=alt.datum(0),
            tooltip=[
                alt.Tooltip("from:Q", title=t("from"), format=".5~g"),
                alt.Tooltip("to:Q", title=t("to"), format=".5~g"),
                alt.Tooltip("count:Q", title=y_title, format=","),
            ],
        )
        .properties(height=_CHART_HEIGHT_PX)
    )
