"""Nuclei and glands in sections stained with haematoxylin and eosin (or DAB).

Nuclei: haematoxylin by colour deconvolution (Ruifrok and Johnston, 2001, skimage.color.rgb2hed),
Otsu with a locally adapted part, and a watershed on the distance map to part what touches.
Glands: where nuclei lie dense, joined with the pale lumen they enclose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from skimage.color import rgb2hed
from skimage.feature import peak_local_max
from skimage.filters import threshold_otsu
from skimage.segmentation import watershed

from core.backends.demo import shapes, soft

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.backends.demo.view import View

    Uint8 = npt.NDArray[np.uint8]
    Float32 = npt.NDArray[np.float32]
    Bool = npt.NDArray[np.bool_]

_REACH = 2.5
_GLAND_SIDE = 512


def nuclei(view: View) -> Uint8:
    """All nuclei, parted by a dark line; see :data:`core.backends.demo.view.Method`."""
    stain = haematoxylin(view.rgb)
    limit = _limit(stain)
    if limit is None:
        return soft.nothing(view.shape)
    scale = max(view.shape) / 1024
    seeds = stain > limit
    mask = shapes.filled(shapes.opened(seeds, 2 * scale))
    mask = shapes.without_small(mask, max(12, round(60 * scale**2)))
    return soft.from_mask(_parted(mask), _REACH)


def haematoxylin(rgb: Uint8) -> Float32:
    """How much haematoxylin there is, float32 (h, w), smoothed; 0 and up, no unit."""
    stain = rgb2hed(rgb)[..., 0].astype(np.float32)
    return np.asarray(cv2.GaussianBlur(stain, (0, 0), 2.0), dtype=np.float32)


def _limit(stain: Float32) -> Float32 | None:
    """Otsu, moved half-way towards the local mean, float32 (h, w); None when there is no stain."""
    low, high = np.percentile(stain, [1, 99])
    if high - low < 0.02:
        return None
    otsu = float(threshold_otsu(np.clip(stain, low, high)))
    local = cv2.blur(stain, (129, 129), borderType=cv2.BORDER_REFLECT)
    return np.asarray(0.5 * otsu + 0.5 * np.maximum(otsu, local), dtype=np.float32)


def _parted(mask: Bool) -> Bool:
    """Cut touching nuclei apart along the watershed lines of the distance map."""
    distance = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    if not mask.any():
        return mask
    typical = max(3.0, float(np.percentile(distance[mask], 90)))
    smooth = cv2.GaussianBlur(distance, (0, 0), typical / 4)
    peaks = peak_local_max(
        smooth, min_distance=round(typical), threshold_abs=typical / 3, labels=mask.astype(int)
    )
    markers = np.zeros(mask.shape, dtype=np.int32)
    markers[tuple(peaks.T)] = np.arange(1, len(peaks) + 1)
    labels = watershed(-smooth, markers, mask=mask, watershed_line=True)
    lines = mask & (labels == 0) & (cv2.dilate(labels.astype(np.float32), shapes.disk(1)) > 0)
    return np.asarray(mask & ~lines, dtype=bool)


def glands(view: View) -> Uint8:
    """Glandular structures; see :data:`core.backends.demo.view.Method`."""
    small = view.shrunk(view.rgb, _GLAND_SIDE)
    stain = haematoxylin(small)
    if _limit(stain) is None:
        return soft.nothing(view.shape)
    unit = _GLAND_SIDE / 64
    epithelium = _above_otsu(stain, unit)
    epithelium = shapes.without_small(shapes.closed(epithelium, unit / 2), round(8 * unit**2))
    lightness = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB)[..., 0], dtype=np.float32)
    lumens = _lumens(_above_otsu(lightness, unit / 2) & ~epithelium, epithelium, unit)
    whole = shapes.closed(epithelium | lumens, unit)
    whole = shapes.without_small(shapes.opened(shapes.filled(whole), unit), round(16 * unit**2))
    return view.grown(soft.from_mask(whole, _REACH * 2))


def _above_otsu(image: Float32, blur: float) -> Bool:
    """The brighter class of a low-passed image."""
    smooth = cv2.GaussianBlur(image, (0, 0), blur)
    return np.asarray(smooth > float(threshold_otsu(smooth)), dtype=bool)


def _lumens(pale: Bool, epithelium: Bool, unit: float) -> Bool:
    """Wide pale areas that epithelium surrounds for the most part; the frame's edge is neutral."""
    near = shapes.dilated(epithelium, unit)
    found = np.zeros(pale.shape, dtype=bool)
    for part in shapes.components(shapes.opened(pale, unit / 2), round(4 * unit**2)):
        whole = shapes.filled(shapes.closed(part, unit))
        rim = shapes.dilated(whole, 1) & ~whole
        if rim.any() and (rim & near).sum() >= 0.6 * rim.sum():
            found |= whole
    return found
