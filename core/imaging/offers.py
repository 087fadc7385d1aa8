"""Which windows are on offer for a file, given its first plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from core.imaging.intensity import limits
from core.imaging.model import Notice, Window
from core.imaging.windows import MODEL_WINDOWS, READING_WINDOWS, Voi

if TYPE_CHECKING:
    import numpy.typing as npt

    Values = npt.NDArray[Any]
    Mask = npt.NDArray[np.bool_]

PERCENTILES = "percentiles"
"""Name of the entry that scales each plane by its own percentiles, where windows are on offer."""

LOOKS_LIKE_HU = Notice(
    "looks_like_hu",
    "The values look like Hounsfield units, but the file does not say so; it is shown by "
    "percentiles. If it is a CT, choose a CT window.",
)
"""For files without a modality whose values reach from air to bone."""

_CT_VOIS = (
    *(Voi(window, "range") for window in MODEL_WINDOWS),
    *(Voi(window) for window in READING_WINDOWS),
)
# Lowest and highest values, in HU, that a CT with air and bone or contrast in it reaches.
_AIR, _BONE = -500, 200
_LOWEST, _HIGHEST = -4096, 32767


def ct_offer(values: Values, blank: Mask | None, of_file: tuple[Voi, ...]) -> tuple[Voi, ...]:
    """For known HU: the file's windows, the model's, the reading windows, percentiles.

    Args:
        values: (H, W) of the first plane.
        blank: bool (H, W), True for padding, or None.
        of_file: Windows and tables of the file.
    """
    return (*of_file, *_CT_VOIS, _percentiles(values, blank))


def other_offer(values: Values, blank: Mask | None, of_file: tuple[Voi, ...]) -> tuple[Voi, ...]:
    """For other units: the file's windows and percentiles; nothing when it has none."""
    return (*of_file, _percentiles(values, blank)) if of_file else ()


def unsure_offer(values: Values) -> tuple[Voi, ...]:
    """For files without a modality: CT windows after percentiles, where values look like HU.

    Args:
        values: (H, W) of a plane in the middle of the file.
    """
    if values.ndim != 2 or values.dtype.kind not in "if":
        return ()
    finite = values[np.isfinite(values)]
    if not finite.size:
        return ()
    low, high = float(finite.min()), float(finite.max())
    if not (_LOWEST <= low <= _AIR and _BONE <= high <= _HIGHEST):
        return ()
    return (_percentiles(values, None), *_CT_VOIS)


def _percentiles(values: Values, blank: Mask | None) -> Voi:
    low, high, _ = limits(values, blank)
    window = Window(PERCENTILES, (low + high) / 2, max(high - low, 1e-6), "reading")
    return Voi(window, "percentiles")
