"""Shapes and textures for drawing. Points are x, y in shares of the picture, 0..1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from scipy import interpolate

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Uint8 = npt.NDArray[np.uint8]
    Float32 = npt.NDArray[np.float32]
    Bool = npt.NDArray[np.bool_]

_SUBPIXEL_BITS = 4


@dataclass(frozen=True, eq=False)
class Phantom:
    """A drawn picture and what is where in it.

    Attributes:
        rgb: uint8 (H, W, 3), 0..255.
        truths: Phrase and mask, bool (H, W), of everything that can be checked.
    """

    rgb: Uint8
    truths: tuple[tuple[str, Bool], ...]

    def truth(self, phrase: str) -> Bool:
        """The mask of one phrase, bool (H, W).

        Raises:
            KeyError: Nothing of that name was drawn.
        """
        return dict(self.truths)[phrase]


def blob(points: Sequence[tuple[float, float]], side: int, *, smoothing: float = 0.0) -> Bool:
    """Fill a smooth closed curve through some points.

    Args:
        points: At least 4 corners, in order.
        side: Rows and columns of the picture.
        smoothing: How far the curve may leave the points, as scipy's ``splprep`` takes it.

    Returns:
        bool (side, side).
    """
    corners = np.array([*points, points[0]], dtype=np.float64) * side
    spline, _ = interpolate.splprep(corners.T, s=smoothing * side, per=True)
    curve = np.stack(interpolate.splev(np.linspace(0, 1, 400), spline), axis=1)
    return polygon(curve, side)


def polygon(corners: npt.NDArray[np.float64], side: int) -> Bool:
    """Fill a polygon of (N, 2) corners in pixels; returns bool (side, side)."""
    canvas = np.zeros((side, side), dtype=np.uint8)
    fixed = np.round(corners * 2**_SUBPIXEL_BITS).astype(np.int32)
    cv2.fillPoly(canvas, [fixed], 1, shift=_SUBPIXEL_BITS)
    return canvas.astype(bool)


def ellipse(
    centre: tuple[float, float], axes: tuple[float, float], side: int, *, degrees: float = 0.0
) -> Bool:
    """Fill an ellipse given by centre and half axes; returns bool (side, side)."""
    turn = np.deg2rad(degrees)
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    x, y = axes[0] * np.cos(angle), axes[1] * np.sin(angle)
    corners = np.stack(
        [
            centre[0] + x * np.cos(turn) - y * np.sin(turn),
            centre[1] + x * np.sin(turn) + y * np.cos(turn),
        ],
        axis=1,
    )
    return polygon(corners * side, side)


def stroke(points: Sequence[tuple[float, float]], width: float, side: int) -> Float32:
    """Draw a smooth open line; returns float32 (side, side), 0..1 with soft edges.

    Args:
        points: At least 3 points.
        width: Width as a share of the picture.
        side: Rows and columns of the picture.
    """
    spline, _ = interpolate.splprep(np.array(points, dtype=np.float64).T * side, s=0, k=2)
    curve = np.stack(interpolate.splev(np.linspace(0, 1, 120), spline), axis=1)
    canvas = np.zeros((side, side), dtype=np.uint8)
    fixed = np.round(curve * 2**_SUBPIXEL_BITS).astype(np.int32)
    thick = max(1, round(width * side))
    cv2.polylines(
        canvas, [fixed], isClosed=False, color=255, thickness=thick, shift=_SUBPIXEL_BITS
    )
    return blurred(canvas.astype(np.float32) / 255, 1.2)


def blurred(image: npt.NDArray[np.generic], sigma: float) -> Float32:
    """Gaussian blur as float32."""
    return np.asarray(cv2.GaussianBlur(image.astype(np.float32), (0, 0), sigma), dtype=np.float32)


def clouds(rng: np.random.Generator, side: int, coarsest: float, octaves: int = 4) -> Float32:
    """Smooth random texture: blurred noise of several sizes, each half as strong as the last.

    Args:
        rng: Where the noise comes from.
        side: Rows and columns.
        coarsest: Blur of the first octave in pixels; halves from octave to octave.
        octaves: How many.

    Returns:
        float32 (side, side), mean 0, standard deviation 1.
    """
    total = np.zeros((side, side), dtype=np.float32)
    for octave in range(octaves):
        sigma = coarsest / 2**octave
        layer = blurred(rng.standard_normal((side, side)), sigma)
        total += layer / max(float(layer.std()), 1e-9) / 2**octave
    return (total - total.mean()) / max(float(total.std()), 1e-9)


def to_rgb(grey: Float32) -> Uint8:
    """Grey levels 0..255 as uint8 (H, W, 3)."""
    level = np.clip(np.round(grey), 0, 255).astype(np.uint8)
    return np.repeat(level[:, :, None], 3, axis=2)
