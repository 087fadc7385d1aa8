"""Separate objects in one mask, such as cells: the model marks what is what, not which is which.

Every pixel gets a height: its distance to the outside of the mask. Each summit starts an object and
a watershed divides the mask among them; then objects that are joined by a wide neck become one
again. Two objects stay apart where the neck between them is narrower than 80 % of the narrower one,
at its widest.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import cv2
import numpy as np

from core.analysis.measure_shape import bounding_box

if TYPE_CHECKING:
    import numpy.typing as npt

    Bool = npt.NDArray[np.bool_]
    Uint8 = npt.NDArray[np.uint8]
    Int32 = npt.NDArray[np.int32]
    Int64 = npt.NDArray[np.int64]
    Float32 = npt.NDArray[np.float32]

LEAST_PX = 20
"""Objects of fewer pixels are left out unless another number is asked for."""

NECK = 0.8
"""Width of a neck over the width of the narrower object, from which both are one."""

# Evens out the steps of the pixel grid, which would be summits of their own; in pixels.
_SMOOTHING = 1.0


@dataclass(frozen=True, eq=False)
class Instances:
    """Separate objects of one mask.

    Attributes:
        labels: int32 (H, W), read-only: 0 for none, k for the k-th object, counted from the top.
        areas_px: int64 (n,), pixels of each object.
        at_border: bool (n,): the object touches the border of the picture, so part of it may be
            missing.
        left_out: Objects with fewer than ``least_px`` pixels; they have no label.
        least_px: The smallest size that counts.
    """

    labels: Int32
    areas_px: Int64
    at_border: Bool
    left_out: int
    least_px: int

    def __post_init__(self) -> None:
        for array in (self.labels, self.areas_px, self.at_border):
            array.setflags(write=False)

    @property
    def count(self) -> int:
        """Number of objects, those at the border included."""
        return int(self.areas_px.size)


def split(mask: Bool, probability: Uint8 | None = None, *, least_px: int = LEAST_PX) -> Instances:
    """Divide a mask into objects.

    Args:
        mask: bool (H, W).
        probability: uint8 (H, W), 0..255: lowers the heights where the model is less sure, such as
            along the line between two cells; None takes the distance alone.
        least_px: Objects of fewer pixels are left out.

    Raises:
        ValueError: The probability is not of the mask's size.
    """
    if probability is not None and probability.shape != mask.shape:
        message = f"expected probabilities of {mask.shape}, got {probability.shape}"
        raise ValueError(message)
    labels = np.zeros(mask.shape, dtype=np.int32)
    box = bounding_box(mask)
    if box is not None:
        height = _height(mask, probability)[box.slices]
        labels[box.slices] = _divided(np.ascontiguousarray(mask[box.slices]), height)
    return _numbered(labels, least_px)


def _height(mask: Bool, probability: Uint8 | None) -> Float32:
    """Smoothed distance to the outside, float32 (H, W); what lies beyond the picture is unknown."""
    if mask.all():
        return np.ones(mask.shape, dtype=np.float32)
    distance = cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    if probability is not None:
        distance = distance * (probability.astype(np.float32) / 255.0)
    return np.asarray(cv2.GaussianBlur(distance, (0, 0), _SMOOTHING), dtype=np.float32)


def _divided(mask: Bool, height: Float32) -> Int32:
    """Labels from 1 inside a mask, int32 (H, W); wide necks do not divide."""
    # scikit-image tells no types, and takes long to load: only who counts waits for it.
    watershed = import_module("skimage.segmentation").watershed
    higher = cv2.dilate(height, np.ones((3, 3), dtype=np.uint8))
    summits = ((height >= higher) & mask).view(np.uint8)
    count, markers = cv2.connectedComponents(summits, connectivity=8, ltype=cv2.CV_32S)
    basins = np.asarray(
        watershed(-height, markers, mask=mask, connectivity=np.ones((3, 3))), dtype=np.int32
    )
    peaks = np.zeros(count, dtype=np.float32)
    np.maximum.at(peaks, basins.ravel(), height.ravel())
    return _joined(peaks, *_necks(basins, height))[basins]


def _necks(basins: Int32, height: Float32) -> tuple[Int32, Float32]:
    """The highest crossing between any two neighbouring basins.

    Returns:
        int32 (n, 2) pairs of labels, and float32 (n,) heights, the highest first.
    """
    pairs, heights = [], []
    for one, other in _NEIGHBOURS:
        a, b = basins[one], basins[other]
        meets = (a != b) & (a > 0) & (b > 0)
        pairs.append(np.sort(np.stack([a[meets], b[meets]], axis=1), axis=1))
        heights.append(np.minimum(height[one][meets], height[other][meets]))
    joined, level = np.concatenate(pairs), np.concatenate(heights)
    order = np.argsort(-level, kind="stable")
    # The first of equal pairs is the highest crossing of these two.
    _, first = np.unique(joined[order], axis=0, return_index=True)
    kept = order[np.sort(first)]
    return joined[kept], level[kept]


_ALL, _START, _END = slice(None), slice(None, -1), slice(1, None)
_NEIGHBOURS = (
    ((_ALL, _START), (_ALL, _END)),
    ((_START, _ALL), (_END, _ALL)),
    ((_START, _START), (_END, _END)),
    ((_START, _END), (_END, _START)),
)


def _joined(peaks: Float32, pairs: Int32, levels: Float32) -> Int32:
    """New label of every old one after joining over wide necks, the highest crossing first.

    Args:
        peaks: float32 (n,), height of the summit of each label.
        pairs: int32 (m, 2), labels that meet.
        levels: float32 (m,), how high they meet, falling.
    """
    parent = list(range(peaks.size))
    summit = peaks.tolist()

    def root(label: int) -> int:
        while parent[label] != label:
            parent[label] = parent[parent[label]]
            label = parent[label]
        return label

    for (a, b), level in zip(pairs.tolist(), levels.tolist(), strict=True):
        one, other = root(a), root(b)
        if one != other and level >= NECK * min(summit[one], summit[other]):
            parent[other] = one
            summit[one] = max(summit[one], summit[other])
    return np.array([root(label) for label in range(peaks.size)], dtype=np.int32)


def _numbered(labels: Int32, least_px: int) -> Instances:
    """Leave small objects out and number the others from the top."""
    areas = np.bincount(labels.ravel())
    areas[0] = 0
    kept = areas >= max(1, least_px)
    first = np.full(areas.size, labels.size)
    # Backwards, so that the first place of each label stays.
    first[labels.ravel()[::-1]] = np.arange(labels.size)[::-1]
    order = np.flatnonzero(kept)
    order = order[np.argsort(first[order])]
    number = np.zeros(areas.size, dtype=np.int32)
    number[order] = np.arange(1, order.size + 1)
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return Instances(
        labels=number[labels],
        areas_px=areas[order],
        at_border=np.isin(order, edge),
        left_out=int(np.count_nonzero(areas)) - order.size,
        least_px=least_px,
    )
