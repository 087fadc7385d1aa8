"""The medical image viewer: a picture, soft masks over it, and every control in the browser.

Pictures and masks reach the browser once per content hash. They travel in invisible carriers next
to the viewer, because Streamlit sends a component's message again only when it changes: a new
phrase adds one carrier, and the viewer itself only ever gets a small JSON that names hashes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from components.language import language, t, told, viewer_texts
from components.viewer import bundle
from components.viewer.carriers import (
    bring,
    describe_masks,
    describe_picture,
    mask_packet,
    picture_packet,
    png_packet,
    time_of,
)
from core.about import NAME, NOTICE, VERSION
from core.analysis.levels import Levels
from core.errors import PhraseError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from core.imaging.model import Frame

__all__ = [
    "MOST_MASKS",
    "SliceState",
    "ViewerEvents",
    "ViewerMask",
    "viewer",
    "wanted_levels",
    "wanted_slice",
]

MOST_MASKS = 16
"""Masks that one viewer draws: one bit of a 16-bit code each."""

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
        scale: What the values measure, such as ``"agreement"``, when they are to be shown as a map
            from 0 to 100 % instead of being cut at a threshold; None for a mask.
        caution: Whether the note is a warning; other notes are drawn quietly.
        shown_phrase: What the screen says for ``phrase`` where the program made it, in the
            reader's language; None for a phrase of the user. Files have ``phrase``.
    """

    phrase: str
    category: str | None
    note: str
    colour: str
    probability: npt.NDArray[np.uint8]
    sha256: str
    scale: str | None = None
    caution: bool = True
    shown_phrase: str | None = None


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
        levels: Thresholds and overlap rule on the screen when the user pressed "Measure", or None.
    """

    slice_index: int | None = None
    levels: Levels | None = None


def viewer(
    frame: Frame,
    masks: Sequence[ViewerMask],
    *,
    key: str,
    engine: str,
    shown_engine: str | None = None,
    file_stem: str,
    model_picture: bytes | None = None,
    slices: SliceState | None = None,
    measurable: bool = True,
) -> ViewerEvents:
    """Show a frame with masks over it.

    Args:
        frame: The picture; its ``rgb`` is shown as it is.
        masks: One per phrase, in order, at most :data:`MOST_MASKS`.
        key: Key of the viewer on the page; the user's settings are kept under it.
        engine: What the model is called, in English; shown in the reader's language, and written
            into every export as it is.
        shown_engine: What is shown instead where nothing can tell it in the reader's language.
        file_stem: First part of the names of downloaded files; made safe in the browser.
        model_picture: PNG of exactly what the model was sent, or None.
        slices: Where the frame is in a volume, or None.
        measurable: Offer the button "Measure", which gives ``ViewerEvents.levels``.

    Returns:
        What the user asked the server for in this run.

    Raises:
        PhraseError: There are more masks than the viewer can draw.
        ValueError: A mask is not uint8 of the frame's size.
    """
    check_masks(frame, masks)
    picture = picture_packet(frame)
    layers = [mask_packet(mask.probability, mask.sha256) for mask in masks]
    seen = None if model_picture is None else png_packet(model_picture)
    data: dict[str, Any] = {
        "key": key,
        **spoken(),
        "code": bundle.library_hash(),
        "engine": engine,
        "notice": NOTICE,
        "shown": {"engine": shown_engine or told(engine), "notice": told(NOTICE)},
        "program": NAME,
        "version": VERSION,
        "stem": file_stem,
        "image": describe_picture(frame),
        "masks": describe_masks(masks),
        "model": seen.key if seen else None,
        "slices": {**vars(slices), "name": told(slices.axis)} if slices else None,
        "measurable": measurable,
    }
    data["sent"] = time_of(key, data)
    # Carriers have no height and the container no gap: on the page there is only the viewer.
    with st.container(gap=None):
        result = _VIEWER(
            key=key,
            data=data,
            on_slice_change=_no_callback,
            on_levels_change=_no_callback,
            on_missing_change=_no_callback,
        )
        bring(key, [picture, *layers, *([seen] if seen else [])], result)
    return ViewerEvents(slice_index=_asked_slice(result), levels=_told_levels(result))


def wanted_slice(key: str) -> int | None:
    """The slice that the user has just asked for in the viewer with this key, or None.

    A page reads this before it draws, so that the slice is there in the same run.
    """
    state = st.session_state.get(key)
    return None if state is None else _asked_slice(state)


def wanted_levels(key: str) -> Levels | None:
    """Thresholds and overlap rule that the user has just asked to measure with, or None.

    A page reads this before it draws, so that every number of the same run uses them.
    """
    state = st.session_state.get(key)
    return None if state is None else _told_levels(state)


def _asked_slice(state: Mapping[str, Any]) -> int | None:
    event = state.get("slice")
    return int(event["index"]) if event else None


def _told_levels(state: Mapping[str, Any]) -> Levels | None:
    event = state.get("levels")
    if not event:
        return None
    thresholds = {
        str(phrase).casefold(): int(level) for phrase, level in event["thresholds"].items()
    }
    return Levels(thresholds, str(event["rule"]))


def spoken() -> dict[str, Any]:
    """The language, and the texts of the front end in it: part of every message to the browser."""
    return {"language": language(), "texts": dict(viewer_texts())}


def check_masks(frame: Frame, masks: Sequence[ViewerMask]) -> None:
    """Refuse masks that cannot be drawn over a frame.

    Raises:
        PhraseError: There are more than the viewer can draw.
        ValueError: One is not uint8 of the frame's size.
    """
    if len(masks) > MOST_MASKS:
        raise PhraseError(
            t("{count} phrases cannot be shown in one picture.", count=len(masks)),
            t("Look for at most {count} at a time.", count=MOST_MASKS),
        )
    for mask in masks:
        shape, dtype = mask.probability.shape, mask.probability.dtype
        if shape != (frame.height, frame.width) or dtype != "uint8":
            message = f"a mask of {shape} {dtype} is not uint8 {(frame.height, frame.width)}"
            raise ValueError(message)


def _no_callback() -> None:
    """Streamlit hands out only events that have a callback; this one has nothing to do."""
