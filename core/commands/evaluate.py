"""``python -m core evaluate``: a backend beside reference masks, as a table."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from core.analysis.evaluate import evaluate
from core.commands.signed_in import backend_from
from core.export.results import ExportFile, write_files

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("images", type=Path, help="folder of NAME_MODALITY_SITE.png")
    parser.add_argument("masks", type=Path, help="folder of NAME_MODALITY_SITE_TARGET.png")
    parser.add_argument("--backend", default="demo", help="demo (default), azure or local")
    parser.add_argument("--csv", type=Path, default=None, help="also write the rows to this file")


def run(arguments: argparse.Namespace) -> None:
    """Run the command and print the table.

    Raises:
        WorkbenchError: The folders, the settings or the backend stand in the way.
    """
    backend = backend_from(arguments.backend, os.environ)
    result = evaluate(arguments.images, arguments.masks, backend)
    if arguments.csv is not None:
        content = result.to_csv().encode("utf-8")
        write_files([ExportFile(arguments.csv.name, content)], arguments.csv.parent)
    print(result.to_text(), end="")
