"""The outline that snaps to an edge."""

from __future__ import annotations

import numpy as np

from core.analysis.metrics import dice
from core.backends.demo.contour import snapped


def _disc(radius: float, cx: float = 100, cy: float = 90) -> np.ndarray:
    y, x = np.mgrid[:200, :220]
    return (x - cx) ** 2 + (y - cy) ** 2 <= radius**2


def test_an_outline_inside_a_dark_disc_moves_out_to_its_edge():
    image = np.where(_disc(50), 0.2, 0.8).astype(np.float32)
    assert dice(_disc(43), _disc(50)) < 0.87
    assert dice(snapped(_disc(43), image, inwards=5, outwards=12), _disc(50)) > 0.98


def test_an_outline_outside_moves_in():
    image = np.where(_disc(50), 0.2, 0.8).astype(np.float32)
    assert dice(snapped(_disc(55), image, inwards=9, outwards=4), _disc(50)) > 0.98


def test_noise_does_not_tear_it(rng):
    image = np.where(_disc(50), 0.3, 0.7) + rng.normal(0, 0.1, (200, 220))
    moved = snapped(_disc(45), image.astype(np.float32), inwards=5, outwards=10)
    assert dice(moved, _disc(50)) > 0.96


def test_an_edge_of_the_other_kind_is_not_followed():
    image = np.where(_disc(50), 0.8, 0.2).astype(np.float32)
    moved = snapped(_disc(44), image, inwards=2, outwards=10)
    assert dice(moved, _disc(50)) < 0.95


def test_a_mask_too_small_for_an_outline_stays_as_it_is():
    speck = np.zeros((200, 220), bool)
    empty = speck.copy()
    speck[5, 5] = True
    image = np.zeros((200, 220), np.float32)
    assert snapped(empty, image, inwards=2, outwards=2).sum() == 0
    assert snapped(speck, image, inwards=0, outwards=0).sum() <= 9
