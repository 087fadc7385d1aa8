"""The viewer with what was found, and the words below it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from components.figure_panel import show_figure_panel
from components.held_choice import hold_choice
from components.language import t, told
from components.measure_panel import show_measure_panel
from components.names import KEEP_NAMES_KEY, download_stem
from components.notices import plain, show_error, show_notices
from components.presence_desk import presence_of
from components.presence_panel import show_presence_panel
from components.stability_desk import agreement_layer, agreement_title
from components.stability_panel import show_stability_panel
from components.viewer import SliceState, ViewerMask, viewer
from core.errors import WorkbenchError
from core.geometry import Letterbox
from core.imaging import budget_from
from core.imaging.privacy import header_rows
from core.palette import assign_colours
from core.png import encode_png

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from components.state import LoadedImage, Session
    from core.analysis.presence import Presence
    from core.imaging import Frame
    from core.segmentation import PhraseMask, Segmentation

VIEWER_KEY = "viewer"
_NO_ENGINE = "No engine has looked at this image yet"
_NAMES_HELP = "Otherwise their names are neutral, because a file's name may name the patient."
_HEADER_CAUTION = "May name the patient. It is shown here only: not sent, not logged, not exported."


@dataclass(frozen=True)
class Panel:
    """Something below the viewer that opens on demand and costs nothing while it is closed.

    Attributes:
        title: Gives what its head says, in the reader's language.
        key: Key of the head on the page.
        icon: In Streamlit's notation.
        show: Draws it for a result; called only while it is open.
    """

    title: Callable[[], str]
    key: str
    icon: str
    show: Callable[[Session, LoadedImage, Frame, Segmentation], None]


PANELS: tuple[Panel, ...] = (
    Panel(
        lambda: t("Can these be believed?"),
        "panel_presence",
        ":material/fact_check:",
        show_presence_panel,
    ),
    Panel(lambda: t("Measurements"), "panel_measure", ":material/straighten:", show_measure_panel),
    Panel(
        lambda: t("Does it hold up?"), "panel_stability", ":material/rule:", show_stability_panel
    ),
    Panel(
        lambda: t("Figure for a paper or slide"),
        "panel_figure",
        ":material/photo_library:",
        show_figure_panel,
    ),
)
"""What can be opened below the viewer, from top to bottom."""


def show_result(
    state: Session, image: LoadedImage, frame: Frame, slices: SliceState | None
) -> None:
    """Show one frame with its masks, if it has any."""
    result = state.result_of(image, frame)
    masks: Sequence[PhraseMask] = result.masks if result else ()
    state.colours = assign_colours([mask.phrase for mask in masks], state.colours)
    judged = presence_of(state, frame, masks)
    layers = [
        _layer(mask, state.colours[mask.phrase.casefold()], one.presence)
        for mask, one in zip(masks, judged, strict=True)
    ]
    agreement = _agreement(frame)
    viewer(
        frame,
        agreement or layers,
        key=VIEWER_KEY,
        engine=result.engine if result else _NO_ENGINE,
        shown_engine=None if result else t(_NO_ENGINE),
        file_stem=download_stem(image, frame),
        model_picture=_model_picture(state, frame),
        slices=slices,
        measurable=not agreement,
    )
    _show_words(image, frame, result)
    if result:
        for panel in PANELS:
            _show_panel(panel, state, image, frame, result)


@st.fragment
def _show_panel(
    panel: Panel, state: Session, image: LoadedImage, frame: Frame, result: Segmentation
) -> None:
    """One panel by itself, so that what is done in it does not draw the whole page again."""
    # It stays open when its title changes with the language.
    hold_choice(panel.key)
    box = st.expander(panel.title(), key=panel.key, icon=panel.icon, on_change="rerun")
    if box.open:
        with box:
            panel.show(state, image, frame, result)


def _layer(mask: PhraseMask, colour: str, presence: Presence) -> ViewerMask:
    return ViewerMask(
        mask.phrase,
        mask.category,
        presence.note,
        colour,
        mask.probability,
        mask.sha256,
        caution=presence.level != "plausible",
    )


def _agreement(frame: Frame) -> list[ViewerMask]:
    """The agreement map in place of the masks, while the user wants to see it."""
    layer = agreement_layer(frame)
    if layer is None:
        return []
    return [
        ViewerMask(
            layer.phrase,
            None,
            "",
            "#888888",
            layer.probability,
            layer.sha256,
            scale="agreement",
            shown_phrase=agreement_title(frame),
        )
    ]


def _model_picture(state: Session, frame: Frame) -> bytes:
    """The picture that is sent, as PNG, made once a frame."""
    if frame.sha256 not in state.model_pictures:
        state.model_pictures.clear()
        picture = Letterbox.fit(frame.height, frame.width).apply(frame.rgb)
        state.model_pictures[frame.sha256] = encode_png(picture)
    return state.model_pictures[frame.sha256]


def _show_words(image: LoadedImage, frame: Frame, result: Segmentation | None) -> None:
    facts = [told(step) for step in frame.steps]
    if result:
        facts.append(t("answered in {seconds:.1f} s", seconds=result.seconds))
    st.caption(plain(", ".join(facts)))
    if image.source:
        st.caption(plain(told(image.source)))
    show_notices((*(result.notices if result else ()), *image.upload.notices, *frame.notices))
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.checkbox(t("Use the file's name in downloads"), key=KEEP_NAMES_KEY, help=t(_NAMES_HELP))
        dicom = image.upload.media_type == "application/dicom" and image.data
        if dicom and st.button(
            t("File header"), key="file_header", type="tertiary", icon=":material/badge:"
        ):
            st.dialog(t("File header"), width="large")(_show_header)(image)


def _show_header(image: LoadedImage) -> None:
    """Show who and what the file says it is: here, on request, and nowhere else."""
    st.caption(t(_HEADER_CAUTION))
    try:
        rows = header_rows(image.data, image.title, budget=budget_from(os.environ))
    except WorkbenchError as error:
        show_error(error)
        return
    table = [{t("Tag"): row.tag, t("Name"): row.name, t("Value"): row.value} for row in rows]
    st.dataframe(table, hide_index=True, width="stretch", height=420)
