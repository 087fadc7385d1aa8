"""One frame from one plane of values: the way that all readers share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.imaging.intensity import Look, render
from core.imaging.model import Frame, PlaneLayout
from core.imaging.windows import voi_for

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from core.geometry import SpacingMm
    from core.imaging.model import Notice, Orientation, Selection, Window
    from core.imaging.windows import Voi


@dataclass(frozen=True, eq=False)
class Plane:
    """What a reader knows about one plane, before it is made visible.

    Attributes:
        values: Native units in display order, (H, W) or (H, W, 3).
        blank: bool (H, W) in display order, True where there is no measurement; or None.
        unit: ``"HU"`` or ``""``.
        modality: As in :class:`Frame`.
        spacing_mm: Of the displayed rows and columns.
        orientation: Letters at the displayed edges.
        layout: How the displayed plane came from the file's.
        vois: Windows and tables of the file for this plane; the first is the default.
        default_window: What is applied when the file has no window and none is chosen.
        foreground_only: Percentiles over values above 0.
        inverted: High values are dark.
        steps: What was done to get ``values``.
        notices: What the user should know.
    """

    values: npt.NDArray[np.generic]
    blank: npt.NDArray[np.bool_] | None = None
    unit: str = ""
    modality: str = ""
    spacing_mm: SpacingMm | None = None
    orientation: Orientation | None = None
    layout: PlaneLayout = field(default_factory=PlaneLayout)
    vois: tuple[Voi, ...] = ()
    default_window: Window | None = None
    foreground_only: bool = False
    inverted: bool = False
    steps: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()


def frame_of(plane: Plane, wanted: Selection) -> Frame:
    """Make a plane visible.

    Args:
        plane: Values and what is known about them.
        wanted: The frame that it is, and the window that the user chose.

    Raises:
        ChoiceError: A window was chosen for colour.
    """
    rendered = render(plane.values, _look(plane, wanted.window), plane.blank)
    values = plane.values
    values.setflags(write=False)
    return Frame(
        values=values,
        rgb=rendered.rgb,
        unit=plane.unit,
        modality=plane.modality,
        spacing_mm=plane.spacing_mm,
        orientation=plane.orientation,
        layout=plane.layout,
        axis=wanted.axis,
        index=wanted.index,
        volume=wanted.volume,
        window=rendered.window,
        steps=(*plane.steps, *rendered.steps),
        notices=(*plane.notices, *rendered.notices),
    )


def _look(plane: Plane, window: Window | None) -> Look:
    voi: Voi | None = None
    chosen = window or (None if plane.vois else plane.default_window)
    if chosen is not None:
        whole = plane.unit == "HU" or plane.values.dtype.kind in "iu"
        voi = voi_for(chosen, plane.vois, whole_numbers=whole)
    elif plane.vois and plane.values.ndim == 2:
        voi = plane.vois[0]
    return Look(voi, plane.foreground_only, plane.inverted)
