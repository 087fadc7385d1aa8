"""Pictures and masks of the test page, for the page and for what the tests expect of it."""

from __future__ import annotations

import numpy as np

from core.palette import COLOURS

__all__ = ["COLOURS", "picture", "soft_mask"]


def picture(height: int, width: int, seed: int) -> np.ndarray:
    """Colour ramps with a little noise: every pixel can be told apart from its neighbours."""
    rows, columns = np.mgrid[0:height, 0:width]
    noise = np.random.default_rng(seed).integers(0, 24, (height, width))
    red = rows * 200 // height + noise
    green = columns * 200 // width + noise
    return np.stack([red, green, (rows + columns + seed * 40) % 200], axis=-1).astype(np.uint8)


def soft_mask(height: int, width: int, number: int) -> np.ndarray:
    """A soft round spot; each number lies somewhere else."""
    rows, columns = np.mgrid[0:height, 0:width]
    angle = number * 2.4
    centre_y = height * (0.5 + 0.22 * np.sin(angle))
    centre_x = width * (0.5 + 0.22 * np.cos(angle))
    distance = np.hypot((rows - centre_y) / height, (columns - centre_x) / width)
    return np.clip(255 * (1.35 - distance * 6), 0, 255).astype(np.uint8)
