"""The part of a picture that is body or tissue, as far as the picture itself can tell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np

from core.analysis.measure_values import is_colour, single_values

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.imaging.model import Frame

    Bool = npt.NDArray[np.bool_]

BODY, LIT, STAINED = "body above -500 HU", "not black", "neither black nor white"
"""What a :class:`Region` is, as tables name it."""

# Half-way between air (-1000 HU) and water (0 HU).
_BODY_HU = -500.0
# JPEG and resampling leave up to this level in black surroundings.
_BLACK = 16
# Bare glass of a stained section is at least this bright in all three channels.
_GLASS, _ALL = (220, 220, 220), (255, 255, 255)
# With less ground than this around it there is nothing to tell a body from.
_MOST_OF_PICTURE = 0.995


@dataclass(frozen=True, eq=False)
class Region:
    """What a share of the body or tissue refers to.

    Attributes:
        name: :data:`BODY`, :data:`LIT` or :data:`STAINED`.
        mask: bool (H, W), not empty, read-only.
    """

    name: str
    mask: Bool

    def __post_init__(self) -> None:
        self.mask.setflags(write=False)

    @cached_property
    def area_px(self) -> int:
        """Its pixels."""
        return int(np.count_nonzero(self.mask))


def region_of(frame: Frame) -> Region | None:
    """Find the body or tissue in a frame.

    CT with Hounsfield units: the largest piece above -500 HU with all that it encloses, such as
    the lungs. Colour: what is neither black nor white. Other pictures: the largest piece that is
    not black, with all that it encloses.

    Returns:
        None where the picture is all ground, or shows none, so that a share says nothing.
    """
    if frame.unit == "HU" and frame.values.ndim == 2:
        name, mask = BODY, _largest_filled(np.greater(single_values(frame), _BODY_HU))
    else:
        lit = np.asarray(cv2.cvtColor(frame.rgb, cv2.COLOR_RGB2GRAY)) > _BLACK
        if is_colour(frame):
            name, mask = STAINED, lit & (np.asarray(cv2.inRange(frame.rgb, _GLASS, _ALL)) == 0)
        else:
            name, mask = LIT, _largest_filled(lit)
    region = Region(name, mask)
    return region if 0 < region.area_px <= _MOST_OF_PICTURE * mask.size else None


def _largest_filled(mask: Bool) -> Bool:
    """The piece with the largest outline, its holes filled."""
    outlines, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros(mask.shape, dtype=np.uint8)
    if outlines:
        largest = max(range(len(outlines)), key=lambda n: cv2.contourArea(outlines[n]))
        cv2.drawContours(filled, outlines, largest, color=1, thickness=cv2.FILLED)
    return filled.view(np.bool_)
