"""The picture of one way to ask: turned, mirrored, or with other grey levels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from core.geometry import SpacingMm
from core.imaging.model import Orientation, PlaneLayout, Window

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.analysis.stability import Tone, Variant
    from core.imaging.model import Frame, Upload

    Uint8 = npt.NDArray[np.uint8]


def varied(frame: Frame, variant: Variant, upload: Upload | None = None) -> Frame:
    """Make the frame that a variant asks about.

    Args:
        frame: The picture as it is.
        variant: What is changed.
        upload: The file that the frame is of; with it a grey-level window is applied to the
            file's own values. None changes the 8-bit picture.

    Raises:
        ImageError: The file cannot be decoded any more.
    """
    if variant.tone is not None:
        return _toned(frame, variant.tone, upload)
    return turned(frame, variant.turn) if variant.turn != PlaneLayout() else frame


def turned(frame: Frame, turn: PlaneLayout) -> Frame:
    """Turn or mirror a frame before it is letterboxed: values, picture, spacing and letters.

    ``turn.to_file`` brings a mask of the turned frame back, to the pixel.
    """
    rgb = np.ascontiguousarray(turn.to_display(frame.rgb), dtype=np.uint8)
    spacing, letters = frame.spacing_mm, frame.orientation
    return replace(
        frame,
        values=np.ascontiguousarray(turn.to_display(frame.values)),
        rgb=rgb,
        spacing_mm=_turned_spacing(spacing, turn) if spacing else None,
        orientation=_turned_letters(letters, turn) if letters else None,
        layout=_followed_by(frame.layout, turn),
    )


def _turned_spacing(spacing: SpacingMm, turn: PlaneLayout) -> SpacingMm:
    return SpacingMm(spacing.column, spacing.row) if turn.transposed else spacing


def _turned_letters(letters: Orientation, turn: PlaneLayout) -> Orientation:
    left, right, top, bottom = letters.left, letters.right, letters.top, letters.bottom
    if turn.transposed:
        left, right, top, bottom = top, bottom, left, right
    if turn.flip_rows:
        top, bottom = bottom, top
    if turn.flip_columns:
        left, right = right, left
    return Orientation(left, right, top, bottom)


def _followed_by(first: PlaneLayout, then: PlaneLayout) -> PlaneLayout:
    """One layout for two in a row. A transposition makes flipped rows flipped columns."""
    rows, columns = first.flip_rows, first.flip_columns
    if then.transposed:
        rows, columns = columns, rows
    return PlaneLayout(
        first.transposed != then.transposed, rows != then.flip_rows, columns != then.flip_columns
    )


def _toned(frame: Frame, tone: Tone, upload: Upload | None) -> Frame:
    """The window moved, where the file's values can be shown through one; else other levels."""
    window = frame.window
    if upload is not None and window is not None:
        shown = _through(frame, upload, window)
        # A table or a curve of the file's own, or a chosen channel, has no centre to move.
        if np.array_equal(shown.rgb, frame.rgb):
            center = window.center + tone.shift * window.width
            return _through(
                frame, upload, replace(window, center=center, width=window.width * tone.stretch)
            )
    return replace(frame, rgb=_levels(tone)[frame.rgb])


def _through(frame: Frame, upload: Upload, window: Window) -> Frame:
    """Decode the same plane through a window, by its numbers and not by its name in the file."""
    own = replace(window, name="changed")
    return upload.frame(frame.index, own, axis=frame.axis, volume=frame.volume)


def _levels(tone: Tone) -> Uint8:
    """What becomes of each of the 256 levels; black and white stay what they are.

    A gamma, then an S-shaped curve through black, middle grey and white whose slope at the middle
    is the inverse of the stretch.
    """
    share = (np.arange(256) / 255.0) ** tone.gamma
    steeper = 1.0 / tone.stretch - 1.0
    curved = share - steeper * np.sin(2 * np.pi * share) / (2 * np.pi)
    return np.rint(curved * 255.0).astype(np.uint8)
