"""A drawing that resembles a FLAIR slice of a head with a bright lesion; nobody's brain."""

from __future__ import annotations

import numpy as np

from core.samples.phantoms.canvas import Phantom, blob, blurred, clouds, ellipse, to_rgb

_SIDE = 640
_SEED = 7


def draw_brain() -> Phantom:
    """Draw scalp, skull, brain, ventricles and a lesion; always the same picture."""
    rng = np.random.default_rng(_SEED)
    scalp = ellipse((0.5, 0.5), (0.365, 0.435), _SIDE)
    skull = ellipse((0.5, 0.5), (0.337, 0.405), _SIDE)
    brain = ellipse((0.5, 0.5), (0.305, 0.372), _SIDE)
    lesion = blob(
        ((0.60, 0.30), (0.68, 0.33), (0.72, 0.41), (0.69, 0.49), (0.62, 0.52), (0.565, 0.46),
         (0.575, 0.36)), _SIDE,
    )  # fmt: skip
    grey = 165 * blurred(scalp, 2.5) - 150 * blurred(skull, 2)
    grey += (84 + 6 * clouds(rng, _SIDE, 60)) * blurred(brain, 2)
    grey += 15 * _cortex(rng) * blurred(brain, 4)
    grey -= 62 * blurred(_ventricles(), 2.5) + 55 * blurred(_midline(), 1.5)
    grey += (80 + 9 * clouds(rng, _SIDE, 25)) * blurred(lesion, 4)
    grey = np.hypot(grey + rng.normal(0, 3.5, grey.shape), rng.normal(0, 3.5, grey.shape))
    truths = (("brain", brain), ("whole tumor", lesion))
    return Phantom(to_rgb(blurred(grey, 0.8)), truths)


def _cortex(rng: np.random.Generator) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """The bright ribbon of the cortex with folds, 0..1 with 0 deep inside."""
    rim = 1 - blurred(ellipse((0.5, 0.5), (0.27, 0.335), _SIDE), 12)
    folds = np.cos(6 * clouds(rng, _SIDE, 22, octaves=2))
    return np.asarray(rim * (0.6 + 0.4 * folds), dtype=np.float32)


def _ventricles() -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    left = ellipse((0.462, 0.47), (0.022, 0.105), _SIDE, degrees=8)
    return left | ellipse((0.538, 0.47), (0.022, 0.105), _SIDE, degrees=-8)


def _midline() -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    front = ellipse((0.5, 0.215), (0.004, 0.085), _SIDE)
    return front | ellipse((0.5, 0.765), (0.004, 0.10), _SIDE)
