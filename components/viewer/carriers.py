"""How pictures, masks and the viewer's own code come to the page: once a content hash."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from components.language import told
from components.viewer import bundle
from components.viewer.packets import (
    HASH_LENGTH,
    PacketCache,
    pack,
    pack_library,
    pack_mask,
    pack_picture,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from components.viewer import ViewerMask
    from core.imaging.model import Frame

_CARRIER = st.components.v2.component(
    "workbench_carrier", js=bundle.carrier_js(), isolate_styles=False
)


@dataclass(frozen=True)
class Packet:
    """A packet that the browser needs, made only when it has to be sent.

    Attributes:
        key: Content hash by which the browser knows it.
        make: Makes the bytes.
    """

    key: str
    make: Callable[[], bytes]


def picture_packet(frame: Frame) -> Packet:
    """The packet of what a frame shows."""
    key = _picture_key(frame)
    return Packet(key, lambda: pack_picture(key, frame.rgb))


def mask_packet(probability: npt.NDArray[np.uint8], sha256: str) -> Packet:
    """The packet of a soft mask.

    Args:
        probability: uint8 (H, W).
        sha256: Its content hash (hex).
    """
    key = _mask_key(sha256)
    return Packet(key, lambda: pack_mask(key, probability))


def png_packet(png: bytes) -> Packet:
    """The packet of a picture that is a PNG file already."""
    key = f"p{hashlib.sha256(png).hexdigest()[:HASH_LENGTH]}"
    return Packet(key, lambda: pack(key, png))


def describe_picture(frame: Frame) -> dict[str, Any]:
    """What the browser needs to know of a frame beside its pixels."""
    spacing = frame.spacing_mm
    return {
        "hash": _picture_key(frame),
        "sha256": frame.sha256,
        "spacing": [spacing.row, spacing.column] if spacing else None,
        "letters": vars(frame.orientation) if frame.orientation else None,
    }


def describe_masks(masks: Sequence[ViewerMask]) -> list[dict[str, Any]]:
    """What the browser needs to know of masks beside their pixels.

    ``shown`` is for the screen, in the reader's language; the rest also goes into files.
    """
    return [
        {
            "phrase": mask.phrase,
            "category": mask.category,
            "note": mask.note,
            "caution": mask.caution,
            "colour": mask.colour,
            "hash": _mask_key(mask.sha256),
            "sha256": mask.sha256,
            "scale": mask.scale,
            "shown": {
                "phrase": mask.phrase if mask.shown_phrase is None else mask.shown_phrase,
                "note": told(mask.note),
            },
        }
        for mask in masks
    ]


def time_of(key: str, data: dict[str, Any]) -> int:
    """When this message was first made, in microseconds: the browser keeps the newest.

    A rerun that changes nothing repeats the time, so that nothing is sent again.

    Args:
        key: Key of the component.
        data: The message without its time.
    """
    name = f"_viewer_sent_{key}"
    before: tuple[dict[str, Any], int] | None = st.session_state.get(name)
    if before is None or before[0] != data:
        st.session_state[name] = (dict(data), time.time_ns() // 1000)
    sent: int = st.session_state[name][1]
    return sent


def bring(key: str, packets: Iterable[Packet], result: Mapping[str, Any]) -> None:
    """Bring the code and those packets to the page that the browser has not said it has.

    Args:
        key: Key of the component that needs them.
        packets: In the order of their use; equal ones go once.
        result: What the component gave, with its events.
    """
    there = _in_the_browser(key, result)
    _carry(key, bundle.library_hash(), pack_library)
    for code, packet in {packet.key: packet for packet in packets}.items():
        if code not in there:
            _carry(key, code, packet.make)


def _carry(viewer_key: str, code: str, make: Callable[[], bytes]) -> None:
    cache: PacketCache = st.session_state.setdefault("_viewer_packets", PacketCache())
    _CARRIER(key=f"{viewer_key}-{code}", data=cache.get(code, make), height="content")


def _in_the_browser(key: str, result: Mapping[str, Any]) -> frozenset[str]:
    """Hashes that the browser said it has, less those that it has lost since."""
    name = f"_viewer_there_{key}"
    for event in result.values():
        if event and "have" in event:
            lost = event.get("missing", ())
            st.session_state[name] = frozenset(event["have"]).difference(lost)
    there: frozenset[str] = st.session_state.get(name, frozenset())
    return there


def _picture_key(frame: Frame) -> str:
    return f"i{frame.sha256[:HASH_LENGTH]}"


def _mask_key(sha256: str) -> str:
    return f"m{sha256[:HASH_LENGTH]}"
