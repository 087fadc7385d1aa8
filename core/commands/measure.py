"""``python -m core measure``: one image and phrases to a table of measurements."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from core import about
from core.analysis.levels import RULES, Levels
from core.analysis.measure import measure_result
from core.commands.inputs import add_frame_arguments, read_frame, read_upload
from core.commands.signed_in import backend_from
from core.export.results import ExportFile, write_files
from core.export.table import MAIN_COLUMNS, measure_cells, measures_csv, spacing_source
from core.prompts import parse_phrases
from core.segmentation import segment

if TYPE_CHECKING:
    import argparse

    from core.analysis.measure import MeasureReport

_NAME = "measurements.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    add_frame_arguments(parser)
    parser.add_argument(
        "--out",
        type=Path,
        default=None,
        help=f"also write all figures as CSV: a file, or a folder that gets a {_NAME}",
    )
    parser.add_argument(
        "--rule",
        choices=RULES,
        default=RULES[0],
        help="where masks overlap: each phrase keeps its pixels, or the highest probability wins",
    )


def run(arguments: argparse.Namespace) -> None:
    """Run the command and print the table.

    Raises:
        WorkbenchError: The image, the phrases, the settings or the backend stand in the way.
    """
    phrases = parse_phrases(arguments.phrases)
    thresholds = {phrase.casefold(): arguments.threshold for phrase in phrases}
    levels = Levels(thresholds, arguments.rule)
    upload = read_upload(arguments.input)
    backend = backend_from(arguments.backend, os.environ)
    frame = read_frame(upload, arguments)
    result = segment(frame, phrases, backend)
    report = measure_result(result, levels)
    if arguments.out is not None:
        out: Path = arguments.out
        name, folder = (out.name, out.parent) if out.suffix == ".csv" else (_NAME, out)
        write_files([ExportFile(name, measures_csv(report))], folder)
    print(result.engine)
    _print_table(report)
    _print_words(report)
    for notice in dict.fromkeys((*upload.notices, *frame.notices, *result.notices)):
        print(f"Note: {notice.text}")
    print(about.NOTICE)


def _print_table(report: MeasureReport) -> None:
    """The main columns, aligned; those that are empty in every row are left out."""
    rows = [measure_cells(report, row) for row in report.rows]
    unit = report.value_name
    wanted = [
        name
        for name in (*MAIN_COLUMNS, f"mean_{unit}", f"sd_{unit}")
        if any(row[name] is not None for row in rows)
    ]
    table = [wanted, *([_figure(row[name]) for name in wanted] for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(wanted))]
    for line in table:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join(cells).rstrip())


def _print_words(report: MeasureReport) -> None:
    overlap = report.overlaps
    print(f"Overlaps: {overlap.rule}; {overlap.area_px} px belong to several phrases.")
    print(f"Pixel size: {spacing_source(report.segmentation.frame)}.")
    if report.region:
        print(f"Share of body: of what is {report.region.name}.")


def _figure(value: str | float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
