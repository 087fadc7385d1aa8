"""How a DICOM frame says that its values are to be read: rescale, padding, windows, tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.imaging.dicom_elements import (
    items_of,
    layers_of,
    number_of,
    numbers_of,
    word_of,
    words_of,
)
from core.imaging.model import Notice, Window
from core.imaging.rescaling import rescale
from core.imaging.windows import LookupTable, Voi

if TYPE_CHECKING:
    import numpy.typing as npt
    from pydicom.dataset import Dataset

    from core.imaging.windows import Curve

    Values = npt.NDArray[Any]

_CURVES: dict[str, Curve] = {
    "LINEAR": "linear",
    "LINEAR_EXACT": "linear_exact",
    "SIGMOID": "sigmoid",
}
# Names of windows are free text of the file; only ones that look like a name are shown.
_WINDOW_NAME = re.compile(r"[A-Za-z][A-Za-z0-9 _/+.-]{0,23}")


@dataclass(frozen=True, eq=False)
class ValueRules:
    """What turns stored values of one frame into native units.

    Attributes:
        slope: Rescale slope, or None when the file gives none that can be used.
        intercept: Rescale intercept.
        kind: Rescale type in capitals, such as ``"HU"``, or ``""``.
        table: A modality lookup table, in place of slope and intercept.
        vois: Windows and tables on offer, the first is the default.
        notices: What had to be left out.
    """

    slope: float | None = None
    intercept: float = 0.0
    kind: str = ""
    table: LookupTable | None = None
    vois: tuple[Voi, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def gives_hu(self) -> bool:
        """True when a CT's rescale is there and does not say that it leads elsewhere."""
        return self.slope is not None and self.kind in ("", "HU")

    def to_native(self, stored: Values, bits: int = 0) -> Values:
        """Apply the table, or slope and intercept (PS3.3 C.11.1).

        Args:
            stored: Any shape.
            bits: Bits of a stored integer, or 0 for all of its type.
        """
        if self.table is not None:
            place = np.clip(
                stored.astype(np.int64) - int(self.table.first), 0, len(self.table.levels) - 1
            )
            return self.table.levels[place].astype(np.float32)
        if self.slope is None:
            return stored
        return rescale(stored, self.slope, self.intercept, bits)

    def words(self, unit: str) -> tuple[str, ...]:
        """The step in words; empty when nothing was done."""
        if self.table is not None:
            return ("modality lookup table applied",)
        if self.slope is None:
            return ()
        to = " to HU" if unit == "HU" else ""
        return (f"rescaled{to} with slope {self.slope:g} and intercept {self.intercept:g}",)


def read_value_rules(dataset: Dataset, frame: int) -> ValueRules:
    """Find the rules for one frame, from its functional groups or from the top of the object."""
    slope, intercept, kind = _rescale(dataset, frame)
    table = _modality_table(dataset)
    vois, notices = _vois(dataset, frame)
    return ValueRules(slope, intercept, kind, table, vois, notices)


def padding_mask(dataset: Dataset, stored: Values) -> npt.NDArray[np.bool_] | None:
    """Where stored values are padding (PixelPaddingValue, PixelPaddingRangeLimit).

    Args:
        dataset: The object.
        stored: (H, W) integers, before rescaling.

    Returns:
        bool (H, W), or None when there is no padding.
    """
    first = number_of(dataset, "PixelPaddingValue")
    if first is None or stored.dtype.kind not in "iu" or stored.ndim != 2:
        return None
    last = number_of(dataset, "PixelPaddingRangeLimit")
    bits = 8 * stored.dtype.itemsize
    both = (first, first if last is None else last)
    ends = [_as_stored(int(end), stored.dtype, bits) for end in both]
    mask = (stored >= min(ends)) & (stored <= max(ends))
    return mask if mask.any() else None


def _as_stored(value: int, dtype: np.dtype[np.generic], bits: int) -> int:
    """A padding value whose sign was written the other way, as some scanners do."""
    if dtype.kind == "i" and value >= 1 << (bits - 1):
        return value - (1 << bits)
    return value + (1 << bits) if dtype.kind == "u" and value < 0 else value


