"""Grey-level windows: those the model was trained with, and those that readers use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.imaging.model import Window

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Float64 = npt.NDArray[np.float64]

# [min, max] in HU of the six CT tasks in BiomedParse's training data preparation (CT_WINDOWS),
# which the MedImageParse client repeats (special_normalizations).
_MODEL_RANGES = {
    "abdomen": (-150, 250),
    "lung": (-1000, 1000),
    "pelvis": (-55, 200),
    "liver": (-25, 230),
    "colon": (-68, 187),
    "pancreas": (-100, 200),
}
MODEL_WINDOWS = tuple(
    Window(f"{name} (model)", (low + high) / 2, high - low, "model")
    for name, (low, high) in _MODEL_RANGES.items()
)
"""The six ranges of HU that MedImageParse was trained with; the first is the general one."""

READING_WINDOWS = (
    Window("soft tissue", 40, 400, "reading"),
    Window("lung", -600, 1500, "reading"),
    Window("bone", 400, 1800, "reading"),
    Window("brain", 40, 80, "reading"),
)
"""Usual CT reading windows, in HU."""

Curve = Literal["linear", "linear_exact", "sigmoid", "range", "percentiles"]


@dataclass(frozen=True, eq=False)
class LookupTable:
    """A VOI lookup table (PS3.3 C.11.2.1.1).

    Attributes:
        first: The value that the first entry stands for.
        levels: float64 (N,), grey levels 0..255.
    """

    first: float
    levels: Float64


@dataclass(frozen=True, eq=False)
class Voi:
    """One way from native values to grey levels.

    Attributes:
        window: What the user picks it by.
        curve: How levels rise inside the window. ``"linear"``, ``"linear_exact"`` and
            ``"sigmoid"`` are those of PS3.3 C.11.2.1.2 and C.11.2.1.3; ``"range"`` maps
            minimum..maximum to 0..255 and truncates, as the reference client of the model does;
            ``"percentiles"`` does the same with the percentiles of each plane.
        table: Takes the place of the curve where the file has a lookup table.
    """

    window: Window
    curve: Curve = "linear"
    table: LookupTable | None = None


def voi_for(window: Window, of_file: tuple[Voi, ...], *, whole_numbers: bool) -> Voi:
    """Find how a chosen window is applied.

    Args:
        window: What the user chose. What the file itself offers is looked up by its name, so
            that the same choice follows the file's own values from frame to frame.
        of_file: What the file offers for this frame.
        whole_numbers: True for integer values and HU. The "linear" curve of DICOM takes half a
            unit off the centre and one off the width, which makes no sense for values in 0..1.
    """
    for voi in of_file:
        if (voi.window.name, voi.window.origin) == (window.name, window.origin):
            return voi
    if window.origin == "model":
        return Voi(window, "range")
    return Voi(window, "linear" if whole_numbers else "linear_exact")


def window_words(window: Window) -> str:
    """The step in words, such as ``"window lung: centre -600, width 1500"``."""
    return f"window {window.name}: centre {window.center:g}, width {window.width:g}"
