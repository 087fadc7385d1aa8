"""A planned figure drawn with Matplotlib's own canvases, as PNG or as PDF.

Matplotlib is slow to import, so this module is imported only while a figure is made. It is used
through its objects, without pyplot, so that figures can be made in many threads at once.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Bbox, TransformedBbox

from core.export.figure_options import POINTS_PER_INCH
from core.export.figure_sheet import Box
from core.export.figure_text import font_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt
    from matplotlib.backend_bases import RendererBase
    from matplotlib.transforms import Transform

    from core.export.figure_layout import Picture, Plan
    from core.export.figure_sheet import Line, Swatch
    from core.export.overlay import Style

    Uint8 = npt.NDArray[np.uint8]
    Outline = tuple[npt.NDArray[np.float64], Uint8]

# Three settings that Matplotlib takes from nowhere else; they never change again. Letters go into
# the PDF as TrueType (type 42), so that they can be searched and edited; journals refuse type 3.
# The second decides whether a font with letters beyond Latin-1 is embedded in several parts.
# Without hinting, lines are as wide as they were planned at any resolution.
mpl.rcParams["pdf.fonttype"] = mpl.rcParams["ps.fonttype"] = 42
mpl.rcParams["text.hinting"] = "none"

_OUTLINE_PT = 0.8
_FRAME_PT = 0.4


@dataclass(frozen=True)
class _Theme:
    """Colours of the sheet; text has a contrast of at least 7 to 1, the rest of 4.5 to 1."""

    page: str
    frame: str
    text: str
    muted: str
    warning: str


_THEMES = {
    "light": _Theme("#ffffff", "#c4c8cc", "#16191c", "#50565c", "#9a3b00"),
    "dark": _Theme("#14171a", "#454b52", "#f2f4f5", "#aab1b8", "#ffb454"),
}


@dataclass(frozen=True, eq=False)
class Drawing:
    """What to draw.

    Attributes:
        plan: Where everything goes.
        rgb: The image, uint8 (H, W, 3).
        outlines: Border of each mask in pixels of the image, None for an empty one.
        colours: ``"#rrggbb"`` of each mask.
        style: Of the masks.
        theme: ``"light"`` or ``"dark"``.
    """

    plan: Plan
    rgb: Uint8
    outlines: Sequence[Outline | None]
    colours: Sequence[str]
    style: Style
    theme: str


def draw_pixels(drawing: Drawing, dpi: float) -> Uint8:
    """Draw at a resolution; returns uint8 (H, W, 3).

    Pixels of the image that are larger than those of the figure stay squares, smaller ones are
    averaged.
    """
    box = drawing.plan.pictures[0].box
    wide, high = (round(side * dpi / POINTS_PER_INCH) for side in (box.width, box.height))
    pixels = np.dstack([_resized(drawing.rgb, wide, high), np.full((high, wide), 255, np.uint8)])
    # A hair more than the whole pixels, because the canvas cuts fractions off.
    figure = _figure(drawing, pixels, dpi, hair=1e-3)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return np.ascontiguousarray(np.asarray(canvas.buffer_rgba(), dtype=np.uint8)[:, :, :3])


def draw_pdf(drawing: Drawing, metadata: Mapping[str, str]) -> bytes:
    """Draw as PDF: text and masks as curves, the image pixel by pixel as it is."""
    figure = _figure(drawing, drawing.rgb, POINTS_PER_INCH)
    buffer = io.BytesIO()
    canvas: Any = FigureCanvasPdf(figure)
    # Without a time of day the same figure gives the same bytes.
    canvas.print_pdf(buffer, metadata={**metadata, "CreationDate": None})
    return buffer.getvalue()


class _Image(Artist):
    """An image in a box, put there without any filter."""

    def __init__(self, pixels: Uint8, box: Box, sheet: Transform) -> None:
        super().__init__()
        self._pixels = pixels
        self._box = box
        self.set_transform(sheet)
        self.set_zorder(1)

    def draw(self, renderer: RendererBase) -> None:
        """Draw from the lower left corner; vector formats stretch the image to the box."""
        box = self._box
        corners = [(box.x, box.y + box.height), (box.x + box.width, box.y)]
        (left, bottom), (right, top) = self.get_transform().transform(corners)
        context = renderer.new_gc()
        if renderer.option_scale_image():
            stretch = Affine2D().scale(right - left, top - bottom)
            renderer.draw_image(context, left, bottom, self._pixels, stretch)
        else:
            renderer.draw_image(context, round(left), round(bottom), self._pixels)
        context.restore()


def _figure(drawing: Drawing, pixels: Uint8, dpi: float, hair: float = 0.0) -> Figure:
    """Put the planned things on a sheet.

    Args:
        drawing: What to draw.
        pixels: The image as it goes in, uint8 (H, W, 3 or 4), first row at the top.
        dpi: Of the sheet.
        hair: What the sheet is larger than planned, in pixels.
    """
    plan, theme = drawing.plan, _THEMES[drawing.theme]
    inches = [side / POINTS_PER_INCH + hair / dpi for side in (plan.width, plan.height)]
    figure = Figure(figsize=(inches[0], inches[1]), dpi=dpi, facecolor=theme.page)
    upright = Affine2D().scale(1, -1).translate(0, plan.height).scale(1 / POINTS_PER_INCH)
    sheet = upright + figure.dpi_scale_trans
    # One array for all pictures, so that the PDF holds it once. The canvases count rows upwards.
    flipped = np.ascontiguousarray(pixels[::-1])
    for picture in plan.pictures:
        figure.add_artist(_rectangle(_grown(picture.box), sheet, theme.frame, zorder=0))
        figure.add_artist(_Image(flipped, picture.box, sheet))
        for patch in _masks(drawing, picture, sheet):
            figure.add_artist(patch)
    for swatch in plan.swatches:
        figure.add_artist(_swatch(drawing, swatch, sheet))
    if plan.bar:
        figure.add_artist(_rectangle(plan.bar, sheet, theme.text))
    for line in plan.lines:
        figure.add_artist(_text(line, sheet, theme))
    return figure


def _masks(drawing: Drawing, picture: Picture, sheet: Transform) -> Iterator[PathPatch]:
    """The masks over one picture: all fills first, then the outlines, as in the viewer."""
    box, style = picture.box, drawing.style
    rows, columns = drawing.rgb.shape[:2]
    place = Affine2D().scale(box.width / columns, box.height / rows).translate(box.x, box.y) + sheet
    frame = Bbox.from_bounds(box.x, box.y, box.width, box.height)
    paths = [
        (Path(*outline), drawing.colours[number])
        for number in picture.masks
        if (outline := drawing.outlines[number]) is not None
    ]
    for stroke, wanted in ((False, style.fill), (True, style.outline)):
        for path, colour in paths if wanted else ():
            patch = PathPatch(
                path,
                transform=place,
                facecolor=(colour, 0.0 if stroke else style.opacity),
                edgecolor=(colour, 1.0 if stroke else 0.0),
                linewidth=_OUTLINE_PT if stroke else 0.0,
                joinstyle="round",
                zorder=2,
            )
            patch.set_clip_box(TransformedBbox(frame, sheet))
            yield patch


def _swatch(drawing: Drawing, swatch: Swatch, sheet: Transform) -> Rectangle:
    """A field of the legend, drawn like the mask that it stands for."""
    colour, style = drawing.colours[swatch.mask], drawing.style
    half = _OUTLINE_PT / 2
    box = _grown(swatch.box, -half) if style.outline else swatch.box
    return Rectangle(
        (box.x, box.y),
        box.width,
        box.height,
        transform=sheet,
        facecolor=(colour, style.opacity if style.fill else 0.0),
        edgecolor=(colour, 1.0 if style.outline else 0.0),
        linewidth=_OUTLINE_PT,
        joinstyle="miter",
    )


def _rectangle(box: Box, sheet: Transform, colour: str, zorder: float = 3) -> Rectangle:
    """A filled rectangle without a border."""
    return Rectangle(
        (box.x, box.y), box.width, box.height, transform=sheet, color=colour, linewidth=0,
        zorder=zorder,
    )  # fmt: skip


def _grown(box: Box, by: float = _FRAME_PT) -> Box:
    return Box(box.x - by, box.y - by, box.width + 2 * by, box.height + 2 * by)


def _text(line: Line, sheet: Transform, theme: _Theme) -> Text:
    """One line; a phrase is never read as a formula, whatever signs are in it."""
    colours = {"text": theme.text, "muted": theme.muted, "warning": theme.warning}
    return Text(
        line.x,
        line.baseline,
        line.text,
        transform=sheet,
        color=colours[line.role],
        fontproperties=FontProperties(fname=font_of(line.text, bold=line.bold), size=line.size),
        horizontalalignment=line.align,
        verticalalignment="baseline",
        parse_math=False,
        usetex=False,
    )


def _resized(rgb: Uint8, width: int, height: int) -> Uint8:
    """Bring an image to a size: averages where it shrinks, repeats pixels where it grows."""
    rows, columns = rgb.shape[:2]
    smaller = (min(width, columns), min(height, rows))
    averaged = cv2.resize(rgb, smaller, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(averaged, (width, height), interpolation=cv2.INTER_NEAREST_EXACT))
