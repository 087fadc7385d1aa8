"""Optic disc, optic cup and retinal vessels in a fundus photo.

Vessels: dark ridges of the green channel, by the eigenvalues of the Hessian at several scales (as
in Frangi et al., 1998), with hysteresis. Disc: the circle that is brightest against its
surroundings where vessels meet, its outline then snapped to the strongest edge nearby. Cup: the
brightest part of the disc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from scipy import ndimage

from core.backends.demo import shapes, soft
from core.backends.demo.classics import hysteresis, otsu
from core.backends.demo.contour import snapped

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.backends.demo.view import View

    Uint8 = npt.NDArray[np.uint8]
    Float32 = npt.NDArray[np.float32]
    Bool = npt.NDArray[np.bool_]

_WORK_SIDE = 512
_REACH = 4.0
_CLIPPED = 245
# A smaller lit field, in pixels of the working size, is no fundus.
_LEAST_DIAMETER = 128
# Disc and cup together are the brightest hundredth or two of the field.
_CAP = 98
# Vessel half-widths as shares of the fundus diameter, from thin branches to the main arcades.
_VESSEL_SIGMAS = (0.0025, 0.004, 0.006)
# The disc's diameter is about a seventh of a 45 degree field and more of a narrower one.
_DISC_RADII = (0.05, 0.065, 0.08, 0.1)


def retina(rgb: Uint8) -> Bool:
    """The lit field: all but black, without its rim."""
    red = rgb[..., 0]
    lit = red > max(12.0, 0.15 * float(np.percentile(red, 95)))
    return shapes.filled(shapes.largest(shapes.opened(lit, 3)))


def vessels(view: View) -> Uint8:
    """Retinal vessels; see :data:`core.backends.demo.view.Method`."""
    small = view.shrunk(view.rgb, 2 * _WORK_SIDE)
    field = retina(small)
    if _diameter(field) < 2 * _LEAST_DIAMETER:
        return soft.nothing(view.shape)
    ridges = _ridges(small, field, _diameter(field))
    inner = shapes.eroded(np.pad(field, 1), 8)[1:-1, 1:-1]
    if not inner.any():
        return soft.nothing(view.shape)
    high, low = np.percentile(ridges[inner], [93, 88])
    found = hysteresis(np.where(inner, ridges, np.float32(0)), low, high)
    found = shapes.without_small(found, 150)
    return view.grown(soft.from_mask(found, 1.5))


def optic_disc(view: View) -> Uint8:
    """The optic disc; see :data:`core.backends.demo.view.Method`."""
    disc, _ = _disc(view.shrunk(view.rgb, _WORK_SIDE))
    return view.grown(soft.from_mask(disc, _REACH))


def optic_cup(view: View) -> Uint8:
    """The pale middle of the optic disc; see :data:`core.backends.demo.view.Method`."""
    disc, light = _disc(view.shrunk(view.rgb, _WORK_SIDE))
    if not disc.any():
        return soft.nothing(view.shape)
    radius = float(np.sqrt(disc.sum() / np.pi))
    smooth = cv2.GaussianBlur(light, (0, 0), radius / 8)
    pale = disc & (smooth > otsu(smooth[disc]))
    pale = shapes.largest(shapes.opened(pale, radius / 6))
    return view.grown(soft.from_mask(shapes.closed(pale, radius / 3), _REACH))


def _disc(rgb: Uint8) -> tuple[Bool, Float32]:
    """The disc, bool (h', w'), and the green lightness, float32 (h', w'), about 0.5 on average."""
    field = retina(rgb)
    diameter = _diameter(field)
    if diameter < _LEAST_DIAMETER:
        return np.zeros(field.shape, dtype=bool), np.zeros(field.shape, dtype=np.float32)
    red, green = (_lightness(rgb[..., channel], field, diameter) for channel in (0, 1))
    lines = _ridges(rgb, field, diameter)
    strength = lines / max(float(np.percentile(lines[field], 99)), 1e-6)
    crossing = cv2.GaussianBlur(np.minimum(strength, 1), (0, 0), diameter / 12)
    spot = _brightest_spot(green, crossing * field, diameter)
    disc = np.zeros(field.shape, dtype=bool)
    if spot is None:
        return disc, green
    rows, columns = np.ogrid[: field.shape[0], : field.shape[1]]
    near = (rows - spot[0]) ** 2 + (columns - spot[1]) ** 2 <= (0.15 * diameter) ** 2
    # In red the whole disc is even and the cup does not show, unless the camera clipped the red.
    clipped = float(np.median(rgb[..., 0][near & field])) >= _CLIPPED
    capped = np.minimum(green, np.float32(np.percentile(green[field], _CAP)))
    light = capped if clipped else red
    row, column, radius = _best_circle(light, spot, diameter)
    disc = np.asarray((rows - row) ** 2 + (columns - column) ** 2 <= radius**2)
    wide = max(2, round(0.2 * radius))
    disc = snapped(disc, 1 - light, inwards=wide, outwards=wide)
    return np.asarray(shapes.opened(disc, 0.5 * radius) & field, dtype=bool), green


def _lightness(channel: Uint8, field: Bool, diameter: float) -> Float32:
    """A channel without vessels (grey-level closing wider than they are) and slow shading."""
    closed = cv2.morphologyEx(channel, cv2.MORPH_CLOSE, shapes.disk(diameter / 40))
    flat = _flattened(np.asarray(closed, dtype=np.float32), field, diameter / 5) / 2
    return np.asarray(cv2.GaussianBlur(flat, (0, 0), diameter / 200), dtype=np.float32)


def _brightest_spot(light: Float32, weight: Float32, diameter: float) -> tuple[int, int] | None:
    """Row and column where a disc is brightest against its surround, times a weight 0..1."""
    best, spot = 0.0, None
    for share in _DISC_RADII:
        reach = share * diameter
        inside = cv2.filter2D(light, -1, _ring(0, reach), borderType=cv2.BORDER_REPLICATE)
        surround = _ring(1.2 * reach, 1.7 * reach)
        around = cv2.filter2D(light, -1, surround, borderType=cv2.BORDER_REPLICATE)
        match = (inside - around) * weight
        at = int(match.argmax())
        if match.flat[at] > best:
            best, spot = float(match.flat[at]), (at // light.shape[1], at % light.shape[1])
    return spot


def _best_circle(
    light: Float32, spot: tuple[int, int], diameter: float
) -> tuple[float, float, float]:
    """Row, column and radius of the circle near a spot with the most edge all the way round.

    Edges are clipped before they are averaged, so that a weak but complete rim (the disc) beats a
    strong but partial one (the cup).
    """
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    shifts = np.linspace(-0.06, 0.06, 13) * diameter
    radii = np.linspace(0.045, 0.11, 14) * diameter
    shift_y, shift_x, radius, angle = np.meshgrid(shifts, shifts, radii, angles, indexing="ij")
    step = 0.012 * diameter

    def sampled(away: float) -> npt.NDArray[np.float64]:
        rows = spot[0] + shift_y + (radius + away) * np.sin(angle)
        columns = spot[1] + shift_x + (radius + away) * np.cos(angle)
        return np.asarray(ndimage.map_coordinates(light, [rows, columns], order=1, mode="nearest"))

    edge = sampled(-step) - sampled(step)
    score = np.clip(edge, 0, max(float(np.percentile(edge, 90)), 1e-6)).mean(axis=3)
    y, x, r = np.unravel_index(int(score.argmax()), score.shape)
    return spot[0] + float(shifts[y]), spot[1] + float(shifts[x]), float(radii[r])


def _ring(inner: float, outer: float) -> Float32:
    """A kernel that averages over the pixels between two radii."""
    reach = int(np.ceil(outer))
    rows, columns = np.ogrid[-reach : reach + 1, -reach : reach + 1]
    away = rows**2 + columns**2
    kernel = ((away >= inner**2) & (away <= outer**2)).astype(np.float32)
    return np.asarray(kernel / kernel.sum(), dtype=np.float32)


def _diameter(field: Bool) -> float:
    """Diameter of the circle with the field's area, in pixels."""
    return max(1.0, float(np.sqrt(4 * field.sum() / np.pi)))


