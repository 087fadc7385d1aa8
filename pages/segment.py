"""The page: an image, phrases, masks."""

import streamlit as st

from components.engine_panel import show_engine_panel
from components.entry import enter_page
from components.gallery import show_welcome
from components.image_panel import (
    choose_frame,
    load_frame,
    show_image_list,
    show_uploader,
    slices_of,
    turn_to,
)
from components.language import t
from components.notices import show_error, show_footer
from components.phrase_picker import show_phrase_picker, suggestions_for
from components.result_view import VIEWER_KEY, show_result
from components.run_panel import collect, show_run_panel
from components.slices_panel import show_slices_panel
from components.state import LoadedImage, Session, session
from components.viewer import wanted_levels, wanted_slice
from components.volume_model_panel import show_volume_model_panel
from core.errors import InputError


def show_image(state: Session, image: LoadedImage) -> None:
    """The controls at the left, the viewer in the middle."""
    wanted = wanted_slice(VIEWER_KEY)
    if wanted is not None:
        turn_to(image, wanted)
    with st.sidebar:
        try:
            choice = choose_frame(image)
            frame = load_frame(state, image, choice)
        except InputError as error:
            show_error(error)
            return
        engine = show_engine_panel(state)
        text = show_phrase_picker(suggestions_for(state, image, frame))
        show_run_panel(state, engine, image, frame, text)
        show_slices_panel(state, engine, image, choice, frame=frame, text=text)
        show_volume_model_panel(state, image, choice, frame=frame, text=text)
    levels = wanted_levels(VIEWER_KEY)
    if levels is not None:
        state.levels[frame.sha256] = levels
    for failure in state.failures:
        show_error(failure)
    show_result(state, image, frame, slices_of(image, choice))
    if st.button(t("Samples"), key="samples", type="tertiary", icon=":material/arrow_back:"):
        state.current = ""
        st.rerun()


enter_page()
state = session()
collect(state)
with st.sidebar:
    show_uploader(state)
    show_image_list(state)
if state.image is None:
    show_welcome(state)
else:
    show_image(state, state.image)
show_footer()
