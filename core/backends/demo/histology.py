"""Nuclei and glands in sections stained with haematoxylin and eosin (or DAB).

Nuclei: haematoxylin by colour deconvolution (Ruifrok and Johnston, 2001, skimage.color.rgb2hed),
Otsu with a locally adapted part, and a watershed on the distance map to part what touches.
Glands: where nuclei lie dense, joined with the pale lumen they enclose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from core.backends.demo import shapes, soft
from core.backends.demo.classics import otsu, parted, stains

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.backends.demo.view import View

    Uint8 = npt.NDArray[np.uint8]
    Float32 = npt.NDArray[np.float32]
    Bool = npt.NDArray[np.bool_]

_REACH = 2.5
_GLAND_SIDE = 512
# Glands' epithelium has about twice the stain of what lies around it; in a field of scattered
# nuclei Otsu only splits denser from less dense. And glands do not fill a whole picture.
_LEAST_STAIN_RATIO, _LARGEST_GLANDS = 1.75, 0.9
# Share of a lumen's area that nuclei of debris may take.
_MOST_NUCLEI = 0.1


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
    return soft.from_mask(_separate(mask), _REACH)


def haematoxylin(rgb: Uint8) -> Float32:
    """How much haematoxylin there is, float32 (h, w), smoothed; 0 and up, no unit."""
    stain = stains(rgb)[..., 0]
    return np.asarray(cv2.GaussianBlur(stain, (0, 0), 2.0), dtype=np.float32)


def _limit(stain: Float32) -> Float32 | None:
    """Otsu, moved half-way towards the local mean, float32 (h, w); None when there is no stain."""
    low, high = np.percentile(stain, [1, 99])
    if high - low < 0.02:
        return None
    whole = otsu(np.clip(stain, low, high))
    local = cv2.blur(stain, (129, 129), borderType=cv2.BORDER_REFLECT)
    return np.asarray(0.5 * whole + 0.5 * np.maximum(whole, local), dtype=np.float32)


def _separate(mask: Bool) -> Bool:
    """Cut touching nuclei apart along the watershed lines of the distance map."""
    distance = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    if not mask.any():
        return mask
    typical = max(3.0, float(np.percentile(distance[mask], 90)))
    smooth = cv2.GaussianBlur(distance, (0, 0), typical / 4)
    return parted(mask, np.asarray(smooth, np.float32), round(typical), typical / 3)


def glands(view: View) -> Uint8:
    """Glandular structures; see :data:`core.backends.demo.view.Method`."""
    small = view.shrunk(view.rgb, _GLAND_SIDE)
    nuclear = haematoxylin(small)
    limit = _limit(nuclear)
    if limit is None:
        return soft.nothing(view.shape)
    # Epithelium takes up most of either stain: nuclei of haematoxylin, cells of DAB.
    separated = stains(small)
    stain = separated[..., 0] + separated[..., 2]
    unit = _GLAND_SIDE / 64
    epithelium = _above_otsu(stain, unit)
    if not _stands_out(stain, epithelium):
        return soft.nothing(view.shape)
    epithelium = shapes.without_small(shapes.closed(epithelium, unit / 2), round(8 * unit**2))
    lightness = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB)[..., 0], dtype=np.float32)
    pale = _above_otsu(lightness, unit / 2) & ~epithelium
    lumens = _lumens(pale, epithelium, nuclear > limit, unit)
    whole = shapes.closed(epithelium | lumens, unit)
    whole = shapes.without_small(shapes.opened(shapes.filled(whole), unit), round(16 * unit**2))
    if whole.mean() > _LARGEST_GLANDS:
        return soft.nothing(view.shape)
    return view.grown(soft.from_mask(whole, _REACH * 2))


def _above_otsu(image: Float32, blur: float) -> Bool:
    """The brighter class of a low-passed image."""
    smooth = cv2.GaussianBlur(image, (0, 0), blur)
    return np.asarray(smooth > otsu(smooth), dtype=np.bool_)


def _stands_out(stain: Float32, epithelium: Bool) -> bool:
    """Whether the dense class has clearly more stain than the rest of the picture."""
    if not epithelium.any() or epithelium.all():
        return False
    rest = max(1e-6, float(stain[~epithelium].mean()))
    return float(stain[epithelium].mean()) >= _LEAST_STAIN_RATIO * rest


def _lumens(pale: Bool, epithelium: Bool, nuclei: Bool, unit: float) -> Bool:
    """Wide pale areas with hardly a nucleus that epithelium surrounds for the most part.

    The frame's edge counts neither way. Stroma between glands is full of nuclei.
    """
    near = shapes.dilated(epithelium, unit)
    found = np.zeros(pale.shape, dtype=bool)
    for part in shapes.components(shapes.opened(pale, unit / 2), round(4 * unit**2)):
        whole = shapes.filled(shapes.closed(part, unit))
        rim = shapes.dilated(whole, 1) & ~whole
        enclosed = rim.any() and (rim & near).sum() >= 0.6 * rim.sum()
        if enclosed and nuclei[part].mean() < _MOST_NUCLEI:
            found |= whole
    return found
