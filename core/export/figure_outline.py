"""The border of a mask as curves, so that it stays sharp at any size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Points = npt.NDArray[np.float64]
    Codes = npt.NDArray[np.uint8]


def outline_of(
    probability: npt.NDArray[np.uint8], mask: npt.NDArray[np.bool_], level: int
) -> tuple[Points, Codes] | None:
    """Follow the border of a mask with marching squares.

    The border lies between the pixels, half a level below the threshold, so every centre of a
    pixel of the mask is inside and every other is outside. Holes run the other way round.

    Args:
        probability: uint8 (H, W), 0..255.
        mask: bool (H, W): the pixels to draw; not all that reach the threshold have to be in it.
        level: Threshold of the mask, 0..255.

    Returns:
        Points, float64 (N, 2), as x and y in pixels where the top left corner of the picture is
        (0, 0); and for each point 1 (start), 2 (line) or 79 (closes), as Matplotlib has it.
        None for an empty mask.
    """
    from contourpy import contour_generator  # noqa: PLC0415 - needed here only

    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return None
    top, left = max(0, rows[0] - 1), max(0, columns[0] - 1)
    box = (slice(top, rows[-1] + 2), slice(left, columns[-1] + 2))
    inside, soft = mask[box], probability[box].astype(np.int16)
    field = np.where(inside, np.maximum(soft, level), np.minimum(soft, level - 1))
    # One more pixel all round, outside of any mask, closes what touches the edge of the picture;
    # mirrored about the threshold, so that the border lies on the edge itself.
    padded = np.pad(field, 1, mode="edge")
    ring = np.ones(padded.shape, dtype=np.bool_)
    ring[1:-1, 1:-1] = False
    padded[ring] = np.minimum(2 * level - 1 - padded[ring], level - 1)
    generator = contour_generator(z=padded, name="serial", fill_type="OuterCode")
    polygons, codes, *_ = generator.filled(level - 0.5, 256.0)
    points = np.concatenate([np.asarray(polygon, np.float64) for polygon in polygons])
    # From the padded box to the picture, whose pixel centres lie at halves.
    points += np.array([left, top]) - 0.5
    return points, np.concatenate([np.asarray(part, np.uint8) for part in codes])
