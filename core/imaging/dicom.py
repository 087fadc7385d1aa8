"""DICOM uploads: one object, or the slices of a series, shown plane by plane."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from core.imaging.dicom_image import DicomImage
from core.imaging.dicom_space import DicomSlice, DicomSpace
from core.imaging.dicom_volume import arrange
from core.imaging.model import Axis, Choices, Notice, PlaneLayout, Upload
from core.imaging.offers import ct_offer, other_offer
from core.imaging.picture import Plane, frame_of
from core.imaging.refusals import check_choice, read_or_refuse
from core.imaging.sniff import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.imaging.budget import Budget
    from core.imaging.dicom_geometry import Display
    from core.imaging.dicom_image import NativeFrame
    from core.imaging.grid import SliceView
    from core.imaging.model import Frame, Selection
    from core.imaging.windows import Voi


_NO_WINDOW = Notice(
    "no_window",
    "The file has no grey-level window; the model's range for the abdomen is shown first.",
)


def open_dicom(data: bytes, name: str, budget: Budget) -> DicomUpload:
    """Open one DICOM object.

    Frames keep the numbers that the file gives them. Where they make a volume, the order in
    space is on offer as a direction of its own.

    Raises:
        ImageError: It holds no image, is over the budget, or cannot be decoded.
    """
    image = DicomImage(data, name, budget)
    slices = [DicomSlice(lambda: image, n) for n in range(image.frames)]
    arranged = arrange(image.placements, image.shape) if image.frames > 1 else None
    if arranged is None or arranged.volumes > 1:
        return DicomUpload(name, image, slices, None, budget=budget)
    space = None
    if arranged.grid is not None:
        space = DicomSpace(arranged.grid, [[slices[n] for n in arranged.order]])
    return DicomUpload(name, image, slices, space, budget=budget, notices=arranged.notices)


class DicomUpload(Upload):
    """The slices of one object or of one series.

    Args:
        name: As given by the user.
        first: The object of the first slice, for what all slices share.
        slices: In the order in which they are numbered.
        space: The volume that they make, or None.
        budget: The limits; a volume above them is not cut across its slices.
        notices: What the user should know about the order of slices.
    """

    def __init__(
        self,
        name: str,
        first: DicomImage,
        slices: Sequence[DicomSlice],
        space: DicomSpace | None,
        *,
        budget: Budget,
        notices: tuple[Notice, ...] = (),
    ) -> None:
        self.name, self.media_type = name, Kind.DICOM.value
        self._first, self._slices, self._space = first, tuple(slices), space
        self.grid = space.grid if space else None
        self.body_part = first.body_part
        axes = _axes(self._slices, space, budget)
        self.notices = (*first.notices, *notices)
        if space:
            self.notices += space.grid.notices
        opening = self._slices[0]
        native = read_or_refuse(name, opening.decode)
        self._first_vois = self._offered(native)
        if native.unit == "HU" and not native.rules.vois:
            self.notices += (_NO_WINDOW,)
        stacked = axes[0].name == "stack"
        self.choices = Choices(
            axes=axes,
            windows=tuple(voi.window for voi in self._first_vois),
            volumes=() if stacked or space is None else _numbered(len(space.volumes)),
            frame_names=self._frame_names() if stacked else (),
        )

    def _frame(self, wanted: Selection) -> Frame:
        check_choice("channel", wanted.channel, 1)
        cut = self._from_stack if wanted.axis == "stack" else self._from_space
        return frame_of(read_or_refuse(self.name, partial(cut, wanted)), wanted)

    def _from_stack(self, wanted: Selection) -> Plane:
        chosen = self._slices[wanted.index]
        image = chosen.load()
        display = image.display(chosen.frame)
        return self._plane(image.decode(chosen.frame), display, display.notices)

    def _from_space(self, wanted: Selection) -> Plane:
        if self._space is None:
            raise AssertionError("an axis other than the stack needs a volume")
        view = self._space.grid.view(wanted.axis)
        return self._plane(self._space.plane(view, wanted.index, wanted.volume), view, ())

    def _plane(
        self, native: NativeFrame, display: Display | SliceView, notices: tuple[Notice, ...]
    ) -> Plane:
        turn = display.layout.to_display
        blank = None if native.blank is None else np.ascontiguousarray(turn(native.blank))
        turned = display.layout != PlaneLayout()
        steps = (*native.steps, "turned to the radiological view") if turned else native.steps
        return Plane(
            np.ascontiguousarray(turn(native.values)),
            blank=blank,
            unit=native.unit,
            modality=self._first.modality,
            spacing_mm=display.spacing_mm,
            orientation=display.orientation,
            layout=display.layout,
            vois=self._vois_of(native),
            foreground_only=self._first.modality == "MR",
            inverted=self._first.inverted,
            steps=steps,
            notices=tuple(dict.fromkeys((*self.notices, *notices))),
        )

    def _offered(self, native: NativeFrame) -> tuple[Voi, ...]:
        """What the user can choose from: the file's own first."""
        if not self._first.grey:
            return ()
        offer = ct_offer if native.unit == "HU" else other_offer
        return offer(native.values, native.blank, native.rules.vois)

    def _vois_of(self, native: NativeFrame) -> tuple[Voi, ...]:
        """What is on offer, with the file's windows of this very frame."""
        others = tuple(voi for voi in self._first_vois if voi.window.origin != "file")
        return (*native.rules.vois, *others)

    def _frame_names(self) -> tuple[str, ...]:
        """Frame numbers with their positions, where the frames have any."""
        heights = [one.load().placements[one.frame].height for one in self._slices]
        if len(heights) < 2 or any(height is None for height in heights):
            return ()
        return tuple(f"frame {n + 1}, at {height:.1f} mm" for n, height in enumerate(heights))


def _numbered(volumes: int) -> tuple[str, ...]:
    return tuple(f"volume {n + 1}" for n in range(volumes)) if volumes > 1 else ()


def _axes(
    slices: tuple[DicomSlice, ...], space: DicomSpace | None, budget: Budget
) -> tuple[Axis, ...]:
    """The directions: the slices' own first; the file's numbers before it where they differ."""
    stack = Axis("stack", len(slices))
    if space is None or not space.grid.views:
        return (stack,)
    own = space.own_view
    axes = [Axis(own.name, own.count)]
    if np.prod(space.grid.shape) <= budget.max_pixels:
        axes += [Axis(view.name, view.count) for view in space.grid.views if view is not own]
    first = space.volumes[0]
    as_shown = tuple(first[own.file_index(n)] for n in range(own.count))
    numbered = len(space.volumes) == 1 and as_shown != slices
    return (stack, *axes) if numbered else tuple(axes)
