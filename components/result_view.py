"""The viewer with what was found, and the words below it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import streamlit as st

from components.notices import plain, show_error, show_notices
from components.viewer import SliceState, ViewerMask, viewer
from core.errors import WorkbenchError
from core.export.names import neutral_stem, slug
from core.geometry import Letterbox
from core.imaging import budget_from
from core.imaging.privacy import header_rows
from core.palette import assign_colours
from core.png import encode_png

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.state import LoadedImage, Session
    from core.imaging import Frame
    from core.segmentation import PhraseMask, Segmentation

VIEWER_KEY = "viewer"
_NO_ENGINE = "No engine has looked at this image yet"


def show_result(
    state: Session, image: LoadedImage, frame: Frame, slices: SliceState | None
) -> None:
    """Show one frame with its masks, if it has any."""
    result = state.result_of(image, frame)
    masks: Sequence[PhraseMask] = result.masks if result else ()
    state.colours = assign_colours([mask.phrase for mask in masks], state.colours)
    viewer(
        frame,
        [_layer(mask, state.colours[mask.phrase.casefold()]) for mask in masks],
        key=VIEWER_KEY,
        engine=result.engine if result else _NO_ENGINE,
        file_stem=_stem(image, frame),
        model_picture=_model_picture(state, frame),
        slices=slices,
    )
    _show_words(image, frame, result)


def _layer(mask: PhraseMask, colour: str) -> ViewerMask:
    note = ""
    if not mask.area():
        note = "nothing found at the usual threshold"
    elif not mask.category_fits:
        note = "the category does not go with the phrase"
    return ViewerMask(mask.phrase, mask.category, note, colour, mask.probability, mask.sha256)


def _stem(image: LoadedImage, frame: Frame) -> str:
    """Name for downloads: without the file's name unless the user asks for it."""
    if st.session_state.get("keep_names"):
        return slug(image.title.rsplit(".", 1)[0])
    return neutral_stem(frame)


def _model_picture(state: Session, frame: Frame) -> bytes:
    """The picture that is sent, as PNG, made once a frame."""
    if frame.sha256 not in state.model_pictures:
        state.model_pictures.clear()
        picture = Letterbox.fit(frame.height, frame.width).apply(frame.rgb)
        state.model_pictures[frame.sha256] = encode_png(picture)
    return state.model_pictures[frame.sha256]


def _show_words(image: LoadedImage, frame: Frame, result: Segmentation | None) -> None:
    facts = [*frame.steps]
    if result:
        facts.append(f"answered in {result.seconds:.1f} s")
    st.caption(plain(", ".join(facts)))
    if image.source:
        st.caption(plain(image.source))
    show_notices((*(result.notices if result else ()), *image.upload.notices, *frame.notices))
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.checkbox("Use the file's name in downloads", key="keep_names")
        dicom = image.upload.media_type == "application/dicom" and image.data
        if dicom and st.button("File header", type="tertiary", icon=":material/badge:"):
            _show_header(image)


@st.dialog("File header", width="large")
def _show_header(image: LoadedImage) -> None:
    """Show who and what the file says it is: here, on request, and nowhere else."""
    st.caption("May name the patient. It is shown here only: not sent, not logged, not exported.")
    try:
        rows = header_rows(image.data, image.title, budget=budget_from(os.environ))
    except WorkbenchError as error:
        show_error(error)
        return
    table = [{"Tag": row.tag, "Name": row.name, "Value": row.value} for row in rows]
    st.dataframe(table, hide_index=True, width="stretch", height=420)
