"""What a figure for a paper or a slide shows, and how large it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.errors import ChoiceError
from core.export.overlay import Style

LAYOUTS = ("overlay", "side by side", "panels")
"""Masks over the image; the image and the masks over it; one panel a phrase."""

THEMES = ("light", "dark")

ONE_COLUMN_MM = 85.0
TWO_COLUMNS_MM = 175.0
"""Width of one and of two columns of a journal; most ask for 80 to 90 and 170 to 180 mm."""

MM_PER_INCH = 25.4
POINTS_PER_INCH = 72.0
"""A point is 1/72 inch, in type and in PDF."""

_WIDTH_MM = (40.0, 400.0)
_DPI = (72, 1200)
_FONT_PT = (5.0, 24.0)
# A picture of this width and one and a half times the height takes 216 MB while it is drawn.
_MOST_PIXELS_WIDE = 6000


@dataclass(frozen=True)
class FigureOptions:
    """How a figure is made.

    Attributes:
        layout: One of :data:`LAYOUTS`.
        width_mm: Width on paper; the height follows from the picture and the words.
        dpi: Pixels an inch of the PNG; the PDF holds the image at its own resolution.
        theme: ``"light"`` for paper, ``"dark"`` for slides.
        style: Opacity of the fill, fill and outline of the masks.
        legend: Phrase, category and area; in panels they stand below each panel.
        scale_bar: Drawn when the spacing is known.
        letters: The letters of the orientation at the edges, when it is known.
        footer: Phrases, thresholds and overlap rule. Without it the engine, the program and the
            notice are still there.
        title: A line above the picture, or empty.
        font_pt: Size of the legend in points; the footer is a point smaller.

    Raises:
        ChoiceError: A value is none of those on offer, or out of range.
    """

    layout: str = "overlay"
    width_mm: float = ONE_COLUMN_MM
    dpi: int = 300
    theme: str = "light"
    style: Style = field(default_factory=Style)
    legend: bool = True
    scale_bar: bool = True
    letters: bool = True
    footer: bool = True
    title: str = ""
    font_pt: float = 7.0

    def __post_init__(self) -> None:
        _check_name("layout", self.layout, LAYOUTS)
        _check_name("theme", self.theme, THEMES)
        _check_range("width", self.width_mm, _WIDTH_MM, " mm")
        _check_range("font size", self.font_pt, _FONT_PT, " pt")
        _check_range("opacity", self.style.opacity, (0.0, 1.0), "")
        self.check_dpi(self.dpi)

    @property
    def width_pt(self) -> float:
        """Width in points."""
        return self.width_mm / MM_PER_INCH * POINTS_PER_INCH

    def check_dpi(self, dpi: int) -> None:
        """Refuse a resolution that makes no sense or too large a picture.

        Raises:
            ChoiceError: It does.
        """
        _check_range("resolution", dpi, _DPI, " dpi")
        wide = round(self.width_mm / MM_PER_INCH * dpi)
        if wide > _MOST_PIXELS_WIDE:
            raise ChoiceError(
                f"{self.width_mm:g} mm at {dpi} dpi would be {wide} pixels wide.",
                f"Choose a width and a resolution that give at most {_MOST_PIXELS_WIDE} pixels, "
                "or save as PDF.",
            )


def _check_name(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ChoiceError(
            f"There is no {what} named {value[:20]!r}.", f"Choose one of {', '.join(known)}."
        )


def _check_range(what: str, value: float, limits: tuple[float, float], unit: str) -> None:
    low, high = limits
    if not low <= value <= high:
        raise ChoiceError(
            f"A {what} of {value:g}{unit} is not possible in a figure.",
            f"Choose {low:g} to {high:g}{unit}.",
        )
