"""Frozen values for spacings, and the letterbox between an image and the model's square."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from core.resampling import reference_resampler

if TYPE_CHECKING:
    import numpy.typing as npt

    Uint8 = npt.NDArray[np.uint8]
    Float32 = npt.NDArray[np.float32]
    Probability = npt.NDArray[Any]

MODEL_SIDE = 1024
"""Rows and columns of the picture that MedImageParse takes, in pixels."""

# Columns that are resampled at a time: bounds the floating-point copy of a large image.
_CHUNK = 2048
# Up to this many times the image's area, scaling the whole square and cropping is the fast way
# back; a more elongated image takes only its own rows, so that its padding costs no memory.
_WHOLE_SQUARE = 2


@dataclass(frozen=True)
class SpacingMm:
    """Distance between the centres of neighbouring pixels, in millimetres.

    Attributes:
        row: Between rows, that is along y (first value of DICOM PixelSpacing).
        column: Between columns, that is along x.
    """

    row: float
    column: float

    @property
    def pixel_area_mm2(self) -> float:
        """Area of one pixel in square millimetres."""
        return self.row * self.column


@dataclass(frozen=True)
class Letterbox:
    """An image centred on a black square, and that square scaled to the model's side.

    The reference clients pad first and resize then, so one scale holds for both axes. Where the
    difference of the sides is odd they pad both sides by the floor and lose a pixel; here the
    bottom or right side takes the odd pixel and the square is exact.

    Attributes:
        height: Rows of the image.
        width: Columns of the image.
        side: Rows and columns of the model's picture.
    """

    height: int
    width: int
    side: int = MODEL_SIDE

    @classmethod
    def fit(cls, height: int, width: int, side: int = MODEL_SIDE) -> Letterbox:
        """Make the letterbox for an image of this size.

        Raises:
            ValueError: A side is below 1.
        """
        if min(height, width, side) < 1:
            message = f"a letterbox needs sides of at least 1, got {height}x{width} and {side}"
            raise ValueError(message)
        return cls(height, width, side)

    @property
    def square(self) -> int:
        """Side of the padded square in image pixels."""
        return max(self.height, self.width)

    @property
    def top(self) -> int:
        """Black rows above the image, in image pixels."""
        return (self.square - self.height) // 2

    @property
    def left(self) -> int:
        """Black columns to the left of the image, in image pixels."""
        return (self.square - self.width) // 2

    @property
    def scale(self) -> float:
        """Model pixels per image pixel, the same along both axes."""
        return self.side / self.square

    def to_model(self, x: float, y: float) -> tuple[float, float]:
        """Where an image point lies in the model's picture; pixel centres are at integers."""
        return (
            (x + self.left + 0.5) * self.scale - 0.5,
            (y + self.top + 0.5) * self.scale - 0.5,
        )

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the model's picture lies in the image; pixel centres are at integers."""
        return (
            (x + 0.5) / self.scale - 0.5 - self.left,
            (y + 0.5) / self.scale - 0.5 - self.top,
        )

    def apply(self, rgb: Uint8) -> Uint8:
        """Make the model's picture, equal to the reference clients' within one grey level.

        Args:
            rgb: uint8 (H, W, 3), 0..255.

        Returns:
            uint8 (side, side, 3), 0..255, black around the image.

        Raises:
            ValueError: ``rgb`` is not of this letterbox's size.
        """
        self._check(rgb.shape[:2], (self.height, self.width))
        channels = cv2.split(rgb)
        # A grey image has three equal channels: resample one of them.
        grey = all(np.array_equal(channels[0], other) for other in channels[1:])
        planes = [self._resample(np.asarray(c)) for c in (channels[:1] if grey else channels)]
        low, high = self._value_range(rgb, planes)
        # The reference truncates; the small addend keeps a flat 130 from becoming 129.
        levels = [(np.clip(plane, low, high) + 1e-3).astype(np.uint8) for plane in planes]
        return np.asarray(cv2.merge(levels * 3 if grey else levels), dtype=np.uint8)

    def restore(self, probability: Probability) -> Probability:
        """Bring soft masks back to the image's own grid; threshold afterwards, never before.

        Bilinear, with the exact scale (rounding the content box to whole model pixels would cost
        0.3 % IoU at 3000x2000).

        Args:
            probability: uint8 (0..255) or floating (any range), (side, side) or (N, side, side).

        Returns:
            The same number type, (H, W) or (N, H, W).

        Raises:
            ValueError: The masks are not of this letterbox's side.
        """
        self._check(probability.shape[-2:], (self.side, self.side))
        if probability.ndim == 2:
            return self._restore_one(probability)
        out = np.empty((len(probability), self.height, self.width), dtype=probability.dtype)
        for index, mask in enumerate(probability):
            out[index] = self._restore_one(mask)
        return out

    def _value_range(self, rgb: Uint8, planes: list[Float32]) -> tuple[int, int]:
        """Grey levels to which the reference clips the spline's overshoot.

        They are those of the padded image; and where the black outside is mixed in at the very
        edge and pulls a bright image below zero, zero counts as one of them.
        """
        low, high = int(rgb.min()), int(rgb.max())
        padded = self.height != self.width
        if padded or any(plane.min() <= 0 for plane in planes):
            low = 0
        return low, high

    def _resample(self, plane: Uint8) -> Float32:
        """Pad and resample one channel: uint8 (H, W) to float32 (side, side), not clipped."""
        resampler = reference_resampler(self.square, self.side)
        tall = np.empty((self.side, self.width), dtype=np.float32)
        for start in range(0, self.width, _CHUNK):
            columns = slice(start, start + _CHUNK)
            tall[:, columns] = resampler.apply(plane[:, columns].astype(np.float32), self.top)
        # The second axis is the first of the transpose.
        return resampler.apply(np.ascontiguousarray(tall.T), self.left).T

    def _restore_one(self, mask: Probability) -> Probability:
        """Bring one soft mask back: (side, side) to (H, W)."""
        if self.square**2 <= _WHOLE_SQUARE * self.height * self.width:
            whole = _resize(mask, self.square, self.square)
            return whole[self.top : self.top + self.height, self.left : self.left + self.width]
        if self.height < self.width:
            band = self._gather_rows(mask)
            wide = _resize(band, self.height, self.width)
            if mask.dtype != np.uint8:
                return wide.astype(mask.dtype, copy=False)
            return np.asarray(cv2.convertScaleAbs(wide, alpha=1.0 / 256.0), dtype=mask.dtype)
        turned = Letterbox(self.width, self.height, self.side)
        return turned._restore_one(np.ascontiguousarray(mask.T)).T

    def _gather_rows(self, mask: Probability) -> Probability:
        """Interpolate along the padded axis only, from (side, side) to (height, side).

        cv2 can only scale a whole axis; this takes just the rows of the image, at their exact
        fractional positions. Levels come back as uint16, times 256: eight bits more than they had,
        for the second pass.
        """
        position = (np.arange(self.height) + self.top + 0.5) * self.scale - 0.5
        position = np.clip(position, 0.0, self.side - 1.0)
        above = np.minimum(position.astype(np.intp), max(self.side - 2, 0))
        below = np.minimum(above + 1, self.side - 1)
        weight = (position - above)[:, None]
        if mask.dtype != np.uint8:
            return np.asarray(mask[above] * (1.0 - weight) + mask[below] * weight)
        share = np.rint(weight * 256.0).astype(np.uint16)
        return np.asarray(mask[above] * (np.uint16(256) - share) + mask[below] * share)

    @staticmethod
    def _check(found: tuple[int, ...], wanted: tuple[int, int]) -> None:
        if tuple(found) != wanted:
            message = f"expected {wanted[0]}x{wanted[1]} pixels, got {'x'.join(map(str, found))}"
            raise ValueError(message)


def _resize(plane: Probability, height: int, width: int) -> Probability:
    """Scale a plane bilinearly to (height, width), keeping its number type."""
    return np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR))
