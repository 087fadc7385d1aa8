"""Where a DICOM frame lies in the patient, how it is turned for display, and its spacing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.geometry import SpacingMm
from core.imaging.dicom_elements import (
    items_of,
    layers_of,
    number_of,
    numbers_of,
    word_of,
    words_of,
)
from core.imaging.grid import VolumeGrid
from core.imaging.model import Notice, Orientation, PlaneLayout

if TYPE_CHECKING:
    import numpy.typing as npt
    from pydicom.dataset import Dataset

    Float64 = npt.NDArray[np.float64]

# LPS of DICOM to RAS of the grid.
_RAS = np.array([-1.0, -1.0, 1.0])
# Letters of PatientOrientation, and those shown at the edges: foot is inferior, head superior.
_SHOWN = {"L": "L", "R": "R", "A": "A", "P": "P", "F": "I", "H": "S"}
_OPPOSITE = {"L": "R", "R": "L", "A": "P", "P": "A", "S": "I", "I": "S"}
# Projection radiographs that are turned to the usual frontal view by PatientOrientation.
_RADIOGRAPHS = frozenset({"CR", "DX"})
_CENTIMETRES = 3  # PhysicalUnitsXDirection, PS3.3 C.8.5.5.1.15


@dataclass(frozen=True, eq=False)
class Placement:
    """Where one frame lies.

    Attributes:
        position: Centre of the first pixel in RAS millimetres (3,), or None.
        cosines: Directions in RAS, (2, 3): along a row (to the right), down a column; or None.
        spacing: Of the stored rows and columns, or None.
        notices: What the user should know about the spacing.
    """

    position: Float64 | None = None
    cosines: Float64 | None = None
    spacing: SpacingMm | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def normal(self) -> Float64 | None:
        """Unit vector across the slice, row direction x column direction in LPS, given in RAS."""
        if self.cosines is None:
            return None
        row, column = self.cosines * _RAS
        normal: Float64 = np.cross(row, column) * _RAS
        return normal

    @property
    def height(self) -> float | None:
        """Position along the normal in millimetres."""
        if self.position is None or self.normal is None:
            return None
        return float(self.position @ self.normal)


@dataclass(frozen=True)
class Display:
    """How one stored plane is shown.

    Attributes:
        layout: From the stored (rows, columns) to the display.
        orientation: Letters at the displayed edges, or None.
        spacing_mm: Of the displayed rows and columns, or None.
        notices: What the user should know.
    """

    layout: PlaneLayout
    orientation: Orientation | None
    spacing_mm: SpacingMm | None
    notices: tuple[Notice, ...] = ()


def read_placement(dataset: Dataset, frame: int) -> Placement:
    """Read position, orientation and spacing of one frame; what makes no sense is absent."""
    position = cosines = None
    for layer in layers_of(dataset, frame, "PlanePositionSequence"):
        found = numbers_of(layer, "ImagePositionPatient")
        if len(found) == 3:
            position = np.array(found) * _RAS
            break
    for layer in layers_of(dataset, frame, "PlaneOrientationSequence"):
        cosines = _cosines(numbers_of(layer, "ImageOrientationPatient"))
        if cosines is not None:
            break
    spacing, notices = _spacing(dataset, frame)
    return Placement(position, cosines, spacing, notices)


def display_of(placement: Placement, dataset: Dataset, shape: tuple[int, int]) -> Display:
    """Decide how a single plane is shown: radiologically where the file says how it lies.

    Args:
        placement: Of the frame.
        dataset: The object, for PatientOrientation.
        shape: Stored rows and columns.
    """
    spacing = placement.spacing
    if placement.cosines is None:
        return _by_letters(dataset, spacing)
    row, column = placement.cosines
    grid = plane_grid(placement, row, column, shape)
    view = next(view for view in grid.views if view.along == 2)
    if spacing is not None and view.layout.transposed:
        spacing = SpacingMm(spacing.column, spacing.row)
    oblique = tuple(notice for notice in grid.notices if notice.code == "oblique")
    return Display(view.layout, view.orientation, spacing, oblique)


def plane_grid(
    placement: Placement, row: Float64, column: Float64, shape: tuple[int, int]
) -> VolumeGrid:
    """The grid of one plane, array axes (rows, columns, slices), for its display only."""
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1] = column, row
    affine[:3, 2] = placement.normal
    return VolumeGrid((*shape, 2), affine)


def _cosines(found: tuple[float, ...]) -> Float64 | None:
    """Two unit vectors at a right angle, or None."""
    if len(found) != 6:
        return None
    vectors = np.array(found).reshape(2, 3)
    lengths = np.sqrt((vectors**2).sum(axis=1))
    if (np.abs(lengths - 1) > 0.01).any() or abs(float(vectors[0] @ vectors[1])) > 0.01:
        return None
    cosines: Float64 = vectors / lengths[:, None] * _RAS
    return cosines


def _spacing(dataset: Dataset, frame: int) -> tuple[SpacingMm | None, tuple[Notice, ...]]:
    """PixelSpacing before NominalScannedPixelSpacing, ultrasound regions and the detector's."""
    detector = _pair(numbers_of(dataset, "ImagerPixelSpacing"))
    for layer in layers_of(dataset, frame, "PixelMeasuresSequence"):
        found = _pair(numbers_of(layer, "PixelSpacing"))
        if found is not None:
            same = word_of(dataset, "Modality") in _RADIOGRAPHS and found == detector
            return found, _AT_DETECTOR if same else ()
    scanned = _pair(numbers_of(dataset, "NominalScannedPixelSpacing"))
    if scanned is not None:
        return scanned, ()
    if detector is not None:
        return detector, _AT_DETECTOR
    spacing, notices = _ultrasound(dataset)
    aspect = numbers_of(dataset, "PixelAspectRatio")
    if spacing is None and len(aspect) == 2 and min(aspect) > 0 and aspect[0] != aspect[1]:
        text = f"Pixels are not square ({aspect[0]:g} high to {aspect[1]:g} wide), of unknown size."
        notices += (Notice("pixel_aspect", text, "warning"),)
    return spacing, notices


