"""A pigmented lesion in a photo of skin.

Hairs are closed away, then Otsu splits the lightness L of CIELAB inside the lit area (a dark
dermoscope rim does not count). The winner is the largest dark part near the middle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from scipy import ndimage

from core.backends.demo import shapes, soft
from core.backends.demo.classics import otsu

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.backends.demo.view import View

    Uint8 = npt.NDArray[np.uint8]
    Float32 = npt.NDArray[np.float32]
    Bool = npt.NDArray[np.bool_]

_WORK_SIDE = 512
_SMALLEST, _LARGEST = 0.002, 0.75
# Difference of mean L between skin and lesion, on OpenCV's 0..255 scale, under which Otsu only
# splits shading.
_LEAST_CONTRAST = 18.0
_REACH = 6.0


def lesion(view: View) -> Uint8:
    """The dark lesion; see :data:`core.backends.demo.view.Method`."""
    small = view.shrunk(view.rgb, _WORK_SIDE)
    lightness = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB)[..., 0], dtype=np.uint8)
    lightness = _without_hair(lightness)
    lit = _lit_area(lightness)
    values = lightness[lit]
    if values.size == 0 or np.ptp(values) < _LEAST_CONTRAST:
        return soft.nothing(view.shape)
    limit = otsu(values)
    found = _chosen((lightness <= limit) & lit, lit)
    surround = lit & ~shapes.dilated(found, 8)
    if not found.any() or not surround.any():
        return soft.nothing(view.shape)
    inside, outside = float(lightness[found].mean()), float(lightness[surround].mean())
    if outside - inside < _LEAST_CONTRAST:
        return soft.nothing(view.shape)
    return view.grown(soft.from_mask(found, _REACH))


def _without_hair(lightness: Uint8) -> Uint8:
    """Close thin dark lines (grey-level closing), then smooth."""
    longest = max(lightness.shape)
    bridged = cv2.morphologyEx(lightness, cv2.MORPH_CLOSE, shapes.disk(longest / 128))
    return np.asarray(cv2.GaussianBlur(bridged, (0, 0), longest / 200), dtype=np.uint8)


def _lit_area(lightness: Uint8) -> Bool:
    """All but the nearly black corners and rims that touch the frame's edge."""
    black = shapes.touching_edge(lightness < 45)
    if shapes.edge_share(black) < 0.05:
        return np.ones(lightness.shape, dtype=bool)
    return ~shapes.dilated(black, max(lightness.shape) / 50)


def _chosen(dark: Bool, lit: Bool) -> Bool:
    """The part with the best mix of size, compactness and nearness to the middle."""
    height, width = dark.shape
    best, best_score = np.zeros(dark.shape, dtype=bool), 0.0
    rim = shapes.dilated(~lit, 2) | ~lit
    for part in shapes.components(shapes.opened(dark, 3), int(_SMALLEST * dark.size))[:8]:
        whole = shapes.filled(shapes.closed(part, 6))
        if whole.mean() > _LARGEST:
            continue
        y, x = ndimage.center_of_mass(whole)
        away = np.hypot(x / width - 0.5, y / height - 0.5)
        at_rim = shapes.edge_share(whole) + float((whole & rim).sum()) / max(1, whole.sum())
        score = whole.mean() ** 0.5 * shapes.solidity(whole) * np.exp(-((away / 0.4) ** 2))
        score = float(score) * (1 - min(1.0, at_rim))
        if score > best_score:
            best, best_score = whole, score
    return best