def _ridges(rgb: Uint8, field: Bool, diameter: float) -> Float32:
    """Dark-line strength float32 (h, w): the larger Hessian eigenvalue over the scales."""
    green = rgb[..., 1].astype(np.float32)
    flat = _flattened(green, field, diameter / 20)
    best = np.zeros(green.shape, dtype=np.float32)
    for share in _VESSEL_SIGMAS:
        sigma = max(0.8, share * diameter)
        smooth = cv2.GaussianBlur(flat, (0, 0), sigma)
        xx = cv2.Sobel(smooth, cv2.CV_32F, 2, 0, ksize=3)
        yy = cv2.Sobel(smooth, cv2.CV_32F, 0, 2, ksize=3)
        xy = cv2.Sobel(smooth, cv2.CV_32F, 1, 1, ksize=3)
        half = np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
        large, small = (xx + yy) / 2 + half, (xx + yy) / 2 - half
        line = np.maximum(large - np.maximum(np.abs(small), 0), 0) * sigma**1.5
        best = np.maximum(best, line)
    return best


def _flattened(image: Float32, field: Bool, sigma: float) -> Float32:
    """Divide out slow changes of brightness; outside the field the local mean stands in."""
    weight = field.astype(np.float32)
    total = cv2.GaussianBlur(image * weight, (0, 0), sigma)
    mean = total / np.maximum(cv2.GaussianBlur(weight, (0, 0), sigma), 1e-3)
    return np.asarray(np.where(field, image / np.maximum(mean, 1), 1), dtype=np.float32)
