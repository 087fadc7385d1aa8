"""Pictures and masks of the test page, for the page and for what the tests expect of it."""

from __future__ import annotations

import numpy as np

from core.palette import COLOURS

__all__ = ["COLOURS", "agreement_map", "owners", "picture", "soft_mask"]


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


def agreement_map(height: int, width: int, number: int) -> np.ndarray:
    """A map in steps of a quarter; each number lies somewhere else."""
    return np.clip(soft_mask(height, width, number + 4).astype(int) // 52 * 64, 0, 255).astype(
        np.uint8
    )


def owners(probabilities: list[np.ndarray], thresholds: list[int]) -> np.ndarray:
    """Index of the mask that each pixel belongs to under the rule "highest"; -1 where to none."""
    claims = [
        np.where(values >= threshold, values.astype(int), -1)
        for values, threshold in zip(probabilities, thresholds, strict=True)
    ]
    return np.where(np.max(claims, axis=0) < 0, -1, np.argmax(claims, axis=0))
