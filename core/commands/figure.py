"""``python -m core figure``: one image and phrases to a figure for a paper or a slide."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from core import about
from core.analysis.levels import RULES, Levels
from core.commands.inputs import add_frame_arguments, read_frame, read_upload
from core.commands.signed_in import backend_from
from core.errors import InputError
from core.export.figure import figure
from core.export.figure_options import LAYOUTS, ONE_COLUMN_MM, THEMES, FigureOptions
from core.export.overlay import Style
from core.export.results import ExportFile, write_files
from core.prompts import parse_phrases
from core.segmentation import segment

if TYPE_CHECKING:
    import argparse

    from core.export.figure import Figure

_DEFAULT = FigureOptions()
_PARTS = {
    "legend": "phrases, categories and areas",
    "scale-bar": "the scale bar",
    "letters": "the letters of the orientation",
    "footer": "phrases, thresholds and rule at the bottom",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    add_frame_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, help="the figure: FILE.png or FILE.pdf")
    parser.add_argument("--layout", default=_DEFAULT.layout, help=", ".join(LAYOUTS))
    parser.add_argument(
        "--width-mm", type=float, default=ONE_COLUMN_MM, help="width on paper (default 85)"
    )
    parser.add_argument("--dpi", type=int, default=_DEFAULT.dpi, help="of a PNG (default 300)")
    parser.add_argument("--theme", default=_DEFAULT.theme, help=", ".join(THEMES))
    parser.add_argument("--title", default="", help="a line above the picture")
    parser.add_argument("--font-pt", type=float, default=_DEFAULT.font_pt, help="default 7")
    parser.add_argument(
        "--opacity", type=float, default=_DEFAULT.style.opacity, help="of the masks, 0 to 1"
    )
    for part, what in _PARTS.items():
        parser.add_argument(f"--no-{part}", action="store_true", help=f"leave out {what}")
    parser.add_argument("--rule", default=RULES[0], help=f"for overlaps: {', '.join(RULES)}")


def run(arguments: argparse.Namespace) -> None:
    """Run the command and say what came of it.

    Raises:
        WorkbenchError: The image, the phrases, a choice, the settings or the backend stand in the
            way, or the file cannot be written.
    """
    kind = _kind(arguments.out)
    options = _options(arguments)
    wanted = parse_phrases(arguments.phrases)
    levels = Levels(
        {phrase.casefold(): arguments.threshold for phrase in wanted}, rule=arguments.rule
    )
    frame = read_frame(read_upload(arguments.input), arguments)
    backend = backend_from(arguments.backend, os.environ)
    made = figure(segment(frame, wanted, backend), options, levels=levels)
    content = made.pdf() if kind == ".pdf" else made.png()
    write_files([ExportFile(arguments.out.name, content)], arguments.out.parent)
    _say(made)


def _kind(out: Path) -> str:
    kind = out.suffix.lower()
    if kind not in {".png", ".pdf"}:
        raise InputError(
            f"{out.name} is neither a PNG nor a PDF.", "End the name of --out in .png or .pdf."
        )
    return kind


def _options(arguments: argparse.Namespace) -> FigureOptions:
    return FigureOptions(
        layout=arguments.layout,
        width_mm=arguments.width_mm,
        dpi=arguments.dpi,
        theme=arguments.theme,
        style=Style(opacity=arguments.opacity),
        legend=not arguments.no_legend,
        scale_bar=not arguments.no_scale_bar,
        letters=not arguments.no_letters,
        footer=not arguments.no_footer,
        title=arguments.title,
        font_pt=arguments.font_pt,
    )


def _say(made: Figure) -> None:
    result = made.segmentation
    print(result.engine)
    for notice in dict.fromkeys((*result.frame.notices, *result.notices)):
        print(f"Note: {notice.text}")
    if letters := made.unprintable:
        print(f"Note: No font of this machine has {letters}; □ stands in the figure for it.")
    print(f"1 file written. {about.NOTICE}")
