"""``python -m core review export``: the results of a project for other programs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from core import about
from core.commands.review_project import add_project, project_called
from core.errors import ExportError
from core.export.set_options import SET_FORMATS, SetOptions
from core.export.tree import write_tree, zip_into
from core.imaging import budget_from
from core.prompts import parse_phrases
from core.review.desk import Desk
from core.review.stewards import owner_of
from core.review.whole_file import whole_file

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from core.export.results import ExportFile
    from core.review.store import Store

_USUAL = SetOptions()


def export_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the action."""
    add_project(parser)
    parser.add_argument("--format", choices=SET_FORMATS, default=_USUAL.format)
    parser.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="new folder, or a file named .zip"
    )
    parser.add_argument(
        "--names", action="store_true", help="keep names of files and readers, and comments"
    )
    parser.add_argument(
        "--outcomes-only", action="store_true", help="leave out what only one person has read"
    )
    parser.add_argument("--phrases", default="", help='labels to take, as "liver & tumor"')
    parser.add_argument("--dataset", default="", help="name of the data set; the project's")
    parser.add_argument(
        "--dataset-id", type=int, default=_USUAL.dataset_id, help="nnU-Net: number of the data set"
    )
    parser.add_argument(
        "--test-share", type=float, default=_USUAL.test_share, help="BiomedParse: 0 to 1"
    )
    parser.add_argument("--seed", type=int, default=_USUAL.seed, help="BiomedParse: another draw")
    parser.add_argument("--modality", default="", help="BiomedParse: of all pictures, as CT")
    parser.add_argument("--site", default="", help="BiomedParse: of all pictures, as abdomen")


def export(store: Store, arguments: argparse.Namespace) -> None:
    """Write the export and say what came of it.

    Raises:
        WorkbenchError: It cannot be made or written.
    """
    # It loads the demo engine's libraries, which the other actions of the command do without.
    from core.export.review_set import export_review  # noqa: PLC0415 - see above

    project_id = project_called(store, arguments.project)
    desk = Desk(store, project_id, owner_of(store, project_id))
    options = SetOptions(
        format=arguments.format,
        names=arguments.names,
        scope="outcomes" if arguments.outcomes_only else "settled",
        phrases=parse_phrases(arguments.phrases) if arguments.phrases else (),
        dataset=arguments.dataset or desk.project().name,
        dataset_id=arguments.dataset_id,
        test_share=arguments.test_share,
        seed=arguments.seed,
        modality=arguments.modality,
        site=arguments.site,
    )
    count = _write(export_review(desk, options, budget_from(os.environ)), arguments.out)
    print(f"{arguments.out}: {count} files. What is in them, and what was left out and why, is in")
    print(f"manifest.json. {about.NOTICE}")


def _write(files: Iterator[ExportFile], out: Path) -> int:
    if out.suffix != ".zip":
        return write_tree(files, out)
    if out.exists():
        raise ExportError(f"{out} is there already.", "Choose another name with --out.")
    try:
        with whole_file(out) as target:
            return zip_into(files, target)
    except OSError as error:
        raise ExportError(
            f"{out} cannot be written: {error.strerror or 'the disk refused'}.",
            "Choose another place with --out.",
        ) from error
