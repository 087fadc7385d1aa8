"""A drawing that resembles a frontal chest X-ray; nobody's anatomy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.samples.phantoms.canvas import Phantom, blob, blurred, clouds, ellipse, stroke, to_rgb

if TYPE_CHECKING:
    import numpy.typing as npt

    Float32 = npt.NDArray[np.float32]
    Bool = npt.NDArray[np.bool_]

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
    inner = 0.45 + 0.55 * blurred(lungs, 12)
    for mirror in (False, True):
        for rib in range(10):
            bones += _rib(rib, mirror=mirror) * inner
        collar = ((0.47, 0.165), (0.36, 0.135), (0.24, 0.115), (0.12, 0.135))
        bones += 0.13 * stroke(_mirrored(collar) if mirror else collar, 0.022, _SIDE)
    windpipe = stroke(((0.5, -0.02), (0.498, 0.12), (0.5, 0.30)), 0.030, _SIDE)
    return np.asarray(bones - 0.13 * blurred(windpipe, 4), dtype=np.float32)


def _rib(number: int, *, mirror: bool) -> Float32:
    """The back part of a rib, and its fainter front part below."""
    top = 0.125 + 0.058 * number
    reach = 0.14 + 0.22 * np.sin(np.pi * min(1.0, (number + 2.2) / 9.5) / 2)
    drop = 0.035 + 0.009 * number
    back = [
        (0.485, top + 0.01),
        (0.5 - 0.45 * reach, top - 0.012),
        (0.5 - 0.85 * reach, top + 0.3 * drop),
        (0.5 - 1.06 * reach, top + drop + 0.03),
    ]
    front = [
        (0.5 - 1.06 * reach, top + drop + 0.03),
        (0.5 - 0.85 * reach, top + drop + 0.10),
        (0.5 - 0.55 * reach, top + drop + 0.155),
    ]
    if mirror:
        back, front = list(_mirrored(back)), list(_mirrored(front))
    hard = stroke(back, 0.019, _SIDE)
    core = stroke(back, 0.009, _SIDE)
    return np.asarray(
        0.085 * hard - 0.025 * core + 0.035 * blurred(stroke(front, 0.017, _SIDE), 2),
        dtype=np.float32,
    )


def _mirrored(points: list[tuple[float, float]] | tuple[tuple[float, float], ...]) -> tuple[
    tuple[float, float], ...
]:
    return tuple((1 - x, y) for x, y in points)


def _vessels(rng: np.random.Generator) -> Float32:
    """Branches that leave both hila and get thinner."""
    drawn = np.zeros((_SIDE, _SIDE), dtype=np.float32)
    for hilum, outward in (((0.405, 0.40), np.pi), ((0.60, 0.39), 0.0)):
        for _ in range(16):
            angle = outward + rng.uniform(-1.35, 1.35)
            length = rng.uniform(0.10, 0.24)
            bend = rng.uniform(-0.35, 0.35)
            middle = (
                hilum[0] + 0.5 * length * np.cos(angle),
                hilum[1] + 0.5 * length * np.sin(angle),
            )
            end = (
                middle[0] + 0.5 * length * np.cos(angle + bend),
                middle[1] + 0.5 * length * np.sin(angle + bend),
            )
            drawn += 0.5 * stroke((hilum, middle, end), rng.uniform(0.003, 0.006), _SIDE)
            drawn += 0.5 * stroke((hilum, _between(hilum, middle), middle), 0.008, _SIDE)
    return np.minimum(blurred(drawn, 1.5), 1.6)


def _between(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    return ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
