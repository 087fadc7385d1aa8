"""Brain tissue and a bright lesion in an MR slice of the head.

Brain: the largest part that an opening parts from the scalp; the dark ring of the skull lies in
between. Lesion: the bright regions of many thresholds inside the brain compete by edge contrast,
size and compactness; the winner has to stand out from the tissue, as oedema and glioma do in FLAIR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from core.backends.demo import shapes, soft
from core.backends.demo.classics import otsu

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.backends.demo.view import View

    Uint8 = npt.NDArray[np.uint8]
    Float32 = npt.NDArray[np.float32]
    Bool = npt.NDArray[np.bool_]

_WORK_SIDE = 384
# Shares of the head that a slice through the brain takes; less is a slice through the face.
_LEAST_OF_HEAD = 0.35
# Shares of the brain that a lesion takes, and how many spreads above the tissue its mean lies.
_SMALLEST_LESION, _USUAL_LESION, _LARGEST_LESION = 0.005, 0.08, 0.5
_LEAST_SPREADS = 3.0
_THRESHOLDS = np.arange(1.0, 46.0, 2.0)
_REACH = 4.0


def tissue(view: View) -> Uint8:
    """Brain tissue; see :data:`core.backends.demo.view.Method`."""
    return view.grown(soft.from_mask(brain_mask(view.shrunk(view.grey, _WORK_SIDE)), _REACH))


def bright_lesion(view: View) -> Uint8:
    """The bright lesion; see :data:`core.backends.demo.view.Method`."""
    grey = view.shrunk(view.grey, _WORK_SIDE)
    brain = shapes.eroded(brain_mask(grey), _WORK_SIDE / 128)
    if not brain.any():
        return soft.nothing(view.shape)
    smooth = np.asarray(cv2.GaussianBlur(grey, (0, 0), _WORK_SIDE / 192), dtype=np.uint8)
    typical, spread = _typical(smooth[brain])
    scaled = 1 - smooth.astype(np.float32) / max(1.0, float(smooth[brain].max()))
    best, best_score = np.zeros(brain.shape, dtype=bool), 0.0
    dark = np.asarray(255 - smooth, dtype=np.uint8)
    for region in shapes.regions_below(dark, brain, _THRESHOLDS, opening=_WORK_SIDE / 128):
        whole = shapes.filled(shapes.closed(region, _WORK_SIDE / 64)) & brain
        share = float(whole.sum() / brain.sum())
        if not _SMALLEST_LESION <= share <= _LARGEST_LESION:
            continue
        if float(smooth[whole].mean()) < typical + _LEAST_SPREADS * spread:
            continue
        size = min(1.0, share / _USUAL_LESION) ** 0.5
        score = shapes.edge_contrast(whole, scaled, 3) * size * shapes.solidity(whole)
        if score > best_score:
            best, best_score = whole, score
    return view.grown(soft.from_mask(best, _REACH))


def _typical(values: Uint8) -> tuple[float, float]:
    """Mode of the tissue's grey levels, and its spread (standard deviation) on the dark side.

    The bright side does not count: that is where a lesion lies.
    """
    counts = np.bincount(values, minlength=256).astype(np.float32)
    smooth = cv2.GaussianBlur(counts[None, :], (0, 0), 4)[0]
    mode = int(smooth.argmax())
    below = values[values <= mode].astype(np.float32)
    return float(mode), max(2.0, 1.4826 * float(np.median(mode - below)))


def head_has_brain(view: View) -> bool:
    """True when the picture shows a whole head, or a brain cut out of one, on a dark ground."""
    grey = view.shrunk(view.grey, _WORK_SIDE)
    head, brain = head_mask(grey), brain_mask(grey)
    if not brain.any() or shapes.edge_share(head) > 0.2 or shapes.solidity(brain) < 0.85:
        return False
    # In a CT slice of the chest the dark lungs make up much of what looks like a head.
    level = float(np.median(grey[brain]))
    return float((grey[brain] < 0.35 * level).mean()) < 0.2


def head_mask(grey: Uint8) -> Bool:
    """The head: the largest lit part, with its dark insides filled."""
    smooth = np.asarray(cv2.GaussianBlur(grey, (0, 0), max(grey.shape) / 256), dtype=np.uint8)
    lit = smooth > 0.5 * otsu(smooth) if np.ptp(smooth) > 8 else smooth > 255
    joined = shapes.closed(np.asarray(lit), max(grey.shape) / 64)
    return shapes.filled(shapes.largest(joined))


def brain_mask(grey: Uint8) -> Bool:
    """The brain inside the head, bool (h, w); nothing when the picture shows no head with one."""
    head = head_mask(grey)
    nothing = np.zeros(grey.shape, dtype=bool)
    if head.mean() < 0.1 or shapes.solidity(head) < 0.9:
        return nothing
    size = float(np.sqrt(head.sum()))
    smooth = np.asarray(cv2.GaussianBlur(grey, (0, 0), size / 200), dtype=np.uint8)
    middle = shapes.eroded(head, 0.15 * size)
    if not middle.any():
        return nothing
    level = float(np.median(smooth[middle]))
    rim = head & ~shapes.eroded(head, 0.03 * size)
    for share in (0.01, 0.02, 0.03, 0.045):
        core = shapes.largest(shapes.opened((smooth > 0.6 * level) & head, share * size))
        if (core & rim).sum() < 0.05 * rim.sum():
            grown = shapes.dilated(core, share * size) & (smooth > 0.6 * level) & head
            whole = shapes.filled(shapes.closed(shapes.largest(grown), 0.04 * size))
            return whole if whole.sum() >= _LEAST_OF_HEAD * head.sum() else nothing
    return head
