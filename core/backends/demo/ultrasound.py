"""A dark mass in an ultrasound picture.

Speckle is smoothed away; the dark regions of many thresholds compete by edge contrast, size,
compactness and nearness to the middle of the insonated area, and the winner's outline is snapped
to the strongest edge nearby.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from scipy import ndimage

from core.backends.demo import shapes, soft
from core.backends.demo.contour import snapped

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.backends.demo.view import View

    Uint8 = npt.NDArray[np.uint8]
    Float32 = npt.NDArray[np.float32]
    Bool = npt.NDArray[np.bool_]

_WORK_SIDE = 256
_THRESHOLDS = np.arange(4.0, 60.0, 4.0)
_SMALLEST, _USUAL, _LARGEST = 0.004, 0.05, 0.40
_LEAST_SCORE = 0.05
_REACH = 4.0


def dark_mass(view: View) -> Uint8:
    """The most mass-like dark region; see :data:`core.backends.demo.view.Method`."""
    grey = view.shrunk(view.grey, _WORK_SIDE)
    smooth = np.asarray(cv2.medianBlur(grey, 7), dtype=np.uint8)
    smooth = np.asarray(cv2.GaussianBlur(smooth, (0, 0), 2), dtype=np.uint8)
    scan = _scanned(smooth)
    scaled = smooth.astype(np.float32) / max(1.0, float(np.percentile(smooth, 99)))
    best, best_score = np.zeros(smooth.shape, dtype=bool), _LEAST_SCORE
    for region in shapes.regions_below(smooth, scan, _THRESHOLDS, opening=3):
        whole = shapes.closed(shapes.filled(region), 4)
        score = _score(whole, scaled, scan)
        if score > best_score:
            best, best_score = whole, score
    if best.any():
        best = snapped(best, scaled, inwards=3, outwards=8)
    return view.grown(soft.from_mask(best, _REACH))


def _scanned(smooth: Uint8) -> Bool:
    """The area that echoes came from: its bright parts joined, without the black surround."""
    lit = smooth > max(12.0, 0.08 * float(np.percentile(smooth, 99)))
    return shapes.filled(shapes.largest(shapes.closed(lit, 24)))


def _score(region: Bool, image: Float32, scan: Bool) -> float:
    """How much a dark region looks like a mass, 0 and up."""
    share = float(region.mean())
    if not _SMALLEST <= share <= _LARGEST:
        return 0.0
    frame = region.copy()
    frame[2:-2, 2:-2] = False
    if frame.sum() > 0.05 * region.sum() ** 0.5 * 4:
        return 0.0
    y, x = ndimage.center_of_mass(region)
    rows, columns = np.flatnonzero(scan.any(axis=1)), np.flatnonzero(scan.any(axis=0))
    across = abs(x - columns.mean()) / max(1, np.ptp(columns))
    down = abs(y - rows[0] - 0.4 * np.ptp(rows)) / max(1, np.ptp(rows))
    near = float(np.exp(-((across / 0.35) ** 2) - (down / 0.35) ** 2))
    size = min(1.0, share / _USUAL) ** 0.5
    shape = shapes.solidity(region) ** 2
    return float(shapes.edge_contrast(region, image, 4) * size * shape * near)
