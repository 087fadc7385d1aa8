"""``python -m core segment``: one image and phrases to an overlay, masks and a manifest."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core import about
from core.commands.following import follow
from core.commands.inputs import add_frame_arguments, read_frame, read_upload, read_window
from core.commands.signed_in import backend_from
from core.errors import InputError, WorkbenchError
from core.export.manifest import volume_manifest
from core.export.nifti import nifti_files
from core.export.results import ExportFile, export_files, write_files
from core.prompts import parse_phrases
from core.segmentation import segment
from core.volume import slice_range, slice_tasks

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from core.backends.base import Backend
    from core.imaging import Notice, Upload
    from core.segmentation import Segmentation


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    add_frame_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, help="folder for the results")
    parser.add_argument(
        "--slices",
        default=None,
        metavar="all|FIRST-LAST",
        help="run on many slices of a volume and write masks as NIfTI on its grid",
    )


def run(arguments: argparse.Namespace) -> None:
    """Run the command and say what came of it.

    Raises:
        WorkbenchError: The image, the phrases, the settings or the backend stand in the way.
    """
    upload = read_upload(arguments.input)
    backend = backend_from(arguments.backend, os.environ)
    if arguments.slices is None:
        _run_frame(arguments, upload, backend)
    else:
        _run_slices(arguments, upload, backend)


def _run_frame(arguments: argparse.Namespace, upload: Upload, backend: Backend) -> None:
    frame = read_frame(upload, arguments)
    result = segment(frame, arguments.phrases, backend)
    thresholds = dict.fromkeys(result.phrases, arguments.threshold)
    files = export_files(result, thresholds=thresholds)
    write_files(files, arguments.out)
    print(result.engine)
    for mask in result.masks:
        area = mask.area(arguments.threshold)
        share = 100.0 * area / mask.probability.size
        print(f"{mask.phrase}: {area} px ({share:.1f} %), category {mask.category or 'none'}")
    _say_the_rest((*upload.notices, *frame.notices, *result.notices), len(files))


def _run_slices(arguments: argparse.Namespace, upload: Upload, backend: Backend) -> None:
    grid = upload.grid
    if grid is None:
        raise InputError(
            f"{upload.name} is no volume with a known geometry.",
            "Leave --slices out and choose one with --frame.",
        )
    phrases = parse_phrases(arguments.phrases)
    wanted = slice_range(upload, arguments.axis, arguments.slices)
    wanted = replace(
        wanted,
        volume=arguments.volume,
        window=read_window(arguments.window),
        channel=arguments.channel,
    )
    found: dict[int, Segmentation] = {}
    tasks = slice_tasks(
        upload, wanted, wanted.indices, phrases=phrases, backend=backend, keep=found.update
    )
    failures = follow(tasks, workers=backend.workers, unit="slices")
    if not found:
        raise failures[0]
    results = dict(sorted(found.items()))
    files = nifti_files(grid, wanted.axis, results, arguments.threshold)
    notices = [n for index in results for n in results[index].notices]
    record = volume_manifest(
        grid,
        wanted.axis,
        results,
        threshold=arguments.threshold,
        files={file.name: file.sha256 for file in files},
    )
    files.append(ExportFile("manifest.json", record))
    write_files(files, arguments.out)
    print(backend.label)
    _say_the_rest((*upload.notices, *notices), len(files))
    if failures:
        count = len(wanted.indices)
        raise WorkbenchError(
            f"{count - len(results)} of {count} slices have no masks: {failures[0].what}",
            failures[0].next_step,
        )


def _say_the_rest(notices: Iterable[Notice], count: int) -> None:
    for notice in dict.fromkeys(notices):
        print(f"Note: {notice.text}")
    print(f"{count} files written. {about.NOTICE}")
