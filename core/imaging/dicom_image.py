"""One DICOM object: native values of its frames, and what is known about them without a name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut

from core.imaging.dicom_body import body_part_of
from core.imaging.dicom_elements import integer_of, word_of
from core.imaging.dicom_geometry import Display, Placement, display_of, read_placement
from core.imaging.dicom_object import read_dicom
from core.imaging.dicom_pixels import StoredPixels
from core.imaging.dicom_values import ValueRules, padding_mask, read_value_rules
from core.imaging.model import Notice
from core.imaging.privacy import burned_in_notices

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.imaging.budget import Budget
    from core.imaging.dicom_object import DicomObject

    Values = npt.NDArray[Any]

_PALETTE_GROUP = 0x0028
_PALETTE_ELEMENTS = range(0x1100, 0x1300)
_LAYOUT_KEYWORDS = ("PatientOrientation", "Modality", "PixelPaddingValue", "PixelPaddingRangeLimit")
_SHOWN_AS_XR = frozenset({"CR", "DX", "RG"})


@dataclass(frozen=True, eq=False)
class NativeFrame:
    """One frame in stored order.

    Attributes:
        values: Native units (H, W), or RGB (H, W, 3) uint8.
        blank: bool (H, W), True for padding, or None.
        unit: ``"HU"`` or ``""``.
        rules: Windows of this frame.
        steps: What was done to get the values.
    """

    values: Values
    blank: npt.NDArray[np.bool_] | None
    unit: str
    rules: ValueRules
    steps: tuple[str, ...]


class DicomImage:
    """A parsed object without its patient: pixels, rules and placements of its frames.

    Args:
        data: The whole file.
        name: The file's name, for sentences.
        budget: The limits.

    Raises:
        ImageError: As :func:`core.imaging.dicom_object.read_dicom` and :class:`StoredPixels`.
    """

    def __init__(self, data: bytes, name: str, budget: Budget) -> None:
        found = read_dicom(data, name, budget)
        self._pixels = StoredPixels(found, name)
        self._palette = _kept(found.dataset, _PALETTE_ELEMENTS)
        self._facts = _facts(found.dataset)
        self.frames = found.frames
        self.modality = "XR" if found.modality in _SHOWN_AS_XR else found.modality
        self.body_part = body_part_of(found.dataset)
        self.shape = (integer_of(found.dataset, "Rows"), integer_of(found.dataset, "Columns"))
        self.rules, self.placements = _rules_and_placements(found)
        self.series = _fingerprint(found.dataset, "SeriesInstanceUID")
        self.instance = _fingerprint(found.dataset, "SOPInstanceUID")
        self.number = integer_of(found.dataset, "InstanceNumber")
        self.notices = (*found.notices, *burned_in_notices(found.dataset), *self._oddities())

    @property
    def inverted(self) -> bool:
        """True when high values are dark."""
        return self._pixels.colours == "MONOCHROME1"

    @property
    def grey(self) -> bool:
        """True when the frames are (H, W)."""
        return self._pixels.colours.startswith("MONOCHROME")

    def unit(self, frame: int) -> str:
        """``"HU"`` for a CT frame whose rescale leads there, otherwise ``""``."""
        return "HU" if self.modality == "CT" and self.grey and self.rules[frame].gives_hu else ""

    def display(self, frame: int) -> Display:
        """How a frame is shown on its own."""
        return display_of(self.placements[frame], self._facts, self.shape)

    def decode(self, frame: int) -> NativeFrame:
        """Decode one frame into native units.

        Raises:
            DamagedFile: The pixels are cut off. The library's own errors pass through.
        """
        stored = self._pixels.decode(frame)
        rules, unit = self.rules[frame], self.unit(frame)
        if not self.grey:
            values, steps = self._colour(stored)
            return NativeFrame(values, None, unit, ValueRules(), steps)
        blank = padding_mask(self._facts, stored)
        bits = self._pixels.bits
        kind = f"{bits}-bit grey" if bits else "floating-point grey"
        steps = (f"{kind} read from DICOM", *rules.words(unit))
        return NativeFrame(rules.to_native(stored, bits), blank, unit, rules, steps)

    def _colour(self, stored: Values) -> tuple[Values, tuple[str, ...]]:
        bits = self._pixels.bits
        if self._pixels.colours == "PALETTE COLOR":
            colours = np.asarray(apply_color_lut(stored, self._palette))
            # Tables of 16 bits hold 16-bit levels, except where all of them are below 256.
            if colours.dtype != np.uint8:
                colours = colours >> 8 if colours.max() > 255 else colours
            return colours.astype(np.uint8), ("palette colours read from DICOM",)
        steps = (f"{bits}-bit colours read from DICOM",)
        if stored.dtype == np.uint8:
            return stored, steps
        return (stored >> max(0, bits - 8)).astype(np.uint8), (*steps, "scaled to 8 bits")

    def _oddities(self) -> tuple[Notice, ...]:
        found = list(self.placements[0].notices)
        if self.modality == "CT" and self.grey and not self.unit(0):
            text = (
                "This CT does not say how its values become Hounsfield units; CT windows cannot "
                "be used and values are as stored."
            )
            found.append(Notice("hu_unknown", text, "warning"))
        found.extend(self.rules[0].notices)
        if len(self._palette) and self.grey:
            text = "The file colours a part of its grey values; it is shown in grey."
            found.append(Notice("grey_only", text))
        return tuple(found)


def _rules_and_placements(
    found: DicomObject,
) -> tuple[tuple[ValueRules, ...], tuple[Placement, ...]]:
    """Of every frame; one for all where the object has no functional groups."""
    dataset = found.dataset
    frames = range(found.frames if "PerFrameFunctionalGroupsSequence" in dataset else 1)
    rules = tuple(read_value_rules(dataset, n) for n in frames)
    placements = tuple(read_placement(dataset, n) for n in frames)
    times = found.frames if len(frames) == 1 else 1
    return rules * times, placements * times


def _fingerprint(dataset: Dataset, keyword: str) -> str:
    """A hash of an identifier, to compare objects without keeping the identifier."""
    value = str(dataset.get(keyword) or "")
    return hashlib.sha256(value.encode()).hexdigest() if value else ""


def _kept(dataset: Dataset, elements: range) -> Dataset:
    """The palette of an object, and nothing else of it."""
    kept = Dataset()
    for element in dataset.group_dataset(_PALETTE_GROUP):
        if element.tag.element in elements:
            kept.add(element)
    return kept


def _facts(dataset: Dataset) -> Dataset:
    """The few elements that later steps ask for, none of which identifies anyone."""
    kept = Dataset()
    for keyword in _LAYOUT_KEYWORDS:
        if keyword in dataset:
            kept.add(dataset[keyword])
    kept.Modality = word_of(dataset, "Modality")[:16]
    return kept
