"""Two results of one picture side by side, with linked zoom, a divider, and live numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from components.language import told
from components.viewer import ViewerMask, bundle, check_masks, spoken
from components.viewer.carriers import (
    bring,
    describe_masks,
    describe_picture,
    mask_packet,
    picture_packet,
    time_of,
)
from core.about import NAME, NOTICE
from core.analysis.levels import Levels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.viewer.carriers import Packet
    from core.imaging.model import Frame

__all__ = ["CompareLevels", "CompareSide", "comparison"]

_COMPARISON = st.components.v2.component(
    "workbench_comparison",
    html='<div class="medcompare"></div>',
    css=":host, .medcompare { display: block; min-height: 420px; }",
    js=bundle.mount_js(),
)


@dataclass(frozen=True, eq=False)
class CompareSide:
    """What one side shows.

    Attributes:
        frame: The picture.
        masks: One per phrase, in order; none while nothing has been run.
        engine: What the model is called, in English; shown over the picture in the reader's
            language, and written into every export as it is.
        title: What else tells this side from the other, such as the window, or ``""``; in English,
            for exports.
        note: What is said over the picture, such as that nothing has been run, or ``""``; in the
            reader's language.
        shown_engine: What is shown instead where nothing can tell it in the reader's language.
        shown_title: The title in the reader's language; None where it is the same.
    """

    frame: Frame
    masks: Sequence[ViewerMask]
    engine: str
    title: str = ""
    note: str = ""
    shown_engine: str | None = None
    shown_title: str | None = None


@dataclass(frozen=True)
class CompareLevels:
    """Thresholds on the screen when the user asked for the table.

    Attributes:
        a: Of side A.
        b: Of side B.
    """

    a: Levels
    b: Levels


def comparison(
    a: CompareSide,
    b: CompareSide,
    pairs: Sequence[tuple[int, int]],
    *,
    key: str,
    viewer_key: str,
    file_stem: str,
) -> CompareLevels | None:
    """Show two sides of one grid.

    Args:
        a: One side.
        b: The other; the size of its frame is that of ``a``.
        pairs: Which masks belong together, as positions on both sides.
        key: Key of the component on the page; the user's settings are kept under it.
        viewer_key: Key of the viewer whose thresholds new phrases start with.
        file_stem: First part of the names of downloaded files; made safe in the browser.

    Returns:
        The thresholds, when the user asked for the table in this run.

    Raises:
        PhraseError: There are more masks than can be drawn.
        ValueError: The sides are not of one size, or a mask is not uint8 of that size.
    """
    if a.frame.rgb.shape != b.frame.rgb.shape:
        message = f"sides of one size are needed, got {a.frame.rgb.shape} and {b.frame.rgb.shape}"
        raise ValueError(message)
    for side in (a, b):
        check_masks(side.frame, side.masks)
    data: dict[str, Any] = {
        "key": key,
        "mounts": "mountComparison",
        **spoken(),
        "code": bundle.library_hash(),
        "viewer": viewer_key,
        "notice": NOTICE,
        "program": NAME,
        "stem": file_stem,
        "a": _describe(a),
        "b": _describe(b),
        "pairs": [list(pair) for pair in pairs],
    }
    data["sent"] = time_of(key, data)
    # Carriers have no height and the container no gap: on the page there is only the comparison.
    with st.container(gap=None):
        result = _COMPARISON(
            key=key, data=data, on_levels_change=_no_callback, on_missing_change=_no_callback
        )
        bring(key, [*_packets(a), *_packets(b)], result)
    return _levels(result.get("levels"))


def _describe(side: CompareSide) -> dict[str, Any]:
    return {
        "image": describe_picture(side.frame),
        "masks": describe_masks(side.masks),
        "engine": side.engine,
        "title": side.title,
        "note": side.note,
        "shown": {
            "engine": side.shown_engine or told(side.engine),
            "title": side.title if side.shown_title is None else side.shown_title,
        },
    }


def _packets(side: CompareSide) -> list[Packet]:
    masks = [mask_packet(mask.probability, mask.sha256) for mask in side.masks]
    return [picture_packet(side.frame), *masks]


def _levels(event: Mapping[str, Any] | None) -> CompareLevels | None:
    """The event as values; a message that makes no sense raises as the levels do."""
    if not event:
        return None
    return CompareLevels(*(_side_levels(event[side]) for side in ("a", "b")))


def _side_levels(thresholds: Mapping[str, Any]) -> Levels:
    return Levels({phrase.casefold(): int(level) for phrase, level in thresholds.items()})


def _no_callback() -> None:
    """Streamlit hands out only events that have a callback; this one has nothing to do."""
