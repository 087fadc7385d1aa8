"""Lungs in a frontal chest X-ray.

On each side of the bright midline the dark regions of many thresholds compete: the one with the
best mix of edge contrast, size and compactness is the seed of that lung. Its outline is then
snapped to the strongest edge nearby, which brings the border of the ribs, heart and diaphragm.
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
    Bool = npt.NDArray[np.bool_]

_WORK_SIDE = 256
_THRESHOLDS = np.arange(8.0, 66.0, 3.0)
# Shares of the picture's area that one lung may take, from small or cropped to large.
_SMALLEST, _USUAL, _LARGEST = 0.025, 0.10, 0.28
# Mean brightening across the outline, on the 0..1 scale, under which there is no lung.
_LEAST_SCORE = 0.05
# A side without its partner has to be clearer: other pictures have one dark region, too.
_LEAST_SCORE_ALONE = 0.08
_REACH = 4.0


def both_lungs(view: View) -> Uint8:
    """Both lungs; see :data:`core.backends.demo.view.Method`."""
    left, right = _lungs(view)
    return view.grown(soft.from_mask(left | right, _REACH))


def left_lung(view: View) -> Uint8:
    """The patient's left lung, on the right of the picture unless the file says otherwise."""
    first, second = _lungs(view)
    return view.grown(soft.from_mask(second if view.patient_right_first else first, _REACH))


def right_lung(view: View) -> Uint8:
    """The patient's right lung, on the left of the picture unless the file says otherwise."""
    first, second = _lungs(view)
    return view.grown(soft.from_mask(first if view.patient_right_first else second, _REACH))


def _lungs(view: View) -> tuple[Bool, Bool]:
    """The lungs on the left and the right of the picture, bool (h', w') at working size."""
    image, body = _prepared(view.shrunk(view.grey, _WORK_SIDE))
    middle = _midline(image, body)
    columns = np.arange(image.shape[1])[None, :]
    left, left_score = _lung(image, body & (columns < middle), ~body)
    right, right_score = _lung(image, body & (columns > middle), ~body)
    alone = not left.any() or not right.any()
    if alone and max(left_score, right_score) < _LEAST_SCORE_ALONE:
        return np.zeros_like(left), np.zeros_like(right)
    return left, right


def _prepared(grey: Uint8) -> tuple[Uint8, Bool]:
    """Even out the contrast, and find the body: all but the black that touches the edge."""
    grey = np.asarray(cv2.medianBlur(grey, 5), dtype=np.uint8)
    body = ~shapes.touching_edge(_stretched(grey, grey) < 25)
    stretched = _stretched(grey, grey[body] if body.any() else grey)
    evened = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(4, 4)).apply(stretched)
    return np.asarray(cv2.GaussianBlur(evened, (0, 0), 2), dtype=np.uint8), body


def _stretched(grey: Uint8, sample: Uint8) -> Uint8:
    """Grey levels with the 1st to 99th percentile of a sample moved to 0..255."""
    low, high = np.percentile(sample, [1, 99])
    levels = np.clip((grey - low) / max(high - low, 1) * 255, 0, 255)
    return np.asarray(levels, dtype=np.uint8)


def _midline(image: Uint8, body: Bool) -> int:
    """The column of the spine and mediastinum: the brightest of the middle third."""
    upper = slice(0, max(1, int(0.7 * image.shape[0])))
    weight = body[upper].sum(axis=0)
    mean = (image[upper] * body[upper]).sum(axis=0) / np.maximum(weight, 1)
    mean = ndimage.gaussian_filter1d(mean, 4)
    start, stop = int(len(mean) * 0.33), max(int(len(mean) * 0.33) + 1, int(len(mean) * 0.67))
    return start + int(np.argmax(mean[start:stop]))


def _lung(image: Uint8, allowed: Bool, outside: Bool) -> tuple[Bool, float]:
    """The best lung-like dark region among the allowed pixels, or nothing, and its score."""
    best, best_score = np.zeros(image.shape, dtype=bool), _LEAST_SCORE
    scaled = np.asarray(image / 255, dtype=np.float32)
    rim = shapes.dilated(outside, 1)
    for region in shapes.regions_below(image, allowed, _THRESHOLDS, opening=4):
        if not _could_be_lung(region, rim):
            continue
        whole = shapes.closed(shapes.filled(region), 6)
        size = min(1.0, float(region.mean()) / _USUAL) ** 0.5
        score = shapes.edge_contrast(whole, scaled, 3) * size * shapes.solidity(whole)
        if score > best_score:
            best, best_score = whole, score
    if not best.any():
        return best, 0.0
    smooth = cv2.GaussianBlur(shapes.closed(best, 14).astype(np.float32), (0, 0), 3) > 0.5
    return snapped(np.asarray(smooth), scaled, inwards=5, outwards=10), best_score


def _could_be_lung(region: Bool, rim: Bool) -> bool:
    """Size, shape and place of a lung, and not a strip along the picture's or body's edge."""
    height, width = region.shape
    rows, columns = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
    tall, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
    centre_y, centre_x = ndimage.center_of_mass(region)
    around = 2 * (tall + wide)
    frame = region.copy()
    frame[2:-2, 2:-2] = False
    return bool(
        _SMALLEST <= region.mean() <= _LARGEST
        and tall >= 0.22 * height
        and wide <= 1.4 * tall
        and centre_y <= 0.75 * height
        and abs(centre_x / width - 0.5) <= 0.42
        and (region & rim).sum() <= 0.1 * around
        and frame.sum() <= 0.3 * around
    )
