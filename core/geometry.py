"""Frozen values for spacings, and the letterbox between an image and the model's square."""

from __future__ import annotations

from dataclasses import dataclass


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
