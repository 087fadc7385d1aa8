"""Body, lungs, bone, fat and soft tissue in a CT slice.

With Hounsfield units the classes are the usual ranges of HU. Without them (a PNG of a slice) the
body, lungs and bone are taken by grey level: whatever window made the picture, air is its darkest
and bone its brightest part. Fat and soft tissue need the units.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from core.backends.demo import shapes, soft
from core.backends.demo.classics import multi_otsu, otsu

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.backends.demo.view import View

    Uint8 = npt.NDArray[np.uint8]
    Float32 = npt.NDArray[np.float32]
    Bool = npt.NDArray[np.bool_]

# Usual ranges in HU: air -1000, lung below -400, fat -190 to -30, soft tissue to about 150,
# spongy bone from about 150 and cortical bone from 300.
_BODY, _LUNG, _BONE = -300.0, -400.0, 200.0
_FAT = (-190.0, -30.0)
_SOFT_TISSUE = (-20.0, 150.0)
# A lung takes at least this share of the body's area; less is bowel gas or the windpipe.
_LEAST_LUNG = 0.02
# By grey only: fat between organs is dark, too, but not compact; and where the bright class is a
# large part of the body the window is too low to tell bone from the rest.
_LEAST_SOLIDITY, _MOST_BONE = 0.6, 0.25
_REACH = 4.0


def body(view: View) -> Uint8:
    """The body without the table; see :data:`core.backends.demo.view.Method`."""
    return soft.from_mask(_body(view), _REACH)


def lungs(view: View) -> Uint8:
    """Both lungs with their vessels; see :data:`core.backends.demo.view.Method`."""
    within = _body(view)
    if not within.any():
        return soft.nothing(view.shape)
    if view.hu is not None:
        dark = (view.hu < _LUNG) & within
    else:
        inside = shapes.eroded(within, max(view.shape) / 128)
        dark = (view.grey <= _dark_limit(view.grey[inside])) & inside
    parts = shapes.components(
        shapes.opened(dark, max(view.shape) / 256), int(_LEAST_LUNG * within.sum())
    )
    found = np.zeros(view.shape, dtype=bool)
    for part in parts[:3]:
        if view.hu is not None or shapes.solidity(part) > _LEAST_SOLIDITY:
            found |= shapes.filled(shapes.closed(part, max(view.shape) / 100))
    return soft.from_mask(found & within, _REACH)


def bone(view: View) -> Uint8:
    """Bone, marrow included where bone encloses it; see :data:`core.backends.demo.view.Method`."""
    within = _body(view)
    if not within.any():
        return soft.nothing(view.shape)
    unit = max(view.shape) / 256
    if view.hu is not None:
        bright = view.hu > _BONE
    else:
        limit = _bright_limit(view.grey[within])
        if limit is None:
            return soft.nothing(view.shape)
        bright = view.grey > limit
    hard = shapes.without_small(bright & within, round(12 * unit**2))
    return soft.from_mask(shapes.filled(shapes.closed(hard, unit)) & within, _REACH / 2)


def fat(view: View) -> Uint8:
    """Fat; needs Hounsfield units; see :data:`core.backends.demo.view.Method`."""
    return _in_range(view, _FAT)


def soft_tissue(view: View) -> Uint8:
    """Muscle and organs; needs Hounsfield units; see :data:`core.backends.demo.view.Method`."""
    return _in_range(view, _SOFT_TISSUE)


def _in_range(view: View, limits: tuple[float, float]) -> Uint8:
    """What lies in a range of HU inside the body; nothing without HU."""
    if view.hu is None:
        return soft.nothing(view.shape)
    hu = cv2.GaussianBlur(view.hu, (0, 0), max(view.shape) / 700)
    found = (hu >= limits[0]) & (hu <= limits[1]) & _body(view)
    return soft.from_mask(shapes.opened(np.asarray(found), 1), _REACH / 2)


def _body(view: View) -> Bool:
    """The largest part denser than air, filled; thin parts such as the table are cut off."""
    unit = max(view.shape) / 256
    if view.hu is not None:
        dense = view.hu > _BODY
    else:
        smooth = np.asarray(cv2.GaussianBlur(view.grey, (0, 0), unit), dtype=np.uint8)
        if np.ptp(smooth) < 8:
            return np.zeros(view.shape, dtype=bool)
        air = float(np.percentile(smooth, 2))
        dense = smooth > air + 0.15 * (otsu(smooth) - air)
    joined = shapes.closed(shapes.opened(np.asarray(dense), unit), 3 * unit)
    return shapes.opened(shapes.filled(shapes.largest(joined)), 3 * unit)


def _dark_limit(values: Uint8) -> float:
    """Grey level under which the inside of the body is air: Otsu."""
    return otsu(values) if values.size and np.ptp(values) > 0 else -1.0


def _bright_limit(values: Uint8) -> float | None:
    """Grey level above which the inside of the body is bone: the top of four Otsu classes."""
    limits = multi_otsu(values, classes=4)
    if limits is None or float((values > limits[-1]).mean()) >= _MOST_BONE:
        return None
    return limits[-1]
