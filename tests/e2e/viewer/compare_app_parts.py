"""Two results of one picture, for the page and for what the tests expect of it."""

from __future__ import annotations

import numpy as np
from viewer_app_parts import COLOURS, picture, soft_mask

from components.viewer import ViewerMask
from components.viewer.compare import CompareSide
from core.geometry import SpacingMm
from core.imaging.model import Frame, Orientation
from core.segmentation import PhraseMask, Segmentation

HEIGHT, WIDTH = 96, 128
SHIFT = 9


def result_of(side: str, first: str = "disc") -> Segmentation:
    """A has a disc and a spot; B has the disc shifted, and the spot under another name."""
    rgb = picture(HEIGHT, WIDTH, 0) if side == "a" else picture(HEIGHT, WIDTH, 0) // 2
    frame = Frame(rgb, rgb, spacing_mm=SpacingMm(0.5, 0.5), orientation=Orientation(*"RLAP"))
    disc, spot = soft_mask(HEIGHT, WIDTH, 0), soft_mask(HEIGHT, WIDTH, 2)
    if side == "a":
        masks = ((first, disc), ("spot", spot))
    else:
        masks = (("blob", spot), (first, np.roll(disc, SHIFT, axis=1)))
    made = tuple(PhraseMask(phrase, "organ", values) for phrase, values in masks)
    return Segmentation(frame, made, "demo", f"Engine {side}")


def side_of(result: Segmentation, engine: str, title: str) -> CompareSide:
    masks = [
        ViewerMask(m.phrase, m.category, "", COLOURS[n], m.probability, m.sha256)
        for n, m in enumerate(result.masks)
    ]
    return CompareSide(result.frame, masks, engine, title)
