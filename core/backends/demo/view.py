"""The part of the model's picture that the frame fills, as the methods see it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from core.backends.base import ModelInput
    from core.geometry import Letterbox

    Uint8 = npt.NDArray[np.uint8]
    Float32 = npt.NDArray[np.float32]
    Bool = npt.NDArray[np.bool_]


# Resampling and JPEG leave up to this grey level in 99 of 100 pixels of a black bar.
_BLACK = 16


@dataclass(frozen=True, eq=False)
class View:
    """The frame inside the letterboxed picture, without the black bars.

    Attributes:
        rgb: uint8 (h, w, 3), 0..255.
        grey: uint8 (h, w), luma of ``rgb``.
        hu: float32 (h, w), Hounsfield units on the same grid, or None when the file has none.
        modality: DICOM-like modality word of the frame, or ``""``.
        patient_right_first: True when the patient's right side lies on the left of the picture,
            which is how X-rays and slices are shown.
        rows: Rows of the square picture that the view covers.
        columns: Columns of the square picture that the view covers.
        side: Rows and columns of the square picture.
    """

    rgb: Uint8
    grey: Uint8
    hu: Float32 | None
    modality: str
    patient_right_first: bool
    rows: slice
    columns: slice
    side: int

    @classmethod
    def of(cls, asked: ModelInput) -> View:
        """Cut the frame's area out of the picture, without black bars that the file has."""
        box = asked.letterbox
        rows = _span(box.top, box.height, box.scale, box.side)
        columns = _span(box.left, box.width, box.scale, box.side)
        rows, columns = _without_bars(asked.picture, rows, columns)
        rgb = np.ascontiguousarray(asked.picture[rows, columns])
        frame = asked.frame
        return cls(
            rgb=rgb,
            grey=np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8),
            hu=_hounsfield(frame.values, box, rows, columns) if frame.unit == "HU" else None,
            modality=frame.modality.upper(),
            patient_right_first=frame.orientation is None or frame.orientation.left != "L",
            rows=rows,
            columns=columns,
            side=box.side,
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the view."""
        return (self.grey.shape[0], self.grey.shape[1])

    def shrunk(self, image: Uint8, longest: int) -> Uint8:
        """Resample an image of the view by area so that its longer side is ``longest`` pixels.

        Args:
            image: uint8 (h, w) or (h, w, 3), 0..255.
            longest: Target for the longer side, in pixels; no side gets shorter than 1.
        """
        factor = longest / max(image.shape[:2])
        size = (max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor)))
        way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(image, size, interpolation=way), dtype=np.uint8)

    def grown(self, soft: Uint8) -> Uint8:
        """Bring a soft map of a shrunk image back to the view's size, bilinear.

        Args:
            soft: uint8 (h', w'), 0..255.

        Returns:
            uint8 (h, w), 0..255.
        """
        size = (self.shape[1], self.shape[0])
        return np.asarray(cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)

    def placed(self, soft: Uint8) -> Uint8:
        """Put a soft map of the view into the square; the bars are 0.

        Args:
            soft: uint8 (h, w), 0..255.

        Returns:
            uint8 (side, side), 0..255.
        """
        square = np.zeros((self.side, self.side), dtype=np.uint8)
        square[self.rows, self.columns] = soft
        return square


Method: TypeAlias = "Callable[[View], Uint8]"
"""What every method is: a view in, a soft map uint8 (h, w) out; all below 128 when not found."""


def _without_bars(picture: Uint8, rows: slice, columns: slice) -> tuple[slice, slice]:
    """Shrink an area to where anything is brighter than black; an all-black one stays as it is."""
    lit = picture[rows, columns].max(axis=2) > _BLACK
    across = np.flatnonzero(lit.mean(axis=0) > 0.01)
    down = np.flatnonzero(lit.mean(axis=1) > 0.01)
    if len(down) == 0 or len(across) == 0:
        return rows, columns
    return (
        slice(rows.start + int(down[0]), rows.start + int(down[-1]) + 1),
        slice(columns.start + int(across[0]), columns.start + int(across[-1]) + 1),
    )


def _span(before: int, length: int, scale: float, side: int) -> slice:
    """Rows or columns of the square that an image side covers, at least one."""
    start = min(side - 1, math.floor(before * scale + 1e-6))
    return slice(start, max(start + 1, min(side, math.ceil((before + length) * scale - 1e-6))))


def _hounsfield(
    values: npt.NDArray[np.generic], box: Letterbox, rows: slice, columns: slice
) -> Float32:
    """Resample HU onto the view's grid: blurred first when it gets smaller, then linear.

    Air stands in for padding and for values that are not finite.
    """
    hu = np.nan_to_num(values.astype(np.float32), nan=-1024.0, posinf=3071.0, neginf=-1024.0)
    hu = np.clip(hu, -1024.0, 3071.0)
    if box.scale < 1:
        hu = np.asarray(cv2.GaussianBlur(hu, (0, 0), 0.5 / box.scale), dtype=np.float32)
    x0, y0 = box.to_image(columns.start, rows.start)
    step = 1 / box.scale
    to_image = np.array([[step, 0, x0], [0, step, y0]], dtype=np.float64)
    size = (columns.stop - columns.start, rows.stop - rows.start)
    moved = cv2.warpAffine(
        hu,
        to_image,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(moved, dtype=np.float32)
