"""Typed doors to the untyped functions of scikit-image that the methods use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from skimage import color, feature, filters, segmentation

if TYPE_CHECKING:
    import numpy.typing as npt

    Uint8 = npt.NDArray[np.uint8]
    Float32 = npt.NDArray[np.float32]
    Bool = npt.NDArray[np.bool_]

_filters: Any = filters
_feature: Any = feature
_segmentation: Any = segmentation
_color: Any = color


def otsu(values: npt.NDArray[np.generic]) -> float:
    """Otsu's threshold between two classes; the only value itself when all are equal."""
    return float(_filters.threshold_otsu(values))


def multi_otsu(values: Uint8, classes: int) -> tuple[float, ...] | None:
    """Thresholds between several classes, rising; None where there are too few grey levels."""
    if len(np.unique(values)) < 2 * classes:
        return None
    return tuple(float(level) for level in _filters.threshold_multiotsu(values, classes=classes))


def hysteresis(image: Float32, low: float, high: float) -> Bool:
    """Where the image is above ``low`` and connected to where it is above ``high``."""
    return np.asarray(_filters.apply_hysteresis_threshold(image, low, high), dtype=np.bool_)


def stains(rgb: Float32) -> Float32:
    """Haematoxylin, eosin and DAB by colour deconvolution (Ruifrok and Johnston, 2001).

    Args:
        rgb: float32 (H, W, 3), light let through, 0..1 with 1 for no stain.

    Returns:
        float32 (H, W, 3), no unit.
    """
    return np.asarray(_color.rgb2hed(rgb), dtype=np.float32)


def parted(mask: Bool, height: Float32, least_distance: int, least_height: float) -> Bool:
    """Cut a mask along the watershed lines between the peaks of a height map.

    Args:
        mask: bool (H, W).
        height: float32 (H, W), such as a smoothed distance to the mask's edge.
        least_distance: Least distance between two peaks, in pixels.
        least_height: Lower peaks do not count.

    Returns:
        bool (H, W), the mask without lines of one pixel; parts without a peak stay whole.
    """
    peaks = _feature.peak_local_max(
        height, min_distance=least_distance, threshold_abs=least_height, labels=mask.astype(int)
    )
    markers = np.zeros(mask.shape, dtype=np.int32)
    markers[tuple(peaks.T)] = np.arange(1, len(peaks) + 1)
    labels = _segmentation.watershed(-height, markers, mask=mask, watershed_line=True)
    beside = cv2.dilate((labels > 0).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.asarray(mask & ~((labels == 0) & beside), dtype=np.bool_)
