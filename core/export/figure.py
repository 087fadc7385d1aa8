"""A figure for a paper or a slide: the image, the masks, and the words that belong to them."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from core import about
from core.analysis.levels import Levels
from core.analysis.overlaps import masks_at
from core.export.figure_options import MM_PER_INCH, FigureOptions
from core.export.figure_outline import outline_of
from core.export.figure_words import Entry, entry_of, footer_text
from core.palette import assign_colours
from core.png import SIGNATURE, encode_png

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

    from core.export.figure_draw import Drawing
    from core.export.figure_layout import Plan
    from core.segmentation import Segmentation

# Places in a PDF are fractions of a point; this resolution puts them on a hundredth of one.
_PDF_DPI = 7200


@dataclass(frozen=True, eq=False)
class Figure:
    """A figure of one result; :func:`figure` makes it. The same figure gives the same bytes.

    Attributes:
        segmentation: The result.
        options: What is shown, and how large.
        levels: Thresholds and overlap rule.
        colours: ``"#rrggbb"`` of each mask, in order.
    """

    segmentation: Segmentation
    options: FigureOptions
    levels: Levels
    colours: tuple[str, ...]

    def png(self, dpi: int | None = None) -> bytes:
        """Draw as PNG that carries its resolution; its width is ``width_mm`` at that resolution.

        Args:
            dpi: Pixels an inch; None takes that of the options.

        Raises:
            ChoiceError: The picture would be too large.
        """
        from core.export.figure_draw import draw_pixels  # noqa: PLC0415 - slow to import

        dpi = dpi or self.options.dpi
        self.options.check_dpi(dpi)
        pixels = draw_pixels(self._drawing(dpi), dpi)
        text = {
            "Software": about.NAME,
            "Source": self.segmentation.engine,
            "Warning": about.NOTICE,
            "Description": self._footer,
        }
        return _with_resolution(encode_png(pixels, text), dpi)

    def pdf(self) -> bytes:
        """Draw as PDF: text and masks as curves, the image with all its pixels."""
        from core.export.figure_draw import draw_pdf  # noqa: PLC0415 - slow to import

        metadata = {
            "Creator": f"{about.NAME} {about.VERSION}",
            "Subject": f"{self.segmentation.engine}. {about.NOTICE}",
        }
        return draw_pdf(self._drawing(_PDF_DPI), metadata)

    def plan(self, dpi: float) -> Plan:
        """Where everything goes, on whole pixels of a resolution."""
        from core.export.figure_layout import plan_figure  # noqa: PLC0415 - slow to import

        frame = self.segmentation.frame
        return plan_figure(frame, self._entries, self._footer, self.options, dpi)

    @property
    def unprintable(self) -> str:
        """Letters of the title and the phrases that no font of this machine has, in order."""
        from core.export.figure_text import MISSING, printable  # noqa: PLC0415 - slow to import

        texts = (self.options.title, *self.segmentation.phrases)
        return "".join(dict.fromkeys(c for t in texts for c in t if printable(c) == MISSING != c))

    @cached_property
    def _masks(self) -> tuple[npt.NDArray[np.bool_], ...]:
        return masks_at(self.segmentation, self.levels)

    @cached_property
    def _entries(self) -> tuple[Entry, ...]:
        spacing = self.segmentation.frame.spacing_mm
        pixel = spacing.pixel_area_mm2 if spacing else None
        pairs = zip(self.segmentation.masks, self._masks, strict=True)
        return tuple(entry_of(mask, foreground, pixel) for mask, foreground in pairs)

    @property
    def _footer(self) -> str:
        return footer_text(self.segmentation, self.levels, whole=self.options.footer)

    @cached_property
    def _outlines(self) -> tuple[tuple[npt.NDArray[np.float64], npt.NDArray[np.uint8]] | None, ...]:
        return tuple(
            outline_of(mask.probability, foreground, self.levels.level(mask.phrase))
            for mask, foreground in zip(self.segmentation.masks, self._masks, strict=True)
        )

    def _drawing(self, dpi: float) -> Drawing:
        from core.export.figure_draw import Drawing  # noqa: PLC0415 - slow to import

        return Drawing(
            self.plan(dpi),
            self.segmentation.frame.rgb,
            self._outlines,
            self.colours,
            self.options.style,
            self.options.theme,
        )


def figure(
    segmentation: Segmentation,
    options: FigureOptions | None = None,
    *,
    levels: Levels | None = None,
    colours: Mapping[str, str] | None = None,
) -> Figure:
    """Make a figure of a result.

    Args:
        segmentation: The result.
        options: What is shown, and how large; one column of a journal when not given.
        levels: Thresholds and overlap rule; 128 and independent masks when not given.
        colours: ``"#rrggbb"`` by phrase in lower case; the palette's where not given.
    """
    given = assign_colours(segmentation.phrases, colours or {})
    return Figure(
        segmentation,
        options or FigureOptions(),
        levels or Levels(),
        tuple(given[phrase.casefold()] for phrase in segmentation.phrases),
    )


def _with_resolution(png: bytes, dpi: int) -> bytes:
    """Add the chunk ``pHYs`` (pixels a metre, PNG specification 11.3.4.3) behind the header."""
    metre = round(dpi * 1000 / MM_PER_INCH)
    content = b"pHYs" + struct.pack(">IIB", metre, metre, 1)
    chunk = struct.pack(">I", 9) + content + struct.pack(">I", zlib.crc32(content))
    # The header is 13 bytes with length, type and checksum.
    end = len(SIGNATURE) + 25
    return png[:end] + chunk + png[end:]
