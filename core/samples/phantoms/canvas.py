"""Shapes and textures for drawing. Points are x, y in shares of the picture, 0..1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from scipy import interpolate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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


def blob(points: Sequence[tuple[float, float]], side: int) -> Bool:
    """Fill a smooth closed curve through at least 4 points; returns bool (side, side)."""
    corners = np.array([*points, points[0]], dtype=np.float64) * side
    return polygon(_spline(corners, closed=True), side)


def _spline(points: npt.NDArray[np.float64], *, closed: bool) -> npt.NDArray[np.float64]:
    """A smooth curve through (N, 2) points, cubic when closed and quadratic when open."""
    curve: Any = interpolate.splprep(points.T, s=0, per=closed, k=3 if closed else 2)[0]
    steps = np.linspace(0, 1, 400 if closed else 80)
    return np.stack(interpolate.splev(steps, curve), axis=1)


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
    return polygon(ellipse_corners(centre, axes, degrees) * side, side)


def ellipse_corners(
    centre: tuple[float, float], axes: tuple[float, float], degrees: float
) -> npt.NDArray[np.float64]:
    """Points on an ellipse that is turned clockwise, (N, 2)."""
    turn = np.deg2rad(degrees)
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    x, y = axes[0] * np.cos(angle), axes[1] * np.sin(angle)
    across = centre[0] + x * np.cos(turn) - y * np.sin(turn)
    down = centre[1] + x * np.sin(turn) + y * np.cos(turn)
    return np.stack([across, down], axis=1)


def strokes(lines: Iterable[Sequence[tuple[float, float]]], width: float, side: int) -> Float32:
    """Draw smooth open lines.

    Args:
        lines: Each of at least 3 points.
        width: Width as a share of the picture.
        side: Rows and columns of the picture.

    Returns:
        float32 (side, side), 0..1 with soft edges; where lines cross they do not add up.
    """
    canvas = np.zeros((side, side), dtype=np.uint8)
    thick = max(1, round(width * side))
    for line in lines:
        curve = _spline(np.array(line, dtype=np.float64) * side, closed=False)
        fixed = np.round(curve * 2**_SUBPIXEL_BITS).astype(np.int32)
        cv2.polylines(canvas, [fixed], False, 255, thick, cv2.LINE_AA, _SUBPIXEL_BITS)  # noqa: FBT003 - OpenCV's positions
    return np.asarray(blurred(canvas, 1.2) / 255, dtype=np.float32)


def curved(
    start: tuple[float, float], angle: float, length: float, bend: float
) -> tuple[tuple[float, float], ...]:
    """Three points of a line that sets out at an angle and turns by ``bend``, both in radians."""
    half = 0.5 * length
    middle = (start[0] + half * np.cos(angle), start[1] + half * np.sin(angle))
    end = (middle[0] + half * np.cos(angle + bend), middle[1] + half * np.sin(angle + bend))
    return (start, middle, end)


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
    return np.asarray((total - total.mean()) / max(float(total.std()), 1e-9), dtype=np.float32)


def to_rgb(grey: Float32) -> Uint8:
    """Grey levels 0..255 as uint8 (H, W, 3)."""
    level = np.clip(np.round(grey), 0, 255).astype(np.uint8)
    return np.repeat(level[:, :, None], 3, axis=2)
