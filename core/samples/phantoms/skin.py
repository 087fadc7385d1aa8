"""A drawing that resembles a photo of a mole through a dermoscope; nobody's skin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from core.samples.phantoms.canvas import Phantom, blob, blurred, clouds, curved, strokes

if TYPE_CHECKING:
    import numpy.typing as npt

    Float32 = npt.NDArray[np.float32]

_SIDE = 900
_SEED = 5
_SKIN = np.array([219, 172, 152], dtype=np.float32)
_BROWN = np.array([139, 88, 64], dtype=np.float32)
_DARK = np.array([74, 44, 38], dtype=np.float32)
_HAIR = np.array([62, 45, 38], dtype=np.float32)


def draw_skin() -> Phantom:
    """Draw skin, a mole with a pigment network, and hairs; always the same picture."""
    rng = np.random.default_rng(_SEED)
    angles = np.linspace(0, 2 * np.pi, 18, endpoint=False)
    radii = 0.205 + 0.035 * np.sin(2 * angles + 0.6) + 0.014 * rng.standard_normal(len(angles))
    outline = [
        (0.51 + 1.12 * r * np.cos(a), 0.49 + 0.92 * r * np.sin(a))
        for a, r in zip(angles, radii, strict=True)
    ]
    mole = blob(outline, _SIDE)
    cover = blurred(mole, 7)[:, :, None]
    depth = np.clip(blurred(mole, 70) * 1.2 - 0.25 + 0.16 * clouds(rng, _SIDE, 45), 0, 1)
    pigment = _BROWN + (_DARK - _BROWN) * depth[:, :, None]
    pigment = pigment * (1 - 0.20 * _network(rng)[:, :, None])
    skin = _SKIN + 5 * clouds(rng, _SIDE, 90)[:, :, None] + 2.4 * _grain(rng)[:, :, None]
    rgb = skin * (1 - cover) + pigment * cover
    rgb = _with_hairs(rgb, rng)
    rgb *= _shading()[:, :, None]
    rgb += rng.normal(0, 2.0, rgb.shape)
    picture = cv2.GaussianBlur(np.clip(rgb, 0, 255).astype(np.float32), (0, 0), 0.8)
    return Phantom(np.round(picture).astype(np.uint8), (("lesion", mole), ("skin lesion", mole)))


def _grain(rng: np.random.Generator) -> Float32:
    """The fine cells of the skin's surface."""
    return clouds(rng, _SIDE, 3, octaves=2)


def _network(rng: np.random.Generator) -> Float32:
    """Dark meshes around lighter holes, 0..1."""
    field = clouds(rng, _SIDE, 6, octaves=2)
    return np.asarray(np.exp(-((field / 0.45) ** 2)), dtype=np.float32)


def _with_hairs(rgb: Float32, rng: np.random.Generator) -> Float32:
    """Nine hairs across the picture."""
    hairs = []
    for _ in range(9):
        x, y = rng.uniform(-0.05, 1.05, 2)
        angle, bend = rng.uniform(0, np.pi), rng.uniform(-0.5, 0.5)
        hairs.append(curved((x, y), angle, rng.uniform(0.25, 0.5), bend))
    cover = 0.8 * strokes(hairs, 0.0028, _SIDE)[:, :, None]
    return np.asarray(rgb * (1 - cover) + _HAIR * cover, dtype=np.float32)


def _shading() -> Float32:
    """A lamp above the left of the middle: brighter there, darker towards the corners."""
    rows, columns = np.mgrid[:_SIDE, :_SIDE].astype(np.float32) / _SIDE
    away = (rows - 0.45) ** 2 + (columns - 0.47) ** 2
    return np.asarray(1.06 - 0.42 * away, dtype=np.float32)