def _rescale(dataset: Dataset, frame: int) -> tuple[float | None, float, str]:
    """Slope, intercept and type; an empty or missing pair is absent, and a slope of 0 too."""
    for layer in layers_of(dataset, frame, "PixelValueTransformationSequence"):
        slope, intercept = number_of(layer, "RescaleSlope"), number_of(layer, "RescaleIntercept")
        if slope is None and intercept is None:
            continue
        if slope == 0:
            return None, 0.0, ""
        return 1.0 if slope is None else slope, intercept or 0.0, word_of(layer, "RescaleType")
    return None, 0.0, ""


def _vois(dataset: Dataset, frame: int) -> tuple[tuple[Voi, ...], tuple[Notice, ...]]:
    for layer in layers_of(dataset, frame, "FrameVOILUTSequence"):
        windows, left_out = _windows(layer)
        vois = (*windows, *_voi_tables(layer))
        if vois or left_out:
            return vois, left_out
    return (), ()


def _windows(layer: Dataset) -> tuple[tuple[Voi, ...], tuple[Notice, ...]]:
    centers, widths = numbers_of(layer, "WindowCenter"), numbers_of(layer, "WindowWidth")
    names = words_of(layer, "WindowCenterWidthExplanation")
    curve = _CURVES.get(word_of(layer, "VOILUTFunction"), "linear")
    found: list[Voi] = []
    ignored = 0
    for n, (center, width) in enumerate(zip(centers, widths, strict=False)):
        if width <= 0:
            ignored += 1
            continue
        name = names[n] if n < len(names) and _WINDOW_NAME.fullmatch(names[n]) else ""
        taken = {voi.window.name for voi in found}
        if not name or name in taken:
            name = f"{n + 1} of the file" if len(centers) > 1 else "of the file"
        found.append(Voi(Window(name, center, width, "file"), curve))
    if not ignored:
        return tuple(found), ()
    text = f"{ignored} window of the file has a width of 0 or less and is left out."
    return tuple(found), (Notice("window_ignored", text),)


def _voi_tables(layer: Dataset) -> tuple[Voi, ...]:
    found: list[Voi] = []
    for n, item in enumerate(items_of(layer, "VOILUTSequence")):
        table = read_table(item, scale_to=255.0)
        if table is not None:
            count = len(table.levels)
            window = Window(f"table {n + 1} of the file", table.first + count / 2, count, "file")
            found.append(Voi(window, table=table))
    return tuple(found)


def _modality_table(dataset: Dataset) -> LookupTable | None:
    for item in items_of(dataset, "ModalityLUTSequence"):
        return read_table(item)
    return None


def read_table(item: Dataset, scale_to: float | None = None) -> LookupTable | None:
    """Read LUTDescriptor and LUTData (PS3.3 C.11.1.1, C.11.2.1.1).

    Args:
        item: An item of a modality or VOI LUT sequence.
        scale_to: Scale entries from the range of their bits to 0..``scale_to``; None keeps them.

    Returns:
        The table, or None when it is missing or makes no sense.
    """
    descriptor = numbers_of(item, "LUTDescriptor")
    if len(descriptor) != 3:
        return None
    count, first, bits = int(descriptor[0]) or 65536, descriptor[1], int(descriptor[2])
    raw = item.get("LUTData")
    if isinstance(raw, bytes):
        wide = len(raw) >= 2 * count
        entries = np.frombuffer(raw[: 2 * count if wide else count], "<u2" if wide else "u1")
    else:
        entries = np.array(numbers_of(item, "LUTData"), dtype=np.float64).astype(np.uint16)
    if count < 2 or len(entries) < count or not 1 <= bits <= 16:
        return None
    levels = entries[:count].astype(np.float64)
    if scale_to is not None:
        levels = np.rint(np.clip(levels * (scale_to / ((1 << bits) - 1)), 0, scale_to))
    return LookupTable(first, levels)
