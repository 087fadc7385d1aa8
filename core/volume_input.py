"""A volume as MedImageParse 3D is to see it: eight bits in one window, or the file's own values.

The model was trained with volumes of 0 to 255: CT in one of a few windows, everything else between
the 0.5 and 99.5 percentiles of the volume, 8-bit values as they are (model card, notes, version 6).
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import InputError
from core.imaging.budget import budget_from
from core.imaging.intensity import limits, range_levels
from core.imaging.model import Notice, Window
from core.imaging.refusals import check_decoded_size, shown_name
from core.prompts import parse_phrases
from core.wire_volume import VolumeRequest, encode_volume

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import numpy.typing as npt

    from core.backends.base import RunControl
    from core.geometry import SpacingMm
    from core.imaging.grid import VolumeGrid
    from core.imaging.model import Frame, Upload

    Uint8 = npt.NDArray[np.uint8]
    Voxels = npt.NDArray[Any]

VOLUME_PERCENTILES = "percentiles of the volume"
"""Name of the window from the 0.5 to the 99.5 percentile of all voxels."""

# Values that percentiles are taken over; of a larger volume every n-th pixel counts.
_SAMPLED = 1 << 22
# So much longer than the others are the steps from slice to slice, to be told from them.
_THICK = 1.2
_LONGEST_SHOWN = 2048


@dataclass(frozen=True)
class VolumeChoice:
    """What of a volume is sent.

    Attributes:
        volume: Time point of a 4-D file, from 0.
        window: The grey-level window, or None for the default.
        channel: The channel, or None for the default.
        native: Send the file's own values instead of eight bits in the window.
    """

    volume: int = 0
    window: Window | None = None
    channel: int | None = None
    native: bool = False


@dataclass(frozen=True, eq=False)
class VolumeInput:
    """One volume ready to be sent.

    Attributes:
        request: Exactly what is sent.
        grid: Of the file.
        order: The file's array axes in the order in which they are sent.
        choice: What was chosen, with the window that made the values.
        steps: How the values came about, in words.
        planes: The middle slice of each direction as sent, uint8 (H, W) in display order; native
            values are scaled from the smallest to the largest for these only.
        sha256: SHA-256 (hex) of the shape, type and bytes of the voxels that are sent.
        notices: What the user should know about the volume.
    """

    request: VolumeRequest
    grid: VolumeGrid
    order: tuple[int, int, int]
    choice: VolumeChoice
    steps: tuple[str, ...]
    planes: Mapping[str, Uint8]
    sha256: str
    notices: tuple[Notice, ...] = ()


def prepare_volume(
    upload: Upload,
    phrases: str | Iterable[str],
    choice: VolumeChoice | None = None,
    control: RunControl | None = None,
) -> VolumeInput:
    """Make what the model sees: nothing else of the file is ever sent.

    Args:
        upload: The volume.
        phrases: ``"liver & tumor"``, or phrases one by one.
        choice: Time point, window and kind of values.
        control: Asked after every slice whether to go on.

    Raises:
        InputError: It is no volume in space, has colours, is too large, or cannot be decoded; or
            the phrases cannot be used.
        Cancelled: The user stopped it.
    """
    wanted = parse_phrases(phrases)
    reader = _Reader(upload, choice or VolumeChoice(), control)
    grid = reader.grid
    order = _sent_order(grid, reader.axis)
    sent = reader.native(order) if reader.choice.native else reader.levels(order)
    affine = grid.affine[:, [*order, 3]]
    return VolumeInput(
        encode_volume(sent, affine, wanted),
        grid,
        order,
        reader.choice,
        reader.steps,
        _middles(grid, sent.transpose(np.argsort(order))),
        _sha256(sent),
        tuple(dict.fromkeys(reader.notices)),
    )


def to_scale(plane: Uint8, spacing_mm: SpacingMm | None) -> Uint8:
    """Repeat rows or columns so that a plane has its true proportions; no new levels come about.

    Args:
        plane: uint8 (H, W).
        spacing_mm: Of its rows and columns; None leaves it as it is.
    """
    if spacing_mm is None:
        return plane
    least = min(spacing_mm.row, spacing_mm.column)
    sides = (spacing_mm.row / least * plane.shape[0], spacing_mm.column / least * plane.shape[1])
    height, width = (min(round(side), _LONGEST_SHOWN) for side in sides)
    rows = np.arange(height) * plane.shape[0] // height
    columns = np.arange(width) * plane.shape[1] // width
    scaled: Uint8 = plane[rows][:, columns]
    return scaled


class _Reader:
    """Reads a volume slice by slice, in the direction in which that is quick."""

    def __init__(self, upload: Upload, choice: VolumeChoice, control: RunControl | None) -> None:
        name = shown_name(upload.name)
        axis = next((a.name for a in upload.choices.axes if a.name != "stack"), None)
        if upload.grid is None or axis is None:
            raise InputError(
                f"{name} is no volume whose voxels have a known place.",
                "Run its slices one by one instead.",
            )
        size = int(np.prod(upload.grid.shape))
        check_decoded_size(upload.name, size, size, budget_from(os.environ))
        self.grid = upload.grid
        # Not those of the upload: they may name the members of an archive.
        self.notices: list[Notice] = []
        self._upload, self.axis, self._control = upload, axis, control
        self.choice = choice
        middle = self._frame(upload.choices.count(axis) // 2)
        if middle.values.ndim != 2:
            raise InputError(
                f"{name} has colours, which MedImageParse 3D does not take.",
                "Run its slices one by one instead.",
            )
        self.notices += middle.notices
        if choice.native:
            self.choice = replace(choice, window=None)
            self.steps: tuple[str, ...] = ("the file's own values, not windowed",)
            return
        # Without a window each slice would be scaled by itself; 8-bit values are sent as they are.
        if middle.window is None and (middle.values.dtype != np.uint8 or choice.window is not None):
            self.choice = replace(choice, window=self._window_of_all(middle.modality == "MR"))
            middle = self._frame(middle.index)
        self.steps = middle.steps

    def levels(self, order: tuple[int, int, int]) -> Uint8:
        """Grey levels 0..255 as they are shown, uint8 in the order in which they are sent."""
        sent, volume = self._empty(order, np.dtype(np.uint8))
        windows = set()
        for frame in self._frames():
            windows.add(frame.window)
            self.grid.place(volume, self.axis, frame.index, frame.rgb[:, :, 0])
        if len(windows) > 1:
            text = (
                "The file's own window differs from slice to slice, and so do the grey levels that "
                "are sent. Choose another window to have all slices alike."
            )
            self.notices.append(Notice("windows_differ", text, "warning"))
        return sent

    def native(self, order: tuple[int, int, int]) -> Voxels:
        """The file's own values: int16 where they fit, else float32; missing ones are the least."""
        sent, volume = self._empty(order, np.dtype(np.float32))
        whole = True
        for frame in self._frames():
            whole = whole and frame.values.dtype.kind in "iu"
            with np.errstate(over="ignore"):
                plane = frame.values.astype(np.float32)
            self.grid.place(volume, self.axis, frame.index, plane)
        finite = np.isfinite(sent)
        if not finite.all():
            sent[~finite] = sent[finite].min() if finite.any() else 0.0
            text = "Voxels without a value are sent with the smallest value of the volume."
            self.notices.append(Notice("missing_values", text))
        fits = whole and sent.min() >= -32768 and sent.max() <= 32767
        return sent.astype(np.int16, order="F") if fits else sent

    def _frames(self) -> Iterator[Frame]:
        for index in range(self.grid.view(self.axis).count):
            frame = self._frame(index)
            self.notices += [n for n in frame.notices if n.level == "warning"]
            yield frame

    def _frame(self, index: int) -> Frame:
        if self._control is not None:
            self._control.checkpoint()
        chosen = self.choice
        return self._upload.frame(
            index, chosen.window, chosen.channel, axis=self.axis, volume=chosen.volume
        )

    def _empty(self, order: tuple[int, int, int], dtype: np.dtype[Any]) -> tuple[Voxels, Voxels]:
        """An array in the order in which it is sent, and the same memory in the file's order."""
        sent: Voxels = np.empty([self.grid.shape[axis] for axis in order], dtype, order="F")
        return sent, sent.transpose(np.argsort(order))

    def _window_of_all(self, foreground_only: bool) -> Window:  # noqa: FBT001 - private, one caller
        """From the 0.5 to the 99.5 percentile of the whole volume, as a window like any other."""
        step = -(-int(np.prod(self.grid.shape)) // _SAMPLED)
        sample = [frame.values.ravel()[::step] for frame in self._frames()]
        low, high, _ = limits(np.concatenate(sample), foreground_only=foreground_only)
        if not high > low:
            raise InputError(
                "All voxels of this volume have the same value.", "Choose another volume."
            )
        return Window(VOLUME_PERCENTILES, (low + high) / 2, high - low, "model")


def _sent_order(grid: VolumeGrid, browsed: str) -> tuple[int, int, int]:
    """Columns, rows, slices: how most NIfTI files lie, and the card of the model shows it.

    The slices are those of the direction with clearly the largest steps; where there is none, of
    the direction that the file is browsed in first.
    """
    view = grid.view(browsed)
    thickest = max(grid.views, key=lambda one: grid.zooms[one.along])
    others = [zoom for axis, zoom in enumerate(grid.zooms) if axis != thickest.along]
    if grid.zooms[thickest.along] > _THICK * max(others):
        view = thickest
    first, second = (axis for axis in range(3) if axis != view.along)
    # Transposed for display: the first of the two runs along the columns.
    return (first, second, view.along) if view.layout.transposed else (second, first, view.along)


def _middles(grid: VolumeGrid, volume: Voxels) -> dict[str, Uint8]:
    """The middle slice of each direction, in display order."""
    planes = {}
    low, high = (float(volume.min()), float(volume.max())) if volume.dtype != np.uint8 else (0, 255)
    for view in grid.views:
        shown = view.layout.to_display(volume[grid.slice_key(view.name, view.count // 2)])
        levels = range_levels(shown.astype(np.float64), low, high)
        planes[view.name] = np.ascontiguousarray(levels, dtype=np.uint8)
    return planes


def _sha256(voxels: Voxels) -> str:
    digest = hashlib.sha256(f"{'x'.join(map(str, voxels.shape))}:{voxels.dtype.name}:".encode())
    digest.update(np.ravel(voxels, order="F").view(np.uint8).data)
    return digest.hexdigest()
