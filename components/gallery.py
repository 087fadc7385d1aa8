"""The sample gallery: what a newcomer sees first, one click from a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import streamlit as st

from components.language import t, told
from components.phrase_picker import set_phrases
from components.run_panel import frame_tasks, start_run
from core.backends import get_backend
from core.imaging import open_upload
from core.png import encode_png
from core.samples import Sample, samples

if TYPE_CHECKING:
    from components.state import Session

_WELCOME = (
    "Upload an image at the left, or start with a sample. "
    "The demo engine runs on this computer: no account, nothing is sent anywhere."
)
_COLUMNS = 4
_THUMBNAIL = (420, 300)


def show_welcome(state: Session) -> None:
    """Nothing is open yet: say what this is, and offer samples that run with one click."""
    st.header(t("Type what you want to find, see where it is"))
    st.markdown(t(_WELCOME))
    sample = _choose_sample()
    if sample is None:
        return
    image = state.open(*sample.load(), phrases=sample.phrases, source=sample.source_note)[0]
    state.current = image.key
    set_phrases(sample.phrases)
    frames = [(image.title, image.upload.frame())]
    start_run(state, frame_tasks(frames, sample.phrases, get_backend("demo")))
    st.rerun()


def _choose_sample() -> Sample | None:
    """Show every sample; returns the one whose button was pressed."""
    chosen = None
    items = samples()
    for start in range(0, len(items), _COLUMNS):
        columns = st.columns(_COLUMNS, gap="medium")
        for column, sample in zip(columns, items[start : start + _COLUMNS], strict=False):
            with column, st.container(border=True, gap="small", height="stretch"):
                title = told(sample.title)
                st.image(_thumbnail(sample.id), width="stretch", alt=title)
                st.markdown(f"**{title}**")
                phrases = " & ".join(sample.phrases)
                if st.button(
                    t("Find {phrases}", phrases=phrases),
                    key=f"sample_{sample.id}",
                    help=told(sample.source_note),
                    width="stretch",
                ):
                    chosen = sample
    return chosen


# The samples come with the program: no user's data is in this cache.
@st.cache_data(show_spinner=False)
def _thumbnail(sample_id: str) -> bytes:
    """A small picture of a sample as PNG, letterboxed so that the cards align."""
    sample = next(sample for sample in samples() if sample.id == sample_id)
    rgb = open_upload(*sample.load()).frame().rgb
    width, height = _THUMBNAIL
    scale = max(width / rgb.shape[1], height / rgb.shape[0])
    size = (max(width, round(rgb.shape[1] * scale)), max(height, round(rgb.shape[0] * scale)))
    filled = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    top, left = (size[1] - height) // 2, (size[0] - width) // 2
    return encode_png(np.ascontiguousarray(filled[top : top + height, left : left + width]))
