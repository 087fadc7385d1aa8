"""From native values to the 8-bit picture: windows, percentiles, and the steps in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import ChoiceError
from core.imaging.model import Notice
from core.imaging.windows import window_words

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from core.imaging.model import Window
    from core.imaging.windows import Voi

    Values = npt.NDArray[Any]
    Float64 = npt.NDArray[np.float64]
    Uint8 = npt.NDArray[np.uint8]
    Mask = npt.NDArray[np.bool_]

LOW_PERCENTILE, HIGH_PERCENTILE = 0.5, 99.5
"""Default of the MedImageParse client for data that is not 8-bit."""

# Values that are turned into levels at a time: bounds the floating-point copy.
_CHUNK = 1 << 22


@dataclass(frozen=True)
class Look:
    """What decides how a plane looks, beside its values.

    Attributes:
        voi: The window or table to apply, or None for 8-bit as it is and percentiles otherwise.
        foreground_only: Take percentiles over values above 0 (MR, whose background is 0).
        inverted: High values are dark (MONOCHROME1, MINISWHITE); inverted last.
    """

    voi: Voi | None = None
    foreground_only: bool = False
    inverted: bool = False


@dataclass(frozen=True, eq=False)
class Rendered:
    """A picture and how it came about.

    Attributes:
        rgb: uint8 (H, W, 3).
        window: The window that was applied, or None.
        steps: What was done, in words, in order.
        notices: What the user should know.
    """

    rgb: Uint8
    window: Window | None = None
    steps: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()


def render(values: Values, look: Look, blank: Mask | None = None) -> Rendered:
    """Turn native values into the picture that is shown and sent.

    Args:
        values: (H, W) or (H, W, 3), any integer or floating dtype.
        look: Window, percentiles or neither.
        blank: bool (H, W), True where there is no measurement (padding); left out of
            percentiles and shown black.

    Raises:
        ChoiceError: A window was chosen for colour.
    """
    # Casting and scaling NaN, infinite and very large numbers is meant; they are dealt with after.
    with np.errstate(all="ignore"):
        return _colour(values, look) if values.ndim == 3 else _grey(values, look, blank)


def _grey(values: Values, look: Look, blank: Mask | None) -> Rendered:
    hidden, notices = _without_numbers(values, blank)
    voi, window = look.voi, None
    if voi is not None and voi.curve != "percentiles":
        window = voi.window
        levels = _apply(values, lambda v: voi_levels(v, voi))
        steps = [window_words(voi.window)]
    elif voi is None and values.dtype == np.uint8:
        levels, steps = values.copy(), []
    else:
        low, high, words = limits(values, hidden, foreground_only=look.foreground_only)
        levels = _apply(values, lambda v: range_levels(v, low, high))
        steps = [words]
    if look.inverted:
        np.subtract(255, levels, out=levels)
        steps.append("inverted: high values are dark")
    if hidden is not None:
        levels[hidden] = 0
        steps.append("pixels without a measurement shown black")
    rgb = np.repeat(levels[:, :, None], 3, axis=2)
    return Rendered(rgb, window, tuple(steps), notices)


def limits(
    values: Values, hidden: Mask | None = None, *, foreground_only: bool = False
) -> tuple[float, float, str]:
    """The 0.5 and 99.5 percentiles, and the step in words.

    A picture with fewer than one in 200 pixels above the ground has equal percentiles; then the
    smallest and largest value are taken.

    Args:
        values: Any shape, integer or floating.
        hidden: bool, same shape: values to leave out.
        foreground_only: Leave out values of 0 and below, unless nothing is left then.
    """
    counted = values[np.isfinite(values)] if hidden is None else values[~hidden & _finite(values)]
    over = "of all pixels"
    if foreground_only and (counted > 0).any():
        counted = counted[counted > 0]
        over = "of the pixels above 0"
    if not counted.size:
        return 0.0, 0.0, "no pixel has a value: shown black"
    low, high = (float(p) for p in np.percentile(counted, (LOW_PERCENTILE, HIGH_PERCENTILE)))
    name = f"{LOW_PERCENTILE:g} to {HIGH_PERCENTILE:g} percentiles {over}"
    if high <= low:
        low, high = float(counted.min()), float(counted.max())
        name = "smallest to largest value"
    if high <= low:
        return low, high, f"all pixels have the value {low:g}: shown black"
    return low, high, f"{name} ({low:g} to {high:g}) scaled to 0..255"


def range_levels(values: Float64, low: float, high: float) -> Float64:
    """Scale low..high to 0..255 and truncate, as the model's reference client does."""
    if not high > low:
        return np.zeros_like(values)
    return np.floor(np.clip((values - low) / (high - low), 0, 1) * 255)


