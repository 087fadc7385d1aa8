"""A drawing that resembles a section stained with haematoxylin and eosin; no real tissue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from core.samples.phantoms.canvas import Phantom, blurred, clouds, ellipse_corners

if TYPE_CHECKING:
    import numpy.typing as npt

    Float32 = npt.NDArray[np.float32]
    Bool = npt.NDArray[np.bool_]

_SIDE = 768
_SEED = 23
_TRIES = 900
_GAP = 0.004
# Optical density per unit of stain in R, G and B (after Ruifrok and Johnston, 2001).
_HAEMATOXYLIN = np.array([0.65, 0.70, 0.29], dtype=np.float32)
_EOSIN = np.array([0.07, 0.99, 0.11], dtype=np.float32)


def draw_histology() -> Phantom:
    """Draw nuclei in fibrous stroma; always the same picture."""
    rng = np.random.default_rng(_SEED)
    angle_field = np.pi * (0.2 + 0.25 * clouds(rng, _SIDE, 160, octaves=2))
    nuclei, depth = _nuclei(rng, angle_field)
    chromatin = 1 + 0.22 * clouds(rng, _SIDE, 3.5, octaves=2)
    haematoxylin = depth * np.clip(chromatin, 0.4, 1.7) + 0.06 * blurred(nuclei, 10)
    eosin = np.clip(0.34 + 0.10 * _fibres(rng, angle_field) + 0.05 * clouds(rng, _SIDE, 80), 0, 1)
    eosin = eosin * (1 - 0.75 * _gaps(rng) * (1 - blurred(nuclei, 4)))
    density = haematoxylin[:, :, None] * _HAEMATOXYLIN + eosin[:, :, None] * _EOSIN
    rgb = 246 * np.exp(-1.15 * np.clip(density, 0, None)) + rng.normal(0, 2.0, density.shape)
    picture = cv2.GaussianBlur(np.clip(rgb, 0, 255).astype(np.float32), (0, 0), 0.9)
    return Phantom(np.round(picture).astype(np.uint8), (("nuclei", nuclei),))


def _nuclei(rng: np.random.Generator, angle_field: Float32) -> tuple[Bool, Float32]:
    """Ellipses that do not touch, bool (H, W), and their stain with soft rims, float32 (H, W)."""
    depth = np.zeros((_SIDE, _SIDE), dtype=np.float32)
    placed: list[tuple[float, float, float]] = []
    for _ in range(_TRIES):
        x, y = rng.uniform(0.01, 0.99, 2)
        long = rng.uniform(0.015, 0.024)
        axes = (long, long * rng.uniform(0.5, 0.9))
        turn = float(np.rad2deg(angle_field[int(y * _SIDE), int(x * _SIDE)])) + rng.normal(0, 12)
        stain = float(rng.uniform(0.75, 1.15))
        if any(np.hypot(x - u, y - v) < long + other + _GAP for u, v, other in placed):
            continue
        placed.append((x, y, long))
        corners = np.round(ellipse_corners((x, y), axes, turn) * _SIDE * 16).astype(np.int32)
        cv2.fillPoly(depth, [corners], stain, shift=4)
    nuclei = depth > 0
    return nuclei, blurred(depth, 1.4)


def _fibres(rng: np.random.Generator, angle_field: Float32) -> Float32:
    """Noise smeared along the local direction, mean 0, standard deviation 1."""
    rows, columns = np.mgrid[:_SIDE, :_SIDE].astype(np.float32)
    noise = blurred(rng.standard_normal((_SIDE, _SIDE)), 1.2)
    total = np.zeros_like(noise)
    for step in range(-14, 15, 2):
        x = columns + step * np.cos(angle_field)
        y = rows + step * np.sin(angle_field)
        total += cv2.remap(
            noise,
            x.astype(np.float32),
            y.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
    return np.asarray((total - total.mean()) / total.std(), dtype=np.float32)


def _gaps(rng: np.random.Generator) -> Float32:
    """White clefts between the fibres, 0..1."""
    return np.clip(blurred(clouds(rng, _SIDE, 28) > 1.5, 2), 0, 1)
