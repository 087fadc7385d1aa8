"""What the readers hand out: an upload, and the frames in it. Values only, no decoding."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from core.imaging.refusals import check_axis, check_choice

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from core.geometry import SpacingMm
    from core.imaging.grid import VolumeGrid


@dataclass(frozen=True)
class Notice:
    """One thing the user should know about a file or a result.

    Attributes:
        code: A stable word for tests and manifests, such as ``"burned_in"``.
        text: One plain sentence.
        level: ``"info"`` for something to know, ``"warning"`` for something to look at.
    """

    code: str
    text: str
    level: Literal["info", "warning"] = "info"


@dataclass(frozen=True)
class Window:
    """A linear grey-level window in native units (HU for CT).

    Attributes:
        name: What the page calls it, such as ``"soft tissue"``.
        center: Window centre (DICOM 0028,1050).
        width: Window width (DICOM 0028,1051), above 0.
        origin: ``"file"`` (stored in the file), ``"model"`` (a range the model was trained with),
            ``"reading"`` (a usual reading window) or ``"user"``.
    """

    name: str
    center: float
    width: float
    origin: Literal["file", "model", "reading", "user"] = "user"


@dataclass(frozen=True)
class Axis:
    """One direction in which a volume can be browsed.

    Attributes:
        name: ``"axial"``, ``"coronal"``, ``"sagittal"``, or ``"stack"`` for frames
            without geometry.
        count: Number of slices in that direction.
    """

    name: str
    count: int


@dataclass(frozen=True)
class Choices:
    """What the user can pick in a file; a tuple with fewer than two entries offers no choice.

    Attributes:
        axes: Directions to browse; the first is the default. Never empty.
        windows: Grey-level windows on offer; the first is the default. Empty when the file is
            8-bit or when percentiles decide.
        channels: Names of channels of which one is shown at a time.
        volumes: Names of time points or volumes of a 4-D file.
        frame_names: One label a frame along the default axis, or empty to number them.
    """

    axes: tuple[Axis, ...]
    windows: tuple[Window, ...] = ()
    channels: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    frame_names: tuple[str, ...] = ()

    def count(self, axis: str) -> int:
        """Number of slices along an axis of this name; the axis is one of :attr:`axes`."""
        return next(entry.count for entry in self.axes if entry.name == axis)


@dataclass(frozen=True)
class Orientation:
    """The letters at the four edges of the picture: R, L, A, P, S or I."""

    left: str
    right: str
    top: str
    bottom: str


@dataclass(frozen=True)
class PlaneLayout:
    """How a displayed plane came from the file's own array of that plane.

    The reader takes the plane as the file stores it, transposes it when ``transposed``, and then
    flips rows and columns. :meth:`to_file` undoes that.
    """

    transposed: bool = False
    flip_rows: bool = False
    flip_columns: bool = False

    def to_display(self, plane: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Turn a plane in file order (A, B[, 3]) into display order (H, W[, 3])."""
        shown = plane.swapaxes(0, 1) if self.transposed else plane
        rows = slice(None, None, -1 if self.flip_rows else 1)
        columns = slice(None, None, -1 if self.flip_columns else 1)
        return shown[rows, columns]

    def to_file(self, shown: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Turn a plane in display order (H, W[, 3]), such as a mask, into file order."""
        rows = slice(None, None, -1 if self.flip_rows else 1)
        columns = slice(None, None, -1 if self.flip_columns else 1)
        plane = shown[rows, columns]
        return plane.swapaxes(0, 1) if self.transposed else plane


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture: the values of the file, and the 8-bit picture that is shown and sent.

    Attributes:
        values: Native units, (H, W) for grey or (H, W, 3) for colour, any numeric dtype; HU where
            ``unit`` says so. Padding and NaN are kept.
        rgb: uint8 (H, W, 3), read-only: what is shown, what is sent and what is exported.
        unit: Unit of ``values``: ``"HU"`` or ``""`` when the file does not say.
        modality: DICOM-like modality word (``"CT"``, ``"MR"``, ``"US"``, ``"XR"``...) or ``""``.
        spacing_mm: Distance between pixel centres, or None when the file does not say.
        orientation: Letters at the edges, or None when the file does not say.
        layout: How to bring a mask back to the file's own order.
        axis: Name of the axis that this frame is a slice of.
        index: Position along that axis, from 0.
        volume: Time point or volume of a 4-D file, from 0.
        window: The window that made ``rgb``, or None.
        steps: What was done to the values to get ``rgb``, in words, in order.
        notices: What the user should know about this frame.
    """

    values: npt.NDArray[np.generic]
    rgb: npt.NDArray[np.uint8]
    unit: str = ""
    modality: str = ""
    spacing_mm: SpacingMm | None = None
    orientation: Orientation | None = None
    layout: PlaneLayout = field(default_factory=PlaneLayout)
    axis: str = "stack"
    index: int = 0
    volume: int = 0
    window: Window | None = None
    steps: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        self.rgb.setflags(write=False)

    @property
    def height(self) -> int:
        """Number of pixel rows."""
        return int(self.rgb.shape[0])

    @property
    def width(self) -> int:
        """Number of pixel columns."""
        return int(self.rgb.shape[1])

    @cached_property
    def sha256(self) -> str:
        """SHA-256 (hex) of the shape and the bytes of ``rgb``: the key of this picture."""
        digest = hashlib.sha256(f"{self.height}x{self.width}:".encode())
        digest.update(self.rgb.tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class Selection:
    """One frame of an upload, as asked for.

    Attributes:
        index: Position along the axis, from 0; the upload has it.
        axis: Name of the axis; the upload has it.
        volume: Time point or volume, from 0; the upload has it.
        channel: Which channel to show, from 0.
        window: A grey-level window, or None for the default.
    """

    index: int
    axis: str
    volume: int
    channel: int
    window: Window | None


class Upload(ABC):
    """An opened file: what is in it, and its frames on request.

    Attributes:
        name: The file name as the user gave it; for the page only, never for a request or a log.
        choices: What the user can pick.
        notices: What the user should know about the file as a whole.
        media_type: What the content is, such as ``"image/png"`` or ``"application/dicom"``.
        parts: For an archive with more than one image or series, each as an upload of its own;
            otherwise empty.
        grid: Where the voxels of a volume lie in the patient, or None for other files; it brings
            displayed planes, such as masks, back to the file's own array.
        body_part: The body part that the file names, one of :data:`core.imaging.dicom_body.KNOWN`,
            or ``""``.
    """

    name: str
    choices: Choices
    notices: tuple[Notice, ...] = ()
    media_type: str = ""
    parts: tuple[Upload, ...] = ()
    grid: VolumeGrid | None = None
    body_part: str = ""

    @property
    def frame_count(self) -> int:
        """Number of frames along the default axis."""
        return self.choices.axes[0].count

    def frame(
        self,
        index: int = 0,
        window: Window | None = None,
        channel: int | None = None,
        *,
        axis: str | None = None,
        volume: int = 0,
    ) -> Frame:
        """Decode one frame.

        Args:
            index: Position along the axis, from 0.
            window: A grey-level window; None takes the default.
            channel: Which channel to show; None takes the default.
            axis: Name of one of ``choices.axes``; None takes the first.
            volume: Time point or volume of a 4-D file, from 0.

        Raises:
            ChoiceError: The file has no such frame, axis, channel or volume.
            DamagedFile: The pixels of that frame cannot be decoded.
        """
        name = check_axis(axis, self.choices)
        unit = "frame" if name == "stack" else "slice"
        check_choice(unit, index, self.choices.count(name))
        check_choice("volume", volume, max(1, len(self.choices.volumes)))
        return self._frame(Selection(index, name, volume, channel or 0, window))

    @abstractmethod
    def _frame(self, wanted: Selection) -> Frame:
        """Decode the selected frame; each reader does it in its own way."""
