"""What kind of picture this looks like, from its pixels and what the file says.

Simple statistics of colour, frame and texture; the bounds separate the kinds widely and let a
doubtful picture count as more than one kind. A method then still decides by itself whether its
target is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import cv2
import numpy as np

from core.backends.demo import shapes
from core.backends.demo.brain import head_has_brain

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.backends.demo.view import View

    Uint8 = npt.NDArray[np.uint8]
    Float32 = npt.NDArray[np.float32]
    Bool = npt.NDArray[np.bool_]

_WORK_SIDE = 256
# Spread of grey levels (1st to 99th percentile) under which there is nothing to see.
_LEAST_RANGE = 8
# Median of max(R, G, B) - min(R, G, B) over the lit pixels, above which a picture is in colour.
_COLOURED = 8


class Look(StrEnum):
    """A kind of picture, in words that fit behind "looks for this in" and "looks like"."""

    CHEST_XRAY = "chest X-ray"
    CT = "CT slice"
    BRAIN_MR = "slice of the head"
    ULTRASOUND = "ultrasound picture"
    HISTOLOGY = "stained tissue section"
    FUNDUS = "fundus photo"
    SKIN = "skin photo"
    ENDOSCOPY = "endoscopy picture"
    COLOUR = "colour photo"
    GREY = "grey picture"
    BLANK = "picture without content"


# What the file's own modality word (DICOM 0008,0060) leaves open.
_BY_MODALITY = {
    "CT": (Look.CT,),
    "MR": (Look.BRAIN_MR,),
    "US": (Look.ULTRASOUND,),
    "CR": (Look.CHEST_XRAY,),
    "DX": (Look.CHEST_XRAY,),
    "RG": (Look.CHEST_XRAY,),
    "SM": (Look.HISTOLOGY,),
    "OP": (Look.FUNDUS,),
    "ES": (Look.ENDOSCOPY,),
}


@dataclass(frozen=True)
class _Traits:
    """Statistics of a picture of 256 pixels; shares are 0..1.

    Attributes:
        chroma: Median of max - min of the channels over lit pixels, 0..255.
        red: Share of lit pixels with more red than green.
        blue: Share of lit pixels with more blue than green.
        warmth: Median red over median green of lit pixels.
        hue_spread: Standard deviation of the hue over lit pixels, in degrees / 2.
        corner: Share of the picture outside its largest lit part.
        roundness: Area of that part over the area of the circle around it.
        touch: Share of the picture's edge that the largest lit part covers.
        middle: Median grey over the 99th percentile.
        texture: Median absolute Laplacian over the standard deviation of lit pixels.
    """

    chroma: float
    red: float
    blue: float
    warmth: float
    hue_spread: float
    corner: float
    roundness: float
    touch: float
    middle: float
    texture: float


def guess(view: View) -> tuple[Look, ...]:
    """Kinds of picture that this may be, the likeliest first; never empty."""
    low, high = np.percentile(view.grey, [1, 99])
    if high - low < _LEAST_RANGE:
        return (Look.BLANK,)
    stated = _BY_MODALITY.get("CT" if view.hu is not None else view.modality)
    if stated is not None:
        return stated
    traits = _traits(view)
    found = _colour_looks(traits) if traits.chroma > _COLOURED else _grey_looks(traits, view)
    if found:
        return tuple(found)
    return (Look.COLOUR if traits.chroma > _COLOURED else Look.GREY,)


def _colour_looks(t: _Traits) -> list[Look]:
    found = []
    stained = t.blue >= 0.8 and t.red >= 0.8
    # Two stains give two hues; pink skin has one.
    two_hues = t.hue_spread >= 25 or t.texture >= 0.2
    brown_and_blue = t.hue_spread >= 35 and t.texture >= 0.3 and t.red > 0.5
    if (stained and two_hues) or brown_and_blue:
        found.append(Look.HISTOLOGY)
    if t.red >= 0.85 and t.corner >= 0.1 and t.roundness >= 0.85 and t.hue_spread <= 10:
        return [*found, Look.FUNDUS]
    # Mucosa is redder than skin; a dark surround alone may also be a dermoscope's.
    if t.red >= 0.85 and t.corner >= 0.05 and t.warmth >= 1.5:
        return [*found, Look.ENDOSCOPY]
    smooth = t.texture < 0.2 or not found
    if t.red >= 0.7 and t.corner <= 0.25 and t.warmth < 1.75 and smooth:
        found.append(Look.SKIN)
    return found


def _grey_looks(t: _Traits, view: View) -> list[Look]:
    if t.touch < 0.2:
        if head_has_brain(view):
            return [Look.BRAIN_MR]
        # A body is round; the fan of an ultrasound probe is not.
        return [Look.CT] if t.roundness >= 0.5 else [Look.ULTRASOUND, Look.CT]
    found = []
    if (t.middle >= 0.62 and t.texture <= 0.2) or (t.middle >= 0.5 and t.texture <= 0.1):
        found.append(Look.CHEST_XRAY)
    if t.middle <= 0.62 and t.texture >= 0.1:
        found.append(Look.ULTRASOUND)
    return found


def _traits(view: View) -> _Traits:
    rgb = view.shrunk(view.rgb, _WORK_SIDE).astype(np.float32)
    grey = view.shrunk(view.grey, _WORK_SIDE)
    brightest, darkest = rgb.max(axis=2), rgb.min(axis=2)
    lit = brightest > 20
    red, green, blue = (rgb[..., channel][lit] for channel in range(3))
    hue = cv2.cvtColor(rgb.astype(np.uint8), cv2.COLOR_RGB2HSV)[..., 0].astype(np.float32)
    whole = shapes.filled(shapes.largest(lit))
    bright_end = max(1.0, float(np.percentile(grey, 99)))
    signal = grey > max(12.0, 0.08 * bright_end)
    laplacian = np.abs(cv2.Laplacian(grey.astype(np.float32), cv2.CV_32F))
    spread = max(1.0, float(grey[signal].std())) if signal.any() else 1.0
    return _Traits(
        chroma=float(np.median((brightest - darkest)[lit])) if lit.any() else 0.0,
        red=float((red > green + 2).mean()) if lit.any() else 0.0,
        blue=float((blue > green + 2).mean()) if lit.any() else 0.0,
        warmth=float(np.median(red) / max(1.0, np.median(green))) if lit.any() else 0.0,
        # Red sits at both ends of the hue scale: turn it by 30 so that it does not split.
        hue_spread=float(((hue[lit] + 30) % 180).std()) if lit.any() else 0.0,
        corner=float(1 - whole.mean()),
        roundness=_roundness(whole),
        touch=shapes.edge_share(shapes.largest(shapes.closed(signal, 3))),
        middle=float(np.median(grey)) / bright_end,
        texture=float(np.median(laplacian[signal])) / spread if signal.any() else 0.0,
    )


def _roundness(mask: Bool) -> float:
    """Area over the area of the smallest circle around, 0..1."""
    if not mask.any():
        return 0.0
    _, radius = cv2.minEnclosingCircle(cv2.findNonZero(mask.astype(np.uint8)))
    return float(mask.sum() / max(1.0, np.pi * radius**2))
