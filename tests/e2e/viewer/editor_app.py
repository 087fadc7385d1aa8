"""A page with the editor and an outbox that only records: what it shows is chosen by the query."""

from __future__ import annotations

import hashlib

import numpy as np
import streamlit as st
from viewer_app_parts import COLOURS, picture, soft_mask

from components.language import choose_language
from components.viewer import bundle, spoken
from components.viewer.carriers import (
    bring,
    describe_picture,
    mask_packet,
    picture_packet,
    time_of,
)
from core.about import NOTICE
from core.geometry import SpacingMm
from core.imaging.model import Frame

NAMES = ("disc", "dark corner", "stripe", "lower half")
ENGINE = "Demo engine: classical image processing, not MedImageParse"
KEY = "test"

# What stands in for the outbox and the bar of decisions: it keeps copies of all it is given.
RECORDER = """
function recorder(editor, { maskHash }) {
  const record = window.editorRecord ??= { drawn: [], keys: [], hash: maskHash };
  let trigger = null;
  return {
    outbox: {
      drawn: (id, mask, width, height) =>
        record.drawn.push({ id, mask: mask.slice(), width, height }),
      newLabel: (name) => trigger("work", { name }),
      update: (component) => (trigger = component.setTriggerValue),
      destroy() {},
    },
    bar: {
      element: document.createElement("footer"), keys: [["A", "accept"]],
      key: (key) => record.keys.push(key) > 0 && key === "a",
      activated() {}, update() {}, destroy() {},
    },
  };
}
const mounts = new WeakMap();
"""
MOUNT = 'library[component.data.mounts ?? "mountViewer"](component)'
RECORDING = """(mounts.get(library) ?? mounts.set(library, library.mounting(
    (parent, data) => new library.Editor(parent, data, (editor) => recorder(editor, library)))
  ).get(library))(component)"""

_EDITOR = st.components.v2.component(
    "test_editor",
    html='<div class="medviewer"></div>',
    css=":host, .medviewer { display: block; min-height: 420px; }",
    js=RECORDER + bundle.mount_js().replace(MOUNT, RECORDING),
)


def number(name: str, otherwise: int) -> int:
    return int(st.query_params.get(name, otherwise))


def digest(values: np.ndarray) -> str:
    return hashlib.sha256(values.tobytes()).hexdigest()


st.set_page_config(layout="wide")
choose_language()
st.button("Rerun")
if st.button("Next item"):
    st.session_state["item"] = st.session_state.get("item", 0) + 1
height, width = number("height", 96), number("width", 128)
item = st.session_state.get("item", 0)
rgb = picture(height, width, item)
spacing = SpacingMm(float(number("row_mm", 1)), 1.0) if "row_mm" in st.query_params else None
frame = Frame(values=rgb, rgb=rgb, spacing_mm=spacing)
maps = {name: soft_mask(height, width, n) for n, name in enumerate(NAMES[: number("labels", 2)])}
if state := st.session_state.get(KEY):
    added = st.session_state.setdefault("added", [])
    if state.get("work") and state["work"]["name"] not in added:
        added.append(state["work"]["name"])
for name in st.session_state.get("added", []):
    maps[name] = np.zeros((height, width), np.uint8)

packets, layers = [picture_packet(frame)], []
for n, (name, values) in enumerate(maps.items()):
    mask = np.where(values >= 128, 255, 0).astype(np.uint8)
    both = [mask_packet(values, digest(values)), mask_packet(mask, digest(mask))]
    packets += both
    layers.append(
        {
            "id": f"{item}-{n}",
            "phrase": name,
            "category": "organ" if n % 2 == 0 else None,
            "note": "category does not fit" if n == 1 else "",
            "caution": True,
            "colour": COLOURS[n],
            "shown": {"phrase": name, "note": "category does not fit" if n == 1 else ""},
            "probability": both[0].key,
            "mask": both[1].key,
            "threshold": 128,
        }
    )
data = {
    "key": KEY,
    **spoken(),
    "code": bundle.library_hash(),
    "shown": {"engine": ENGINE, "notice": NOTICE},
    "image": describe_picture(frame),
    "layers": layers,
    "reading": f"reading {item}",
    "read_only": "read_only" in st.query_params,
}
data["sent"] = time_of(KEY, data)
with st.container(gap=None):
    result = _EDITOR(
        key=KEY, data=data, on_work_change=lambda: None, on_missing_change=lambda: None
    )
    bring(KEY, packets, result)
st.caption("below the editor")
