"""From a yes-or-no decision to a soft map: 128 and above is in, and how far in is the grade."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Uint8 = npt.NDArray[np.uint8]
    Float32 = npt.NDArray[np.float32]
    Bool = npt.NDArray[np.bool_]


def nothing(shape: tuple[int, int]) -> Uint8:
    """A soft map (h, w) of zeros: asked for and not found."""
    return np.zeros(shape, dtype=np.uint8)


def signed_distance(mask: Bool) -> Float32:
    """Distance to the edge of a mask in pixels, positive inside; the edge lies between pixels.

    Args:
        mask: bool (h, w).

    Returns:
        float32 (h, w), never 0: at least 0.5 inside and at most -0.5 outside. An empty mask is
        -inf everywhere, a full one +inf.
    """
    if not mask.any() or mask.all():
        return np.full(mask.shape, np.inf if mask.any() else -np.inf, dtype=np.float32)
    inside = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    outside = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(np.where(mask, inside - 0.5, 0.5 - outside), dtype=np.float32)


def from_evidence(evidence: Float32) -> Uint8:
    """Squash signed evidence with a logistic curve: 0 and above is foreground.

    Args:
        evidence: float32 (h, w); about 4 is certain, 0 is the decision, -4 is certainly not.

    Returns:
        uint8 (h, w); 128 and above exactly where ``evidence`` is 0 or more.
    """
    level = 255 / (1 + np.exp(-np.clip(evidence, -30, 30)))
    level = np.where(evidence >= 0, np.maximum(level, 128), np.minimum(level, 127))
    return np.asarray(np.round(level), dtype=np.uint8)


def from_mask(mask: Bool, reach: float) -> Uint8:
    """Grade a mask by the distance to its edge.

    Args:
        mask: bool (h, w).
        reach: Distance in pixels at which the map is at 73 % (inside) or 27 % (outside).

    Returns:
        uint8 (h, w), 128 and above exactly inside the mask; zeros for an empty mask.
    """
    if not mask.any():
        return nothing((mask.shape[0], mask.shape[1]))
    return from_evidence(signed_distance(mask) / np.float32(reach))