_AT_DETECTOR = (
    Notice(
        "at_detector",
        "Distances are those at the detector: the body is shown larger than it is, by an unknown "
        "factor.",
    ),
)


def _pair(found: tuple[float, ...]) -> SpacingMm | None:
    return SpacingMm(found[0], found[1]) if len(found) == 2 and min(found) > 0 else None


def _ultrasound(dataset: Dataset) -> tuple[SpacingMm | None, tuple[Notice, ...]]:
    """Spacing of 2-D regions, where all of them agree (PS3.3 C.8.5.5)."""
    found: set[SpacingMm] = set()
    others = 0
    for region in items_of(dataset, "SequenceOfUltrasoundRegions"):
        units = [number_of(region, f"PhysicalUnits{axis}Direction") for axis in "XY"]
        row, column = (number_of(region, f"PhysicalDelta{axis}") for axis in "YX")
        if units == [_CENTIMETRES, _CENTIMETRES] and row and column:
            found.add(SpacingMm(abs(row) * 10, abs(column) * 10))
        else:
            others += 1
    if len(found) != 1:
        text = "The regions of this ultrasound image have different scales; none is used."
        return None, (Notice("several_scales", text),) if found else ()
    text = "Distances hold inside the ultrasound picture, not in traces or margins beside it."
    return next(iter(found)), (Notice("region_scale", text),) if others else ()


def _by_letters(dataset: Dataset, spacing: SpacingMm | None) -> Display:
    """Letters, and the frontal view of radiographs, from PatientOrientation."""
    words = words_of(dataset, "PatientOrientation")
    firsts = [word[:1].upper() for word in words]
    if len(firsts) != 2 or not all(first in _SHOWN for first in firsts):
        return Display(PlaneLayout(), None, spacing)
    right, bottom = (_SHOWN[first] for first in firsts)
    flip_columns = flip_rows = False
    if word_of(dataset, "Modality") in _RADIOGRAPHS and set(firsts) <= set("LRHF"):
        flip_columns, flip_rows = right == "R", bottom == "S"
    right = _OPPOSITE[right] if flip_columns else right
    bottom = _OPPOSITE[bottom] if flip_rows else bottom
    letters = Orientation(_OPPOSITE[right], right, _OPPOSITE[bottom], bottom)
    return Display(PlaneLayout(flip_rows=flip_rows, flip_columns=flip_columns), letters, spacing)
