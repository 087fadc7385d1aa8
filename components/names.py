"""How downloads are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.export.names import neutral_stem, slug

if TYPE_CHECKING:
    from components.state import LoadedImage
    from core.imaging import Frame

KEEP_NAMES_KEY = "keep_names"
"""Key of the checkbox by which the user asks for the file's own name."""


def download_stem(image: LoadedImage, frame: Frame) -> str:
    """First part of a download's name: without the file's name unless the user asks for it."""
    if st.session_state.get(KEEP_NAMES_KEY):
        return slug(image.title.rsplit(".", 1)[0])
    return neutral_stem(frame)
