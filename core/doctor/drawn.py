"""The picture of the trial: drawn by this program, nobody's anatomy."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from core.geometry import Letterbox
from core.samples.phantoms import draw_chest

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

PHRASES = ("left lung", "right lung")


@cache
def drawn_picture() -> npt.NDArray[np.uint8]:
    """A drawn chest X-ray as the model sees it, uint8 (1024, 1024, 3); always the same, frozen."""
    rgb = draw_chest().rgb
    picture = Letterbox.fit(*rgb.shape[:2]).apply(rgb)
    picture.setflags(write=False)
    return picture
