"""The medical image viewer: a picture, soft masks over it, and every control in the browser.

Pictures and masks reach the browser once per content hash. They travel in invisible carriers next
to the viewer, because Streamlit sends a component's message again only when it changes: a new
phrase adds one carrier, and the viewer itself only ever gets a small JSON that names hashes.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from components.viewer import bundle
from components.viewer.packets import (
    HASH_LENGTH,
    PacketCache,
    pack,
    pack_library,
    pack_mask,
    pack_picture,
)
from core.about import NOTICE
from core.errors import PhraseError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from core.imaging.model import Frame

__all__ = ["MOST_MASKS", "SliceState", "ViewerEvents", "ViewerMask", "viewer", "wanted_slice"]

MOST_MASKS = 16
"""Masks that one viewer draws: one bit of a 16-bit code each."""

_CARRIER = st.components.v2.component(
    "workbench_carrier", js=bundle.carrier_js(), isolate_styles=False
)
_VIEWER = st.components.v2.component(
    "workbench_viewer",
    html='<div class="medviewer"></div>',
    css=":host, .medviewer { display: block; min-height: 420px; }",
    js=bundle.mount_js(),
)


@dataclass(frozen=True, eq=False)
class ViewerMask:
    """One phrase with its soft mask.

    Attributes:
        phrase: What the user asked for: the label of the mask.
        category: What the model says it is, or None.
        note: A short warning, such as ``"category does not fit"``, or ``""``.
        colour: ``"#rrggbb"``; the user can change it in the viewer.
        probability: uint8 (H, W) on the frame's grid; 128 and above is foreground by default.
        sha256: Content hash (hex) of ``probability``.
    """

    phrase: str
    category: str | None
    note: str
    colour: str
    probability: npt.NDArray[np.uint8]
    sha256: str


@dataclass(frozen=True)
class SliceState:
    """Where in a volume the frame is.

    Attributes:
        axis: What the axis is called, such as ``"axial"``.
        index: Position of the frame along the axis, from 0.
        count: Number of slices.
    """

    axis: str
    index: int
    count: int


@dataclass(frozen=True)
class ViewerEvents:
    """What the user did in the viewer that needs the server.

    Attributes:
        slice_index: The slice that the user wants to see, from 0, or None.
    """

    slice_index: int | None = None


def viewer(
    frame: Frame,
    masks: Sequence[ViewerMask],
    *,
    key: str,
    engine: str,
    file_stem: str,
    model_picture: bytes | None = None,
    slices: SliceState | None = None,
) -> ViewerEvents:
    """Show a frame with masks over it.

    Args:
        frame: The picture; its ``rgb`` is shown as it is.
        masks: One per phrase, in order, at most :data:`MOST_MASKS`.
        key: Key of the viewer on the page; the user's settings are kept under it.
        engine: What the model is called; shown in the viewer and written into every export.
        file_stem: First part of the names of downloaded files; made safe in the browser.
        model_picture: PNG of exactly what the model was sent, or None.
        slices: Where the frame is in a volume, or None.

    Returns:
        What the user asked the server for in this run.

    Raises:
        PhraseError: There are more masks than the viewer can draw.
        ValueError: A mask is not uint8 of the frame's size.
    """
    _check(frame, masks)
    packets = _packets(frame, masks, model_picture)
    codes = [packet.key for packet in packets]
    data: dict[str, Any] = {
        "key": key,
        "code": bundle.library_hash(),
        "engine": engine,
        "notice": NOTICE,
        "stem": file_stem,
        "image": _describe(frame, codes[0]),
        "masks": [
            {
                "phrase": mask.phrase,
                "category": mask.category,
                "note": mask.note,
                "colour": mask.colour,
                "hash": code,
            }
            for mask, code in zip(masks, codes[1:], strict=False)
        ],
        "model": codes[-1] if model_picture is not None else None,
        "slices": vars(slices) if slices else None,
    }
    data["sent"] = _sent(key, data)
    # Carriers have no height and the container no gap: on the page there is only the viewer.
    with st.container(gap=None):
        result = _VIEWER(
            key=key, data=data, on_slice_change=_no_callback, on_missing_change=_no_callback
        )
        there = _in_the_browser(key, result)
        _carry(key, bundle.library_hash(), pack_library)
        for packet in packets:
            if packet.key not in there:
                _carry(key, packet.key, packet.make)
    return ViewerEvents(slice_index=_asked_slice(result))


def wanted_slice(key: str) -> int | None:
    """The slice that the user has just asked for in the viewer with this key, or None.

    A page reads this before it draws, so that the slice is there in the same run.
    """
    state = st.session_state.get(key)
    return None if state is None else _asked_slice(state)


@dataclass(frozen=True)
class _Packet:
    """A packet that the browser needs, made only when it has to be sent."""

    key: str
    make: Callable[[], bytes]


def _packets(
    frame: Frame, masks: Sequence[ViewerMask], model_picture: bytes | None
) -> list[_Packet]:
    """The picture, then the masks, then what the model sees: in the order of their use."""
    image = f"i{frame.sha256[:HASH_LENGTH]}"
    packets = [_Packet(image, lambda: pack_picture(image, frame.rgb))]
    packets += [_mask_packet(mask) for mask in masks]
    if model_picture is not None:
        seen = f"p{hashlib.sha256(model_picture).hexdigest()[:HASH_LENGTH]}"
        packets.append(_Packet(seen, lambda: pack(seen, model_picture)))
    return packets


def _mask_packet(mask: ViewerMask) -> _Packet:
    key = f"m{mask.sha256[:HASH_LENGTH]}"
    return _Packet(key, lambda: pack_mask(key, mask.probability))


def _describe(frame: Frame, code: str) -> dict[str, Any]:
    """What the viewer needs to know of a frame beside its pixels."""
    spacing = frame.spacing_mm
    return {
        "hash": code,
        "spacing": [spacing.row, spacing.column] if spacing else None,
        "letters": vars(frame.orientation) if frame.orientation else None,
    }


def _sent(key: str, data: dict[str, Any]) -> int:
    """When this message was first made, in microseconds: the browser keeps the newest.

    A rerun that changes nothing repeats the time, so that nothing is sent again.
    """
    name = f"_viewer_sent_{key}"
    before: tuple[dict[str, Any], int] | None = st.session_state.get(name)
    if before is None or before[0] != data:
        st.session_state[name] = (dict(data), time.time_ns() // 1000)
    sent: int = st.session_state[name][1]
    return sent


def _carry(viewer_key: str, code: str, make: Callable[[], bytes]) -> None:
    cache: PacketCache = st.session_state.setdefault("_viewer_packets", PacketCache())
    _CARRIER(key=f"{viewer_key}-{code}", data=cache.get(code, make), height="content")


def _in_the_browser(key: str, result: Mapping[str, Any]) -> frozenset[str]:
    """Hashes that the browser said it has, less those that it has lost since."""
    name = f"_viewer_there_{key}"
    for event in (result.get("slice"), result.get("missing")):
        if event:
            lost = event.get("missing", ())
            st.session_state[name] = frozenset(event["have"]).difference(lost)
    there: frozenset[str] = st.session_state.get(name, frozenset())
    return there


def _asked_slice(state: Mapping[str, Any]) -> int | None:
    event = state.get("slice")
    return int(event["index"]) if event else None


def _check(frame: Frame, masks: Sequence[ViewerMask]) -> None:
    if len(masks) > MOST_MASKS:
        raise PhraseError(
            f"{len(masks)} phrases cannot be shown in one picture.",
            f"Look for at most {MOST_MASKS} at a time.",
        )
    for mask in masks:
        shape, dtype = mask.probability.shape, mask.probability.dtype
        if shape != (frame.height, frame.width) or dtype != "uint8":
            message = f"a mask of {shape} {dtype} is not uint8 {(frame.height, frame.width)}"
            raise ValueError(message)


def _no_callback() -> None:
    """Streamlit hands out only events that have a callback; this one has nothing to do."""
