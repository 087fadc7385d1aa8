"""The picture of an item, decoded and checked against the one that was put in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import StoreDamaged
from core.imaging import Window, open_upload

if TYPE_CHECKING:
    from core.imaging import Budget, Frame, Upload
    from core.review.values import Item


def picture_of(item: Item, data: bytes, budget: Budget) -> tuple[Upload, Frame]:
    """Open the file of an item and decode its frame.

    Args:
        item: Of a project.
        data: The bytes of its file.
        budget: The limits.

    Raises:
        StoreDamaged: It is shown otherwise than it was put in.
        ImageError: The file cannot be decoded.
    """
    choice = item.frame
    upload = open_upload(data, item.name, budget=budget)
    frame = upload.frame(
        choice.index,
        Window(*choice.window) if choice.window else None,
        choice.channel if upload.choices.channels else None,
        axis=choice.axis or upload.choices.axes[0].name,
        volume=choice.volume,
    )
    if frame.sha256 != item.frame_sha256:
        raise StoreDamaged(
            f"The picture of item {item.position + 1} is not the one that was put in.",
            "Use the version of the program that the project was made with, or restore it.",
        )
    return upload, frame
