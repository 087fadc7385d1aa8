"""A figure for a paper or a slide: a few choices, a preview, PNG and PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.language import t
from components.names import download_stem
from components.notices import plain
from core.analysis.levels import Levels
from core.export.figure import Figure, figure
from core.export.figure_options import ONE_COLUMN_MM, TWO_COLUMNS_MM, FigureOptions
from core.export.overlay import Style

if TYPE_CHECKING:
    from collections.abc import Hashable

    from components.state import LoadedImage, Session
    from core.imaging import Frame
    from core.segmentation import Segmentation

_LAYOUT = "Layout"
_LAYOUTS = {
    "overlay": "Masks over the image",
    "side by side": "Image and masks side by side",
    "panels": "One panel a phrase",
}
_WIDTH = "Width"
_WIDTHS = {
    "one": "One column, {mm:g} mm",
    "two": "Two columns, {mm:g} mm",
}
_WIDTHS_MM = {"one": ONE_COLUMN_MM, "two": TWO_COLUMNS_MM}
_OTHER = "Other"
_OWN_WIDTH = "Width in mm"
_THEME = "Background"
_THEMES = {"light": "Light, for paper", "dark": "Dark, for slides"}
_PARTS = {
    "fill": "Fill",
    "outline": "Outline",
    "legend": "Legend",
    "scale bar": "Scale bar",
    "letters": "Orientation letters",
    "footer": "Footer",
}
_PARTS_HELP = (
    "The engine and the words that this is for research stay in every figure. The footer adds the "
    "phrases, the thresholds and the rule for overlaps."
)
_TITLE = "Title"
_TITLE_HELP = "A line above the picture. It is written into the file, so name no patient."
_NO_SPACING = "The file does not say how large a pixel is, so there is no scale bar."
_NO_LETTERS = "The file does not say how the patient lies, so there are no letters."
_NO_GLYPH = "No font of this machine has these letters: {letters}. A □ stands for each."
_AS_SENT = (
    "Thresholds and the rule for overlaps are those that the viewer sent last: 128 and independent "
    "masks, until you press Measure there."
)
_DRAWING = "The figure is drawn"
# Names of formats are the same in every language.
_PNG, _PDF = "PNG, 300 dpi", "PDF"
_PNG_HELP = "Pixels at 300 dpi, with the resolution in the file."
_PDF_HELP = "Text and outlines as curves, the image with all its pixels. Best for print."

# About 500 pixels for one column and 1030 for two.
_PREVIEW_DPI = 150
_PREVIEW_KEY = "figure_preview"


def show_figure_panel(
    state: Session, image: LoadedImage, frame: Frame, result: Segmentation
) -> None:
    """Offer a figure of what is on show; draw it only while the panel is open.

    Args:
        state: Of this session.
        image: The image on show.
        frame: The frame on show.
        result: Its masks.
    """
    levels = state.levels.get(frame.sha256, Levels())
    made = figure(result, _choose(frame), levels=levels, colours=state.colours)
    with st.spinner(t(_DRAWING)):
        st.image(_preview(made), width="content")
    if made.unprintable:
        st.caption(plain(t(_NO_GLYPH, letters=" ".join(made.unprintable))))
    _show_downloads(made, f"{download_stem(image, frame)}_figure")
    st.caption(t(_AS_SENT))


def _choose(frame: Frame) -> FigureOptions:
    """Ask what the figure is to look like."""
    layout = _pick(t(_LAYOUT), {name: t(_LAYOUTS[name]) for name in _LAYOUTS}, "figure_layout")
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        widths = {name: t(_WIDTHS[name], mm=mm) for name, mm in _WIDTHS_MM.items()}
        width = _pick(t(_WIDTH), {**widths, "own": t(_OTHER)}, "figure_width")
        width_mm = _WIDTHS_MM.get(width)
        if width_mm is None:
            width_mm = st.number_input(
                t(_OWN_WIDTH), 40.0, 400.0, 120.0, 5.0, key="figure_own_width", width=130
            )
        theme = _pick(t(_THEME), {name: t(_THEMES[name]) for name in _THEMES}, "figure_theme")
    offered = ["fill", "outline", "legend", "footer"]
    if frame.spacing_mm:
        offered.insert(3, "scale bar")
    if frame.orientation:
        offered.insert(-1, "letters")
    # A key for each set on offer, so that none is kept that the next image does not have.
    key = f"figure_parts_{len(offered)}_{bool(frame.spacing_mm)}"
    names = {part: t(_PARTS[part]) for part in offered}
    parts = st.pills(
        t("Parts"),
        offered,
        selection_mode="multi",
        default=offered,
        format_func=names.__getitem__,
        key=key,
        help=t(_PARTS_HELP),
    )
    missing = [t(_NO_SPACING)] if not frame.spacing_mm else []
    if not frame.orientation:
        missing.append(t(_NO_LETTERS))
    if missing:
        st.caption(" ".join(missing))
    return FigureOptions(
        layout=layout,
        width_mm=float(width_mm),
        theme=theme,
        style=Style(fill="fill" in parts, outline="outline" in parts),
        legend="legend" in parts,
        scale_bar="scale bar" in parts,
        letters="letters" in parts,
        footer="footer" in parts,
        title=st.text_input(t(_TITLE), key="figure_title", max_chars=200, help=t(_TITLE_HELP)),
    )


def _pick(label: str, names: dict[str, str], key: str) -> str:
    """One of a few, the first when nothing is chosen yet."""
    return st.segmented_control(
        label,
        list(names),
        default=next(iter(names)),
        required=True,
        format_func=names.__getitem__,
        key=key,
    )


def _preview(made: Figure) -> bytes:
    """The figure as a small PNG, drawn once; the session keeps the last one."""
    key = _content(made)
    kept: tuple[Hashable, bytes] | None = st.session_state.get(_PREVIEW_KEY)
    if kept is None or kept[0] != key:
        kept = (key, made.png(_PREVIEW_DPI))
        st.session_state[_PREVIEW_KEY] = kept
    return kept[1]


def _content(made: Figure) -> Hashable:
    """All that a figure is drawn from, by our own hashes."""
    result, frame = made.segmentation, made.segmentation.frame
    masks = tuple((mask.phrase, mask.category, mask.sha256) for mask in result.masks)
    picture = (frame.sha256, frame.spacing_mm, frame.orientation, frame.notices)
    levels = (tuple(sorted(made.levels.thresholds.items())), made.levels.rule)
    return picture, result.engine, masks, levels, made.colours, made.options


def _show_downloads(made: Figure, stem: str) -> None:
    with st.container(horizontal=True, gap="small"):
        for label, ending, mime, make, help_text in (
            (_PNG, "png", "image/png", made.png, t(_PNG_HELP)),
            (_PDF, "pdf", "application/pdf", made.pdf, t(_PDF_HELP)),
        ):
            st.download_button(
                label,
                data=make,
                file_name=f"{stem}.{ending}",
                mime=mime,
                on_click="ignore",
                key=f"figure_{ending}",
                icon=":material/download:",
                help=help_text,
            )
