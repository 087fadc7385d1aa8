"""The editor of masks: the viewer with tools, decisions, and drafts that survive in the browser.

The browser keeps what it has not handed over, and sends all of it as one event "work" with a
rising number until :func:`acknowledge` was called for that number. What it is shown back (revision
and hash of every mask, revision and words of every decision) tells it what is stored.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from components.language import told
from components.viewer import bundle, spoken
from components.viewer.arrival import EditorEvents, events_of
from components.viewer.carriers import (
    bring,
    describe_picture,
    mask_packet,
    picture_packet,
    time_of,
)
from core.about import NAME, NOTICE, VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from components.viewer.carriers import Packet
    from core.imaging.model import Frame
    from core.review.values import Pin

__all__ = ["EditLayer", "EditorEvents", "EditorSetup", "acknowledge", "arrived", "editor"]

_EDITOR = st.components.v2.component(
    "workbench_editor",
    html='<div class="medviewer"></div>',
    css=":host, .medviewer { display: block; min-height: 420px; }",
    js=bundle.mount_js(),
)
_DONE = "_editor_done"
_SESSION = "_editor_session"


@dataclass(frozen=True, eq=False)
class EditLayer:
    """One label with what the AI has found and what the reader has made of it.

    Attributes:
        id: Of the label.
        phrase: What it is a mask of.
        category: What the model says it is, or None.
        note: A short warning, or ``""``.
        caution: Whether the note is a warning; other notes are drawn quietly.
        colour: ``"#rrggbb"``.
        probability: uint8 (H, W), the AI's map on the frame's grid; zeros when it started empty.
        probability_sha256: Content hash (hex) of ``probability``.
        threshold: Where the AI's own mask is cut, 1..255.
        mask: bool (H, W), the newest edit, or the AI's own mask.
        sha256: Hash of ``mask``, see :func:`core.review.masks.mask_sha256`.
        revision: Of the newest edit; 0 for the AI's own mask.
        verdict: Newest verdict, or ``""``.
        difficulty: 1 (easy) to 3 (hard), or None.
        reason: Or ``""``.
        comment: Or ``""``.
        decision: Revision of the newest decision; 0 for none.
    """

    id: str
    phrase: str
    category: str | None
    note: str
    caution: bool
    colour: str
    probability: npt.NDArray[np.uint8]
    probability_sha256: str
    threshold: int
    mask: npt.NDArray[np.bool_]
    sha256: str
    revision: int
    verdict: str
    difficulty: int | None
    reason: str
    comment: str
    decision: int


@dataclass(frozen=True)
class EditorSetup:
    """What the editor shows beside the masks.

    Attributes:
        reading: Id of the reading; drafts in the browser are kept under it.
        owner: Id of the reader; drafts of other readers in the same browser are not offered.
        reasons: What can be picked when a mask is rejected or flagged.
        pins: Comments at points.
        position: Where the item is in the queue, such as ``"3 of 40"``, in the reader's language.
        can_go_back: Whether there is a previous item.
        can_go_on: Whether there is a next item.
        can_reopen: Whether a finished reading may be taken up again.
        keys: More keys for the help, as (key, meaning) in the reader's language.
        read_only: Whether the reading is finished.
        message: A sentence of the server, such as what could not be stored, or ``""``.
    """

    reading: str
    owner: str = ""
    reasons: tuple[str, ...] = ()
    pins: tuple[Pin, ...] = ()
    position: str = ""
    can_go_back: bool = False
    can_go_on: bool = False
    can_reopen: bool = False
    keys: tuple[tuple[str, str], ...] = ()
    read_only: bool = False
    message: str = ""


def editor(
    frame: Frame,
    layers: Sequence[EditLayer],
    setup: EditorSetup,
    *,
    key: str,
    engine: str,
    file_stem: str,
) -> None:
    """Draw the editor; what the browser sends is read with :func:`arrived` in the next run.

    Args:
        frame: The picture.
        layers: One per label, in order.
        setup: Everything else.
        key: Key on the page, the same for every item that the page shows.
        engine: What the model is called, in English, or ``""``.
        file_stem: First part of the names of downloaded files.
    """
    packets = [picture_packet(frame)]
    described = []
    for layer in layers:
        probability = mask_packet(layer.probability, layer.probability_sha256)
        mask = _packet_of(layer)
        packets += [probability, mask]
        described.append(_describe(layer, probability.key, mask.key))
    data: dict[str, Any] = {
        "key": key,
        "mounts": "mountEditor",
        **spoken(),
        "code": bundle.library_hash(),
        "engine": engine,
        "notice": NOTICE,
        "shown": {"engine": told(engine), "notice": told(NOTICE)},
        "program": NAME,
        "version": VERSION,
        "stem": file_stem,
        "image": describe_picture(frame),
        "layers": described,
        **vars(setup),
        "pins": [vars(pin) for pin in setup.pins],
        "keys": [list(pair) for pair in setup.keys],
        "reasons": [{"value": reason, "shown": told(reason)} for reason in setup.reasons],
        "session": _session(),
        "ack": st.session_state.get(_DONE, 0),
    }
    data["sent"] = time_of(key, data)
    # Carriers have no height and the container no gap: on the page there is only the editor.
    with st.container(gap=None):
        result = _EDITOR(
            key=key, data=data, on_work_change=_no_callback, on_missing_change=_no_callback
        )
        bring(key, packets, result)


def arrived(key: str, frame: Frame, reading: str) -> EditorEvents:
    """What the browser has sent in this run; a page reads it before it draws.

    Args:
        key: Key of the editor.
        frame: The picture that the page shows: masks must have its size.
        reading: Id of the reading that the page shows; what was sent for another one is left
            alone, and stays in the browser as a draft.

    Returns:
        Everything in it, or empty events when nothing has come, or what has come was done before.

    Raises:
        EditDamaged: It is not what an editor sends, or a mask is not the one that was drawn.
    """
    state = st.session_state.get(key)
    message = None if state is None else state.get("work")
    if not message:
        return EditorEvents()
    events = events_of(message, frame.height, frame.width)
    is_old = events.number <= st.session_state.get(_DONE, 0)
    return EditorEvents() if is_old or events.reading != reading else events


def acknowledge(events: EditorEvents) -> None:
    """Tell the browser with the next drawing that these events are stored, so that it stops.

    A page calls it when it has stored all that it ever will of them. What was refused because
    something newer is there counts as done: the browser asks the reader what is to stay.
    """
    st.session_state[_DONE] = max(events.number, st.session_state.get(_DONE, 0))


def _describe(layer: EditLayer, probability: str, mask: str) -> dict[str, Any]:
    words = (
        "id", "phrase", "category", "note", "caution", "colour", "threshold", "sha256", "revision",
        "verdict", "difficulty", "reason", "comment", "decision",
    )  # fmt: skip
    return {
        **{word: getattr(layer, word) for word in words},
        "probability": probability,
        "mask": mask,
        "shown": {"phrase": layer.phrase, "note": told(layer.note)},
    }


def _packet_of(layer: EditLayer) -> Packet:
    return mask_packet(np.multiply(layer.mask, 255, dtype=np.uint8), layer.sha256)


def _session() -> str:
    """A word that changes when the session does: the browser then sends again at once."""
    word: str = st.session_state.setdefault(_SESSION, secrets.token_hex(8))
    return word


def _no_callback() -> None:
    """Streamlit hands out only events that have a callback; this one has nothing to do."""
