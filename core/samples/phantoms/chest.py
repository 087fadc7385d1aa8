"""A drawing that resembles a frontal chest X-ray; nobody's anatomy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.samples.phantoms.canvas import (
    Phantom,
    blob,
    blurred,
    clouds,
    curved,
    ellipse,
    strokes,
    to_rgb,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    Float32 = npt.NDArray[np.float32]
    Bool = npt.NDArray[np.bool_]
    Points = tuple[tuple[float, float], ...]

_SIDE = 1024
_SEED = 11

# The patient's right is at the left of the picture, as in every chest X-ray.
_RIGHT_LUNG = (
    (0.355, 0.125), (0.410, 0.165), (0.432, 0.260), (0.428, 0.360), (0.420, 0.470),
    (0.422, 0.580), (0.418, 0.665), (0.345, 0.645), (0.260, 0.670), (0.180, 0.735),
    (0.135, 0.795), (0.125, 0.660), (0.145, 0.490), (0.190, 0.320), (0.250, 0.200),
    (0.305, 0.140),
)  # fmt: skip
_LEFT_LUNG = (
    (0.645, 0.125), (0.590, 0.165), (0.568, 0.250), (0.575, 0.330), (0.590, 0.420),
    (0.640, 0.510), (0.700, 0.600), (0.735, 0.690), (0.800, 0.725), (0.865, 0.805),
    (0.875, 0.660), (0.855, 0.490), (0.810, 0.320), (0.750, 0.200), (0.695, 0.140),
)  # fmt: skip
_TORSO = (
    (0.42, -0.06), (0.41, 0.04), (0.30, 0.085), (0.14, 0.135), (0.02, 0.24), (-0.02, 0.40),
    (0.04, 0.55), (0.05, 0.75), (0.03, 1.06), (0.97, 1.06), (0.95, 0.75), (0.96, 0.55),
    (1.02, 0.40), (0.98, 0.24), (0.86, 0.135), (0.70, 0.085), (0.59, 0.04), (0.58, -0.06),
)  # fmt: skip


def draw_chest() -> Phantom:
    """Draw lungs, heart, spine, ribs, clavicles and vessels; always the same picture."""
    rng = np.random.default_rng(_SEED)
    right, left = blob(_RIGHT_LUNG, _SIDE), blob(_LEFT_LUNG, _SIDE)
    lungs = right | left
    density = 0.75 * blurred(blob(_TORSO, _SIDE), 9)
    density += 0.22 * blurred(_belly(), 30)
    density -= _thickness(lungs)
    density += 0.33 * blurred(_mediastinum() & ~lungs, 5)
    density += _bones(lungs)
    density += 0.10 * _vessels(rng) * blurred(lungs, 3)
    density += 0.012 * clouds(rng, _SIDE, 40)
    grey = 262 * (1 - np.exp(-1.75 * np.clip(density, 0, None))) + rng.normal(0, 2.2, density.shape)
    truths = (("lung", lungs), ("left lung", left), ("right lung", right))
    return Phantom(to_rgb(blurred(grey, 0.8)), truths)


def _thickness(lungs: Bool) -> Float32:
    """How much air the ray crosses: little at the rim, more in the middle of each lung."""
    return 0.20 * blurred(lungs, 3) + 0.24 * blurred(lungs, 30) * blurred(lungs, 4)


def _belly() -> Bool:
    rows = np.linspace(0, 1, _SIDE)[:, None]
    return np.asarray(np.broadcast_to(rows > 0.74, (_SIDE, _SIDE)))


def _mediastinum() -> Bool:
    """Heart, aortic knob and the strip in the middle."""
    strip = blob(
        ((0.46, 0.0), (0.44, 0.2), (0.43, 0.45), (0.43, 0.7), (0.58, 0.7), (0.58, 0.4),
         (0.56, 0.2), (0.54, 0.0)), _SIDE,
    )  # fmt: skip
    heart = ellipse((0.565, 0.575), (0.175, 0.115), _SIDE, degrees=38)
    return np.asarray(strip | heart | ellipse((0.56, 0.27), (0.035, 0.045), _SIDE))


def _bones(lungs: Bool) -> Float32:
    """Spine with vertebrae, ten pairs of ribs, clavicles and the windpipe's shadow."""
    rows = np.linspace(0, 1, _SIDE, dtype=np.float32)[:, None]
    columns = np.linspace(0, 1, _SIDE, dtype=np.float32)[None, :]
    across = np.exp(-(((columns - 0.5) / 0.028) ** 4))
    bones = across * (0.10 + 0.035 * np.cos(2 * np.pi * rows / 0.062))
    bones += _ribs() * (0.45 + 0.55 * blurred(lungs, 12))
    collar = ((0.47, 0.165), (0.36, 0.135), (0.24, 0.115), (0.12, 0.135))
    bones += 0.13 * strokes((collar, _mirrored(collar)), 0.022, _SIDE)
    windpipe = strokes([((0.5, -0.02), (0.498, 0.12), (0.5, 0.30))], 0.030, _SIDE)
    return np.asarray(bones - 0.13 * blurred(windpipe, 4), dtype=np.float32)


def _ribs() -> Float32:
    """The back parts of the ribs, denser at their rims, and the fainter front parts below."""
    backs, fronts = [], []
    for number in range(10):
        top = 0.125 + 0.058 * number
        reach = 0.14 + 0.22 * np.sin(np.pi * min(1.0, (number + 2.2) / 9.5) / 2)
        low = top + 0.035 + 0.009 * number
        turn = (0.5 - 1.06 * reach, low + 0.03)
        back = (
            (0.485, top + 0.01),
            (0.5 - 0.45 * reach, top - 0.012),
            (0.5 - 0.85 * reach, top + 0.3 * (low - top)),
            turn,
        )
        front = (turn, (0.5 - 0.85 * reach, low + 0.10), (0.5 - 0.55 * reach, low + 0.155))
        backs += [back, _mirrored(back)]
        fronts += [front, _mirrored(front)]
    rims = 0.085 * strokes(backs, 0.019, _SIDE) - 0.025 * strokes(backs, 0.009, _SIDE)
    faint = 0.035 * blurred(strokes(fronts, 0.017, _SIDE), 2)
    return np.asarray(rims + faint, dtype=np.float32)


def _mirrored(points: Points) -> Points:
    """The same points on the other side of the body."""
    return tuple((1 - x, y) for x, y in points)


def _vessels(rng: np.random.Generator) -> Float32:
    """Branches that leave both hila and get thinner."""
    thin, thick = [], []
    for hilum, outward in (((0.405, 0.40), np.pi), ((0.60, 0.39), 0.0)):
        for _ in range(18):
            angle, length = outward + rng.uniform(-1.35, 1.35), rng.uniform(0.10, 0.25)
            bend = rng.uniform(-0.35, 0.35)
            thin.append(curved(hilum, angle, length, bend))
            thick.append(curved(hilum, angle, 0.45 * length, 0.2 * bend))
    drawn = 0.6 * strokes(thin, 0.0045, _SIDE) + 0.6 * strokes(thick, 0.008, _SIDE)
    return blurred(drawn, 1.5)
