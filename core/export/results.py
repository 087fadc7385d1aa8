"""A segmentation as a set of files: overlay, masks and manifest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core import about
from core.analysis.levels import Levels
from core.analysis.overlaps import resolve
from core.errors import ExportError
from core.export.manifest import manifest
from core.export.names import unique_slugs
from core.export.overlay import Layer, Style, render_overlay
from core.palette import assign_colours
from core.png import encode_mask_png, encode_png

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from core.segmentation import Segmentation


@dataclass(frozen=True)
class ExportFile:
    """One file to be written.

    Attributes:
        name: File name without folder.
        content: Its bytes.
    """

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of the content."""
        return hashlib.sha256(self.content).hexdigest()


def export_files(
    segmentation: Segmentation,
    *,
    thresholds: Mapping[str, int] | None = None,
    levels: Levels | None = None,
    colours: Mapping[str, str] | None = None,
    style: Style | None = None,
) -> list[ExportFile]:
    """Make ``overlay.png``, one ``mask_<phrase>.png`` a phrase, and ``manifest.json``.

    All pictures have the size of the frame; masks are 8-bit grey with 0 and 255.

    Args:
        segmentation: The result.
        thresholds: Level from which a pixel is foreground, by phrase; 128 where not given.
        levels: Thresholds and the rule for overlaps, in place of ``thresholds``; without them each
            phrase keeps its pixels.
        colours: ``"#rrggbb"`` by phrase in lower case; the palette's where not given.
        style: How the overlay is drawn.

    Raises:
        ChoiceError: A threshold is not within 0 to 255.
    """
    style = style or Style()
    given = assign_colours(segmentation.phrases, colours or {})
    colour_of = {phrase: given[phrase.casefold()] for phrase in segmentation.phrases}
    if levels is None:
        levels = Levels({p.casefold(): level for p, level in (thresholds or {}).items()})
    overlaps = resolve(segmentation, levels)
    # The masks are cut already: any level from 1 finds them again.
    layers = [
        Layer(mask.view(np.uint8), colour_of[phrase], threshold=1)
        for phrase, mask in zip(segmentation.phrases, overlaps.masks, strict=True)
    ]
    text = {"Software": about.NAME, "Source": segmentation.engine, "Warning": about.NOTICE}
    overlay = render_overlay(segmentation.frame.rgb, layers, style)
    files = [ExportFile("overlay.png", encode_png(overlay, text))]
    for name, layer, mask in zip(
        unique_slugs(segmentation.phrases), layers, segmentation.masks, strict=True
    ):
        png = encode_mask_png(layer.mask, {**text, "Title": mask.phrase})
        files.append(ExportFile(f"mask_{name}.png", png))
    record = manifest(
        segmentation,
        files={file.name: file.sha256 for file in files},
        thresholds={phrase: levels.level(phrase) for phrase in segmentation.phrases},
        overlaps=overlaps,
        colours=colour_of,
        style=style,
    )
    return [*files, ExportFile("manifest.json", record)]


def write_files(files: list[ExportFile], folder: Path) -> None:
    """Write files into a folder, each whole or not at all.

    Raises:
        ExportError: The folder cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            part = folder / f".{file.name}.part"
            part.write_bytes(file.content)
            part.replace(folder / file.name)
    except OSError as error:
        raise ExportError(
            f"The results could not be written: {error.strerror or 'the disk refused'}.",
            "Choose another folder with --out, or free some space.",
        ) from None
