"""What a page gets from the viewer, without a browser."""

from __future__ import annotations

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components.viewer import MOST_MASKS, ViewerMask, spoken, viewer
from components.viewer.carriers import describe_masks
from core.errors import PhraseError


def mask(probability: np.ndarray, phrase: str = "lung") -> ViewerMask:
    return ViewerMask(phrase, None, "", "#e69f00", probability, "0" * 64)


def page() -> None:
    import numpy as np
    import streamlit as st

    from components.viewer import ViewerMask, viewer, wanted_levels, wanted_slice
    from core.imaging.model import Frame

    rgb = np.zeros((5, 7, 3), np.uint8)
    masks = [ViewerMask("lung", None, "", "#e69f00", np.zeros((5, 7), np.uint8), "0" * 64)]
    st.write("wanted", wanted_slice("viewer"), wanted_levels("viewer"))
    for _ in range(2 if st.checkbox("Two viewers") else 1):
        key = "viewer" if _ == 0 else "other"
        events = viewer(Frame(rgb, rgb), masks, key=key, engine="Demo", file_stem="case")
    st.write("events", events.slice_index, events.levels)


def test_a_page_draws_it_and_nothing_has_happened_yet():
    app = AppTest.from_function(page).run()
    assert not app.exception
    assert [text.value for text in app.markdown] == ["wanted `None` `None`", "events `None` `None`"]


def test_two_viewers_of_the_same_picture_live_on_one_page():
    app = AppTest.from_function(page).run()
    app.checkbox[0].check().run()
    assert not app.exception


@pytest.mark.parametrize(
    "probability", [np.zeros((60, 81), np.uint8), np.zeros((60, 80), np.float32)]
)
def test_a_mask_of_another_size_or_kind_is_refused(grey_frame, probability):
    with pytest.raises(ValueError, match=r"is not uint8 \(60, 80\)"):
        viewer(grey_frame, [mask(probability)], key="v", engine="Demo", file_stem="case")


def test_more_masks_than_can_be_drawn_are_refused_with_what_to_do(grey_frame):
    masks = [mask(np.zeros((60, 80), np.uint8), f"phrase {n}") for n in range(MOST_MASKS + 1)]
    with pytest.raises(PhraseError, match=r"17 phrases cannot be shown .* at most 16"):
        viewer(grey_frame, masks, key="v", engine="Demo", file_stem="case")


def test_the_browser_gets_italian_for_the_screen_and_english_for_files(grey_frame):
    values = np.zeros((60, 80), np.uint8)
    note = "Doubtful: the category that the model predicts does not go with the phrase."
    found = ViewerMask("lung", "organ", note, "#e69f00", values, "0" * 64, shown_phrase="polmone")
    st.session_state["language"] = "it"
    try:
        [described], spoke = describe_masks([found]), spoken()
    finally:
        del st.session_state["language"]
    assert (described["phrase"], described["note"]) == ("lung", note)
    assert described["shown"]["phrase"] == "polmone"
    assert described["shown"]["note"].startswith("Dubbia:")
    assert (spoke["language"], spoke["texts"]["Measure"]) == ("it", "Misura")
    assert describe_masks([mask(values)])[0]["shown"] == {"phrase": "lung", "note": ""}


def test_in_english_no_text_is_sent():
    assert spoken() == {"language": "en", "texts": {}}
