"""From results of the workbench to items of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.analysis.presence import judge_masks
from core.errors import InputError
from core.png import encode_png
from core.review.values import FrameChoice, NewItem, NewLabel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.analysis.presence import Level
    from core.imaging import Frame, Upload
    from core.review.values import Presence, Source
    from core.segmentation import Segmentation

_LEVELS: Mapping[Level, Presence] = {
    "no evidence": "none",
    "doubtful": "doubtful",
    "plausible": "plausible",
}


def shows(upload: Upload, frame: Frame) -> bool:
    """Whether a frame is one of this file, as far as decoding it again tells.

    Args:
        upload: The file.
        frame: Made earlier, from this file or another.
    """
    axes = {axis.name: axis.count for axis in upload.choices.axes}
    if frame.index >= axes.get(frame.axis, 0):
        return False
    try:
        again = upload.frame(frame.index, frame.window, axis=frame.axis, volume=frame.volume)
    except InputError:
        return False
    return again.sha256 == frame.sha256


def item_of(
    frame: Frame,
    labels: tuple[NewLabel, ...],
    *,
    name: str,
    data: bytes,
    source: Source,
    engine: str,
) -> NewItem:
    """An item for a frame with masks that are on its grid.

    Args:
        frame: What readers are shown.
        labels: Of the item.
        name: Of the file.
        data: The bytes of the file; where there are none of its own, as for a member of an
            archive, empty: the picture itself is kept as PNG, without spacing.
        source: ``"model"``, ``"file"`` or ``"empty"``.
        engine: What the model is called, or "".
    """
    spacing = frame.spacing_mm
    window = frame.window
    choice = FrameChoice(
        frame.index,
        frame.axis,
        frame.volume,
        window=(window.name, window.center, window.width) if window else None,
    )
    return NewItem(
        name=name,
        data=data or encode_png(frame.rgb),
        frame_sha256=frame.sha256,
        height=frame.height,
        width=frame.width,
        labels=labels,
        frame=choice if data else FrameChoice(),
        modality=frame.modality,
        spacing_mm=(spacing.row, spacing.column) if spacing else None,
        source=source,
        engine=engine,
    )


def item_of_result(result: Segmentation, *, name: str, data: bytes) -> NewItem:
    """An item for what a model has found, with the level of presence of each mask.

    Args:
        result: Of a run.
        name: Of the file.
        data: As in :func:`item_of`.
    """
    judged = judge_masks(result.frame, result.masks)
    labels = tuple(
        NewLabel(
            phrase=mask.phrase,
            probability=mask.probability,
            category=mask.category,
            presence=_LEVELS[one.presence.level],
            score=one.presence.score,
        )
        for mask, one in zip(result.masks, judged, strict=True)
    )
    return item_of(result.frame, labels, name=name, data=data, source="model", engine=result.engine)
