"""Coloured masks over the image, in integers, so that the viewer draws the very same pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from core.palette import rgb_of
from core.segmentation import DEFAULT_THRESHOLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Uint8 = npt.NDArray[np.uint8]
    Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Layer:
    """One mask as it is to be drawn.

    Attributes:
        probability: uint8 (H, W), 0..255.
        colour: ``"#rrggbb"``.
        threshold: Level from which a pixel is foreground, 0..255.
    """

    probability: Uint8
    colour: str
    threshold: int = DEFAULT_THRESHOLD

    @property
    def mask(self) -> Bool:
        """Foreground, bool (H, W)."""
        return self.probability >= self.threshold


@dataclass(frozen=True)
class Style:
    """How masks are drawn.

    Attributes:
        opacity: Of the fill, 0 (nothing) to 1 (covers the image).
        fill: Draw the area.
        outline: Draw the border in the pure colour.
    """

    opacity: float = 0.45
    fill: bool = True
    outline: bool = True


def render_overlay(rgb: Uint8, layers: Sequence[Layer], style: Style | None = None) -> Uint8:
    """Draw masks over an image, first layer first, so that later ones lie on top.

    A filled pixel becomes ``(c * (255 - a) + colour * a + 127) // 255`` with
    ``a = floor(255 * opacity + 0.5)``: integers, so every implementation gives the same bytes.

    Args:
        rgb: uint8 (H, W, 3).
        layers: Masks of the same height and width.
        style: Opacity, fill and outline.

    Returns:
        uint8 (H, W, 3), a new array.
    """
    style = style or Style()
    canvas = rgb.copy()
    alpha = int(255 * style.opacity + 0.5)
    masks = [layer.mask for layer in layers]
    colours = [rgb_of(layer.colour) for layer in layers]
    if style.fill:
        for mask, colour in zip(masks, colours, strict=True):
            _blend(canvas, mask, colour, alpha)
    if style.outline:
        width = outline_width(*rgb.shape[:2])
        for mask, colour in zip(masks, colours, strict=True):
            canvas[outline(mask, width)] = colour
    return canvas


def outline_width(height: int, width: int) -> int:
    """Width of the outline in image pixels: one per 512 of the longer side, at least one."""
    return max(1, int(max(height, width) / 512 + 0.5))


def outline(mask: Bool, width: int) -> Bool:
    """Border of a mask, grown inwards.

    Args:
        mask: bool (H, W).
        width: In pixels, counted over the four neighbours; outside the image counts as outside.

    Returns:
        bool (H, W): pixels of the mask within ``width`` of its outside.
    """
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    inner = cv2.erode(
        mask.view(np.uint8),
        cross,
        iterations=width,
        borderType=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    return mask & ~np.asarray(inner).view(np.bool_)


def _blend(canvas: Uint8, mask: Bool, colour: tuple[int, int, int], alpha: int) -> None:
    """Mix a colour into the masked pixels of uint8 (H, W, 3), in place."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not rows.size:
        return
    # Only the bounding box is touched; a table of 256 levels a channel does the arithmetic.
    columns = np.flatnonzero(mask.any(axis=0))
    box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    levels = np.arange(256, dtype=np.int64)[:, None]
    table = (levels * (255 - alpha) + np.array(colour) * alpha + 127) // 255
    region = np.ascontiguousarray(canvas[box])
    mixed = cv2.LUT(region, table.astype(np.uint8)[None])
    cv2.copyTo(mixed, mask[box].view(np.uint8), region)
    canvas[box] = region
