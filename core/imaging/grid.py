"""Where the voxels of a volume lie in the patient, and how its planes are shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from core.geometry import SpacingMm
from core.imaging.model import Axis, Notice, Orientation, PlaneLayout
from core.imaging.refusals import MIN_SIDE

if TYPE_CHECKING:
    import numpy.typing as npt

    Float64 = npt.NDArray[np.float64]

# Beyond this angle the slices are said to be oblique, in degrees.
_OBLIQUE_DEGREES = 1.0
# Largest part of a unit vector by which two axes may fail to be perpendicular.
_SHEAR = 0.01
_AXIS_LETTERS = (("L", "R"), ("P", "A"), ("I", "S"))


@dataclass(frozen=True)
class _Plan:
    """One anatomical direction: patient axes 0 (x, R), 1 (y, A), 2 (z, S).

    Rows always run towards the smaller coordinate (posterior or inferior at the bottom), and so
    do columns (left or posterior at the right): the radiological display.
    """

    through: int
    down: int
    right: int
    rising: bool


_PLANS = {
    "axial": _Plan(through=2, down=1, right=0, rising=True),
    "coronal": _Plan(through=1, down=2, right=0, rising=False),
    "sagittal": _Plan(through=0, down=2, right=1, rising=True),
}


@dataclass(frozen=True)
class SliceView:
    """One direction of browsing through a volume.

    Attributes:
        name: ``"axial"``, ``"coronal"`` or ``"sagittal"``.
        along: The array axis that is browsed, 0 to 2.
        count: Number of slices.
        backwards: True when slice 0 is the last index of that array axis. Slices are counted
            from inferior, from anterior, and from the patient's left.
        layout: From the plane of the two other array axes, in their order, to the display.
        orientation: Letters at the displayed edges, or None when the file does not say.
        spacing_mm: Of the displayed rows and columns, or None.
    """

    name: str
    along: int
    count: int
    backwards: bool
    layout: PlaneLayout
    orientation: Orientation | None
    spacing_mm: SpacingMm | None

    def file_index(self, index: int) -> int:
        """Index along the array axis of the displayed slice ``index``."""
        return self.count - 1 - index if self.backwards else index


@dataclass(frozen=True, eq=False)
class VolumeGrid:
    """The grid of a volume, as its file stores it.

    Attributes:
        shape: Voxels along the three array axes.
        affine: float64 (4, 4), from array indices to millimetres in RAS+ (x to the right, y to
            the front, z up), as NIfTI has it.
        known: False when the file does not say how the patient lies; then ``affine`` is a guess
            that gives no letters.
        has_spacing: False when the file gives no voxel size.
    """

    shape: tuple[int, int, int]
    affine: Float64
    known: bool = True
    has_spacing: bool = True

    def __post_init__(self) -> None:
        self.affine.setflags(write=False)

    @cached_property
    def views(self) -> tuple[SliceView, ...]:
        """The directions that can be browsed, axial first; planes of a single row are left out."""
        views = [self._view(name, plan) for name, plan in _PLANS.items()]
        sides = (self._sides(view) for view in views)
        return tuple(view for view, side in zip(views, sides, strict=True) if side >= MIN_SIDE)

    def view(self, name: str) -> SliceView:
        """The view of that name; it has to be one of :attr:`views`."""
        return next(view for view in self.views if view.name == name)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """What the page offers."""
        return tuple(Axis(view.name, view.count) for view in self.views)

    def slice_key(self, name: str, index: int) -> tuple[slice | int, ...]:
        """What to index a (I, J, K) array with to get the plane of a displayed slice."""
        view = self.view(name)
        key: list[slice | int] = [slice(None)] * 3
        key[view.along] = view.file_index(index)
        return tuple(key)

    def place(
        self, volume: npt.NDArray[np.generic], name: str, index: int, shown: npt.NDArray[np.generic]
    ) -> None:
        """Write a displayed plane, such as a mask, into a volume on the file's own grid.

        Args:
            volume: (I, J, K), changed in place.
            name: Name of the view that ``shown`` belongs to.
            index: Displayed slice.
            shown: (H, W) as displayed.
        """
        volume[self.slice_key(name, index)] = self.view(name).layout.to_file(shown)

    @cached_property
    def zooms(self) -> tuple[float, float, float]:
        """Distance between neighbouring voxels along the array axes, in millimetres."""
        lengths = np.sqrt((self.affine[:3, :3] ** 2).sum(axis=0))
        return (float(lengths[0]), float(lengths[1]), float(lengths[2]))

    @cached_property
    def notices(self) -> tuple[Notice, ...]:
        """What the user should know about the geometry."""
        if not self.known:
            text = "The file does not say how the patient lies; left and right are not labelled."
            return (Notice("orientation_unknown", text, "warning"),)
        cosines = self.affine[:3, :3] / np.array(self.zooms)
        angle = float(np.degrees(np.arccos(np.clip(np.abs(cosines).max(axis=0), 0, 1))).max())
        found: list[Notice] = []
        if angle > _OBLIQUE_DEGREES:
            text = (
                f"The volume is oblique: its slices are the scanner's, up to {angle:.0f}° away "
                "from the true axial, coronal and sagittal planes."
            )
            found.append(Notice("oblique", text, "warning"))
        if np.abs(cosines.T @ cosines - np.eye(3)).max() > _SHEAR:
            text = "The axes of the volume are not perpendicular (a tilted gantry or a shear)."
            found.append(Notice("sheared", text, "warning"))
        return tuple(found)

    @cached_property
    def _patient_axes(self) -> tuple[tuple[int, bool], ...]:
        """For every array axis: the patient axis it runs along most, and whether towards R, A, S.

        Each patient axis is given to one array axis; of the six ways the one whose direction
        cosines are largest together is taken.
        """
        cosines = self.affine[:3, :3] / np.array(self.zooms)
        ways = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))
        best = max(ways, key=lambda way: sum(abs(cosines[p, a]) for a, p in enumerate(way)))
        return tuple((p, bool(cosines[p, a] > 0)) for a, p in enumerate(best))

    def _view(self, name: str, plan: _Plan) -> SliceView:
        array_axis = {patient: a for a, (patient, _) in enumerate(self._patient_axes)}
        rising = dict(self._patient_axes)
        along, down, right = (array_axis[p] for p in (plan.through, plan.down, plan.right))
        low, high = _AXIS_LETTERS[plan.right]
        bottom, top = _AXIS_LETTERS[plan.down]
        return SliceView(
            name=name,
            along=along,
            count=self.shape[along],
            backwards=rising[plan.through] != plan.rising,
            layout=PlaneLayout(
                transposed=down > right,
                flip_rows=rising[plan.down],
                flip_columns=rising[plan.right],
            ),
            orientation=Orientation(high, low, top, bottom) if self.known else None,
            spacing_mm=(
                SpacingMm(self.zooms[down], self.zooms[right]) if self.has_spacing else None
            ),
        )

    def _sides(self, view: SliceView) -> int:
        return min(side for axis, side in enumerate(self.shape) if axis != view.along)
