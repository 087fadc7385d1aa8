"""A page with the viewer and nothing else: what it shows is chosen by query parameters."""

from __future__ import annotations

import hashlib

import numpy as np
import streamlit as st
from viewer_app_parts import COLOURS, agreement_map, picture, soft_mask

from components.language import choose_language
from components.viewer import SliceState, ViewerMask, viewer, wanted_levels, wanted_slice
from core.geometry import SpacingMm
from core.imaging.model import Frame, Orientation
from core.png import encode_png

ENGINE = "Demo engine: classical image processing, not MedImageParse"
NAMES = ("disc", "dark corner", "stripe", "lower half")


def mask(probability: np.ndarray, phrase: str, number: int, scale: str | None = None) -> ViewerMask:
    return ViewerMask(
        phrase=phrase,
        category="organ" if number % 2 == 0 else None,
        note="category does not fit" if number == 1 else "",
        colour=COLOURS[number],
        probability=probability,
        sha256=hashlib.sha256(probability.tobytes()).hexdigest(),
        scale=scale,
    )


def number(name: str, otherwise: int) -> int:
    return int(st.query_params.get(name, otherwise))


height, width, count = number("height", 96), number("width", 128), number("masks", 2)
key = "test"
slices = None
index = 0
if "slices" in st.query_params:
    asked = wanted_slice(key)
    index = st.session_state["index"] = st.session_state.get("index", 0) if asked is None else asked
    slices = SliceState("axial", index, number("slices", 1))

st.set_page_config(layout="wide")
choose_language()
st.button("Rerun")
st.text_input("Note")
if st.button("One more phrase"):
    st.session_state["more"] = st.session_state.get("more", 0) + 1
if st.button("Other picture"):
    st.session_state["seed"] = st.session_state.get("seed", 0) + 1
count += st.session_state.get("more", 0)
seed = st.session_state.get("seed", 0) + index

rgb = picture(height, width, seed)
frame = Frame(
    values=rgb,
    rgb=rgb,
    spacing_mm=SpacingMm(float(number("row_mm", 1)), 1.0) if "row_mm" in st.query_params else None,
    orientation=Orientation("R", "L", "A", "P") if "letters" in st.query_params else None,
)
masks = [
    mask(soft_mask(height, width, n + index), NAMES[n] if n < len(NAMES) else f"phrase {n}", n)
    for n in range(count)
]
if "evil" in st.query_params:
    evil = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>"
    masks.append(mask(soft_mask(height, width, 7), evil, 7))
if "empty" in st.query_params:
    masks.append(mask(np.zeros((height, width), np.uint8), "unicorn", 8))

if "hard" in st.query_params:
    hard = np.where(soft_mask(height, width, 3) >= 128, 255, 0).astype(np.uint8)
    masks.append(mask(hard, "block", 3))
masks += [
    mask(agreement_map(height, width, n), f"map {n}", 6 + n, "agreement")
    for n in range(number("maps", 0))
]

sent = encode_png(picture(64, 64, 9)) if "model" in st.query_params else None
if st.checkbox("Show", value=True):
    events = viewer(
        frame,
        masks,
        key=key,
        engine=ENGINE,
        file_stem=st.query_params.get("stem", "case 1"),
        model_picture=sent,
        slices=slices,
        measurable="bare" not in st.query_params,
    )
    # What a page may read before it draws is what the viewer gives.
    if events.levels and events.levels == wanted_levels(key):
        st.session_state["levels"] = f"{dict(events.levels.thresholds)} {events.levels.rule}"
if "levels" in st.session_state:
    st.text(f"levels {st.session_state['levels']}")
st.caption(f"below the viewer, slice {index}")
