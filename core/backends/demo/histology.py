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
# Darker than this in every channel, and touching the edge, is no tissue.
_DARKEST_TISSUE = 30
# Glands' epithelium has more than twice the stain of what lies around it; in a field of scattered
# nuclei Otsu only splits denser from less dense. And glands do not fill the picture.
_LEAST_STAIN_RATIO, _LARGEST_GLANDS = 2.1, 0.75
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


def _slide(rgb: Uint8) -> Bool:
    """All but black corners and bars."""
    outside = shapes.touching_edge(rgb.max(axis=2) < _DARKEST_TISSUE)
    return ~shapes.dilated(outside, 3) if outside.any() else ~outside


def _stains(rgb: Uint8) -> Float32:
    """Haematoxylin, eosin and DAB, float32 (h, w, 3); hardly any outside the tissue.

    Light is measured against the brightest hundredth of the slide, so that a dim lamp does not
    count as stain.
    """
    inside = _slide(rgb)
    if not inside.any():
        return np.zeros(rgb.shape, dtype=np.float32)
    white = np.maximum(np.percentile(rgb[inside], 99, axis=0), 1)
    through = np.clip(rgb / white, 0.06, 1).astype(np.float32)
    found = stains(through)
    found[~inside] = np.percentile(found[inside], 10, axis=0)
    return found


def haematoxylin(rgb: Uint8) -> Float32:
    """How much haematoxylin there is, float32 (h, w), smoothed; 0 and up, no unit."""
    return np.asarray(cv2.GaussianBlur(_stains(rgb)[..., 0], (0, 0), 2.0), dtype=np.float32)


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
    if not mask.any() or mask.all():
        return mask
    distance = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
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
    stain = _epithelial_stain(small)
    unit = _GLAND_SIDE / 64
    epithelium = _above_otsu(stain, unit)
    if not _stands_out(stain, epithelium):
        return soft.nothing(view.shape)
    epithelium = shapes.without_small(shapes.closed(epithelium, unit / 2), round(8 * unit**2))
    lightness = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB)[..., 0], dtype=np.float32)
    slide = _slide(small)
    lightness[~slide] = np.median(lightness[slide])
    pale = _above_otsu(lightness, unit / 2) & slide & ~epithelium
    lumens = _lumens(pale, epithelium, nuclear > limit, unit)
    whole = shapes.closed(epithelium | lumens, unit)
    # A large hole that is no lumen is stroma between glands.
    holes = shapes.filled(whole) & ~whole
    whole |= holes & ~shapes.without_small(holes, round(32 * unit**2))
    whole = shapes.without_small(shapes.opened(whole, unit), round(16 * unit**2))
    if whole.mean() > _LARGEST_GLANDS:
        return soft.nothing(view.shape)
    return view.grown(soft.from_mask(whole, _REACH * 2))


def _epithelial_stain(rgb: Uint8) -> Float32:
    """What epithelium takes up: haematoxylin, and DAB where the section is brown and blue."""
    found = _stains(rgb)
    brown = float(np.median(rgb[..., 1])) > float(np.median(rgb[..., 2]))
    return found[..., 0] + found[..., 2] if brown else found[..., 0]


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