def voi_levels(values: Float64, voi: Voi) -> Float64:
    """Grey levels 0..255 by a window (PS3.3 C.11.2.1.2, C.11.2.1.3) or a lookup table."""
    if voi.table is not None:
        place = np.clip(np.rint(values - voi.table.first), 0, len(voi.table.levels) - 1)
        levels: Float64 = voi.table.levels[np.nan_to_num(place).astype(np.intp)]
        return levels
    center, width = voi.window.center, voi.window.width
    if voi.curve == "range":
        return range_levels(values, center - width / 2, center + width / 2)
    if voi.curve == "sigmoid":
        exponent = np.clip(-4 * (values - center) / width, -700, 700)
        return np.rint(255 / (1 + np.exp(exponent)))
    if voi.curve == "linear" and width > 1:
        center, width = center - 0.5, width - 1
    return np.rint(np.clip(((values - center) / width + 0.5) * 255, 0, 255))


def _apply(values: Values, levels_of: Callable[[Float64], Float64]) -> Uint8:
    """Levels of every value; for 8- and 16-bit integers by a table of all possible values."""
    if values.dtype.kind in "iu" and values.dtype.itemsize <= 2:
        kind = values.dtype.newbyteorder("=")
        unsigned = np.dtype(f"u{kind.itemsize}")
        every = np.arange(1 << (8 * kind.itemsize), dtype=unsigned).view(kind)
        table = levels_of(every.astype(np.float64)).astype(np.uint8)
        found: Uint8 = table[np.ascontiguousarray(values, dtype=kind).view(unsigned)]
        return found
    levels = np.empty(values.shape, dtype=np.uint8)
    rows = max(1, _CHUNK // max(1, values[0].size))
    for start in range(0, len(values), rows):
        part = values[start : start + rows].astype(np.float64)
        levels[start : start + rows] = np.nan_to_num(levels_of(part)).astype(np.uint8)
    return levels


def _colour(values: Values, look: Look) -> Rendered:
    if look.voi is not None:
        raise ChoiceError("A colour picture has no grey-level window.", "Choose no window for it.")
    if values.dtype == np.uint8:
        return Rendered(np.array(values, dtype=np.uint8))
    hidden, notices = _without_numbers(values, None)
    low, high, words = limits(values, hidden)
    levels = _apply(values, lambda v: range_levels(v, low, high))
    if hidden is not None:
        levels[hidden] = 0
    return Rendered(levels, steps=(f"{words}, the same for all colours",), notices=notices)


def _without_numbers(values: Values, blank: Mask | None) -> tuple[Mask | None, tuple[Notice, ...]]:
    """What is to be shown black, and a notice when values are missing or infinite."""
    if values.dtype.kind != "f" or np.isfinite(values).all():
        return blank, ()
    missing = np.isnan(values)
    infinite = int(values.size - np.isfinite(values).sum() - missing.sum())
    notice = Notice(
        "not_finite",
        f"{int(missing.sum())} pixels hold no number (NaN; shown black) and {infinite} are "
        "infinite (shown white or black); they are left out of the scaling.",
        "warning",
    )
    return (missing if blank is None else missing | blank), (notice,)


def _finite(values: Values) -> Mask:
    return np.isfinite(values)
