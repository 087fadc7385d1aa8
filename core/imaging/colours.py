"""What colours need on their way to RGB: transparency, ink, and turning upright."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Values = npt.NDArray[Any]


BLACKED = "transparent pixels shown black"
"""The step that is said where transparency was composited."""


def over_black(
    colours: npt.NDArray[Any], alpha: npt.NDArray[Any]
) -> tuple[Values, tuple[str, ...]]:
    """Composite over black, so that a colour under full transparency is never seen.

    Args:
        colours: unsigned integer (H, W) or (H, W, C).
        alpha: (H, W) of the same dtype; its largest value is opaque.

    Returns:
        The shape and dtype of ``colours``, and the step in words unless all of it is opaque.
    """
    top = np.iinfo(colours.dtype).max
    if (alpha == top).all():
        return colours, ()
    wide = np.uint32 if colours.dtype.itemsize < 4 else np.float64
    mixed: Values = colours.astype(wide)
    mixed *= alpha if colours.ndim == 2 else alpha[:, :, None]
    mixed += top // 2
    mixed //= top
    return mixed.astype(colours.dtype), (BLACKED,)


def upright(values: Values, orientation: object) -> Values:
    """Undo an EXIF or TIFF orientation (1 to 8); anything else leaves the values as they are."""
    turns = {
        2: lambda v: v[:, ::-1],
        3: lambda v: v[::-1, ::-1],
        4: lambda v: v[::-1],
        5: lambda v: v.swapaxes(0, 1),
        6: lambda v: v.swapaxes(0, 1)[:, ::-1],
        7: lambda v: v[::-1, ::-1].swapaxes(0, 1),
        8: lambda v: v.swapaxes(0, 1)[::-1],
    }
    turn = turns.get(orientation) if isinstance(orientation, int) else None
    return turn(values) if turn else values


def rgb_from_cmyk(inks: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Ink coverages 0..255 (H, W, 4) as RGB (H, W, 3), without a colour profile."""
    paper = 255 - inks.astype(np.uint16)
    return ((paper[:, :, :3] * paper[:, :, 3:] + 127) // 255).astype(np.uint8)
