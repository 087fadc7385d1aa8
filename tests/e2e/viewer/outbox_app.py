"""A page with the editor over a tiny store of its own, as a page of the review uses it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from outbox_store import FileStore
from viewer_app_parts import COLOURS, picture, soft_mask

from components.language import choose_language
from components.viewer.editing import EditLayer, EditorSetup, acknowledge, arrived, editor
from core.errors import ReviewError, StoreUnreachable
from core.imaging.model import Frame
from core.review.masks import mask_sha256
from core.review.values import DEFAULT_REASONS, Pin

if TYPE_CHECKING:
    import numpy as np

FOLDER = Path(os.environ["OUTBOX_STORE"])
KEY = "editor"
ITEMS = 3
PHRASES = ("disc", "stripe")


@st.cache_resource(max_entries=8)
def probability_of(height: int, width: int, number: int) -> tuple[np.ndarray, str]:
    probability = soft_mask(height, width, number)
    return probability, hashlib.sha256(probability.tobytes()).hexdigest()


@st.cache_resource(max_entries=8)
def frame_of(height: int, width: int, item: int) -> Frame:
    pixels = picture(height, width, item)
    return Frame(values=pixels, rgb=pixels)


def layers_of(store: FileStore, height: int, width: int) -> list[EditLayer]:
    return [
        layer_of(store, number, phrase, height, width)
        for number, phrase in enumerate([*PHRASES, *store.kept["labels"]])
    ]


def layer_of(store: FileStore, number: int, phrase: str, height: int, width: int) -> EditLayer:
    label = f"label{number}"
    probability, content = probability_of(height, width, number)
    cut = probability >= 128
    newest = store.newest(label, (height, width))
    mask = cut if newest is None else newest
    decisions = store.decisions(label)
    none = {"verdict": "", "difficulty": None, "reason": "", "comment": ""}
    words = decisions[-1] if decisions else none
    return EditLayer(
        id=label,
        phrase=phrase,
        category=None,
        note="",
        caution=False,
        colour=COLOURS[number],
        probability=probability,
        probability_sha256=content,
        threshold=128,
        mask=mask,
        sha256=mask_sha256(mask),
        revision=len(store.edits(label)),
        decision=len(decisions),
        **words,
    )


def store_all(store: FileStore, events, height: int, width: int) -> str:
    """Store what has come; the sentence for what could not be."""
    if not events.number:
        return ""
    store.kept["messages"].append(
        [events.number, len(events.edits), len(events.decisions), events.action]
    )
    store.kept["seconds"] += events.seconds
    store.kept["labels"] += [name for name in events.labels if name not in store.kept["labels"]]
    store.kept["pins"] += [list(pin) for pin in events.pins]
    store.kept["pins"] = [
        pin for n, pin in enumerate(store.kept["pins"]) if f"p{n}" not in events.unpins
    ]
    store.save()
    said, refused = "", set()
    for edit in events.edits:
        try:
            store.save_edit(edit.label, edit.mask, edit.sha256, edit.base)
        except ReviewError as error:
            said = str(error)
            refused.add(edit.label)
    for decision in events.decisions:
        if decision.label in refused:
            continue
        drawn = bool(store.edits(decision.label))
        verdict = {"accept": "change" if drawn else "accept"}.get(
            decision.verdict, decision.verdict
        )
        words = {
            "verdict": verdict, "difficulty": decision.difficulty,
            "reason": decision.reason, "comment": decision.comment,
        }  # fmt: skip
        try:
            store.decide(decision.label, words, decision.base)
        except ReviewError as error:
            said = str(error)
    return said


def number_of(name: str, otherwise: int) -> int:
    return int(st.query_params.get(name, otherwise))


st.set_page_config(layout="wide")
choose_language()
st.button("Rerun")
height, width, item = number_of("height", 96), number_of("width", 128), number_of("item", 1)
frame = frame_of(height, width, item)
store = FileStore(FOLDER, f"reading{item}")
message = ""
try:
    events = arrived(KEY, frame, f"reading{item}")
    if (FOLDER / "refuse").exists():
        raise StoreUnreachable("The store does not answer.", "Nothing is lost.")
    message = store_all(store, events, height, width)
    acknowledge(events)
    if events.action in {"finish", "reopen"}:
        store.kept["done"] = events.action == "finish"
        store.save()
    step = {"next": 1, "finish": 1, "back": -1}.get(events.action, 0)
    if step and 1 <= item + step <= ITEMS:
        st.query_params["item"] = str(item + step)
        st.rerun()
except ReviewError as error:
    message = str(error)
editor(
    frame,
    layers_of(store, height, width),
    EditorSetup(
        reading=f"reading{item}",
        owner="reader",
        reasons=DEFAULT_REASONS,
        pins=tuple(
            Pin(f"p{n}", row, column, text)
            for n, (row, column, text) in enumerate(store.kept["pins"])
        ),
        position=f"{item} of {ITEMS}",
        can_go_back=item > 1,
        can_go_on=item < ITEMS,
        can_reopen=store.kept["done"],
        read_only=store.kept["done"],
        message=message,
    ),
    key=KEY,
    engine="Demo engine: classical image processing, not MedImageParse",
    file_stem=f"item{item}",
)
st.caption(f"item {item}")
