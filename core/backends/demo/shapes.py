"""Plain mask work that several methods share. Masks are bool (h, w), radii are pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from scipy import ndimage

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Uint8 = npt.NDArray[np.uint8]
    Float32 = npt.NDArray[np.float32]
    Bool = npt.NDArray[np.bool_]


# Regions looked at per threshold: anatomy is among the largest, texture has hundreds.
_MOST_REGIONS = 8


def disk(radius: float) -> Uint8:
    """A filled circle as structuring element, radius at least 1."""
    whole = max(1, round(radius))
    shape = (2 * whole + 1, 2 * whole + 1)
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, shape), dtype=np.uint8)


def opened(mask: Bool, radius: float) -> Bool:
    """Remove what a circle does not fit into."""
    return _morphed(mask, cv2.MORPH_OPEN, radius)


def closed(mask: Bool, radius: float) -> Bool:
    """Bridge gaps that a circle does not fit into; the frame's edge counts as outside."""
    pad = max(1, round(radius)) + 1
    wide = np.pad(mask, pad)
    return _morphed(wide, cv2.MORPH_CLOSE, radius)[pad:-pad, pad:-pad]


def dilated(mask: Bool, radius: float) -> Bool:
    """Grow by a circle."""
    return _morphed(mask, cv2.MORPH_DILATE, radius)


def eroded(mask: Bool, radius: float) -> Bool:
    """Shrink by a circle; the frame's edge does not shrink the mask."""
    return _morphed(mask, cv2.MORPH_ERODE, radius)


def _morphed(mask: Bool, way: int, radius: float) -> Bool:
    result = cv2.morphologyEx(mask.astype(np.uint8), way, disk(radius))
    return np.asarray(result, dtype=bool)


def filled(mask: Bool) -> Bool:
    """Fill holes that do not touch the frame's edge."""
    return np.asarray(ndimage.binary_fill_holes(mask), dtype=bool)


def components(mask: Bool, at_least: int = 1) -> list[Bool]:
    """Connected parts (8 neighbours) of at least that many pixels, largest first."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA]
    kept = [label for label in range(1, count) if areas[label] >= at_least]
    kept.sort(key=lambda label: -int(areas[label]))
    return [np.asarray(labels == label, dtype=bool) for label in kept]


def without_small(mask: Bool, at_least: int) -> Bool:
    """Drop connected parts under that many pixels."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    keep = stats[:, cv2.CC_STAT_AREA] >= at_least
    keep[0] = False
    return np.asarray(keep[:count][labels], dtype=bool)


def largest(mask: Bool) -> Bool:
    """The largest connected part, or nothing."""
    parts = components(mask)
    return parts[0] if parts else np.zeros(mask.shape, dtype=bool)


def touching_edge(mask: Bool) -> Bool:
    """The connected parts that touch the frame's edge."""
    _, labels = cv2.connectedComponents(mask.astype(np.uint8))
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return np.asarray(np.isin(labels, np.unique(edge[edge > 0])), dtype=bool)


def edge_share(mask: Bool) -> float:
    """Share of the frame's edge pixels that are in the mask, 0..1."""
    edge = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    return float(edge.mean())


def solidity(mask: Bool) -> float:
    """Area over the area of the convex hull, 0..1; 0 for an empty mask."""
    if not mask.any():
        return 0.0
    points = cv2.findNonZero(mask.astype(np.uint8))
    hull = np.zeros(mask.shape, dtype=np.uint8)
    cv2.fillConvexPoly(hull, cv2.convexHull(points), 1)
    return float(mask.sum() / max(1, int(hull.sum())))


def edge_contrast(mask: Bool, image: Float32, width: float) -> float:
    """Mean of the image just outside a mask minus the mean just inside, in units of the image.

    Args:
        mask: bool (h, w).
        image: float32 (h, w).
        width: Thickness of both rims in pixels.
    """
    outer = dilated(mask, width) & ~mask
    inner = mask & ~eroded(mask, width)
    if not outer.any() or not inner.any():
        return 0.0
    return float(image[outer].mean() - image[inner].mean())


def regions_below(
    image: Uint8, allowed: Bool, percentiles: npt.NDArray[np.float64], opening: float
) -> Iterator[Bool]:
    """Connected dark regions at many thresholds, as in maximally stable extremal regions.

    Args:
        image: uint8 (h, w), smoothed.
        allowed: bool (h, w): where regions may lie and where the percentiles are taken.
        percentiles: Thresholds as percentiles of the allowed pixels, 0..100.
        opening: Radius of the opening that cuts thin bridges.

    Yields:
        bool (h, w), one region at a time, at most the 8 largest per threshold.
    """
    values = image[allowed]
    if values.size == 0:
        return
    least = max(16, image.size // 400)
    for level in np.unique(np.percentile(values, percentiles)):
        yield from components(opened((image < level) & allowed, opening), least)[:_MOST_REGIONS]
