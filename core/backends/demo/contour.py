"""Move a closed outline to the strongest edge nearby: an active contour by dynamic programming.

The outline is sampled along its normals; of all closed paths that move by at most one step
between neighbouring normals the one with the largest summed edge strength wins (the classic
dynamic-programming snake of Amini, Weymouth and Jain, 1990, with the search along normals only).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from scipy import ndimage

if TYPE_CHECKING:
    import numpy.typing as npt

    Float32 = npt.NDArray[np.float32]
    Float64 = npt.NDArray[np.float64]
    Bool = npt.NDArray[np.bool_]

_NORMALS = 128
_SUBPIXEL_BITS = 4


def snapped(
    mask: Bool, image: Float32, *, inwards: int, outwards: int, stiffness: float = 0.03
) -> Bool:
    """Snap the outline of a dark region to where the image brightens most on the way out.

    Args:
        mask: bool (h, w), one connected region; holes are ignored.
        image: float32 (h, w), 0..1.
        inwards: How far the outline may move in, in pixels.
        outwards: How far it may move out, in pixels.
        stiffness: Cost of one step sideways between neighbouring normals, in units of the image.

    Returns:
        bool (h, w), the region inside the moved outline.
    """
    points = _outline(mask)
    if len(points) < 16:
        return mask
    normals = _normals(points)
    offsets = np.arange(-inwards, outwards + 1)
    cost = -_edge_strength(image, points, normals, offsets)
    path = _closed_path(cost, stiffness)
    shift = ndimage.gaussian_filter1d(offsets[path].astype(np.float64), 1.5, mode="wrap")
    moved = points + shift[:, None] * normals
    result = np.zeros(mask.shape, dtype=np.uint8)
    corners = np.round(moved * 2**_SUBPIXEL_BITS).astype(np.int32)
    cv2.fillPoly(result, [corners], 1, shift=_SUBPIXEL_BITS)
    return np.asarray(result, dtype=bool)


def _outline(mask: Bool) -> Float64:
    """The outer outline as (N, 2) points x, y at equal distances, lightly smoothed."""
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not found:
        return np.zeros((0, 2))
    ring = max(found, key=len)[:, 0, :].astype(np.float64)
    ring = np.vstack([ring, ring[:1]])
    walked = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(ring, axis=0).T))])
    stops = np.linspace(0, walked[-1], _NORMALS, endpoint=False)
    even = np.stack([np.interp(stops, walked, ring[:, axis]) for axis in (0, 1)], axis=1)
    return np.asarray(ndimage.gaussian_filter1d(even, 1, axis=0, mode="wrap"), dtype=np.float64)


def _normals(points: Float64) -> Float64:
    """Outward unit normals (N, 2) of a closed outline."""
    tangent = np.roll(points, -2, axis=0) - np.roll(points, 2, axis=0)
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)
    normal /= np.maximum(np.hypot(normal[:, 0], normal[:, 1]), 1e-6)[:, None]
    following = np.roll(points, -1, axis=0)
    area = np.sum(points[:, 0] * following[:, 1] - following[:, 0] * points[:, 1])
    return normal if area >= 0 else -normal


def _edge_strength(
    image: Float32, points: Float64, normals: Float64, offsets: npt.NDArray[np.int_]
) -> Float64:
    """Brightening along each normal at each offset (N, K), at two scales."""
    smooth = cv2.GaussianBlur(image, (0, 0), 1.0)
    places = points[:, None, :] + offsets[None, :, None] * normals[:, None, :]

    def sampled(ahead: float) -> Float64:
        at = places + ahead * normals[:, None, :]
        values = ndimage.map_coordinates(
            smooth, [at[..., 1], at[..., 0]], order=1, mode="nearest", output=np.float64
        )
        return np.asarray(values)

    return (sampled(2) - sampled(-2)) + 0.5 * (sampled(4) - sampled(-4))


def _closed_path(cost: Float64, stiffness: float) -> npt.NDArray[np.int_]:
    """The cheapest way round, one column per row of ``cost`` (N, K).

    The ring is walked three times and the middle turn is kept, so that the seam does not show.
    """
    rounds = np.vstack([cost, cost, cost])
    count = len(cost)
    columns = np.arange(cost.shape[1])
    total = rounds[0].copy()
    came_from = np.zeros(rounds.shape, dtype=np.int_)
    for row in range(1, len(rounds)):
        left = np.concatenate([[np.inf], total[:-1]]) + stiffness
        right = np.concatenate([total[1:], [np.inf]]) + stiffness
        choices = np.stack([left, total, right])
        step = choices.argmin(axis=0)
        came_from[row] = columns + step - 1
        total = choices.min(axis=0) + rounds[row]
    column = int(total.argmin())
    path = [column]
    for row in range(len(rounds) - 1, 0, -1):
        column = int(came_from[row, column])
        path.append(column)
    return np.array(path[::-1][count : 2 * count])
