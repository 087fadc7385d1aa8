"""Grow, shrink and smooth in the viewer, against distance transforms and convolution in SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from edit_masks import REAL, SHAPES, change, real_mask
from scipy import ndimage, signal

pytestmark = pytest.mark.browser

RADII = [0, 0.9, 1, 1.5, 2, 5, 26**0.5, 12.3, 200]


def grown(mask: np.ndarray, radius: float) -> np.ndarray:
    """All pixels within a radius of the mask, from exact squared distances."""
    if not mask.any():
        return mask
    squared = np.rint(ndimage.distance_transform_edt(~mask) ** 2)
    return squared <= radius * radius


def smoothed(mask: np.ndarray, radius: float) -> np.ndarray:
    """The majority in the part of a disc that lies in the picture; a tie keeps the pixel."""
    reach = int(radius)
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = (rows**2 + columns**2 <= radius * radius).astype(np.float64)
    count, size = (
        np.rint(signal.oaconvolve(layer.astype(float), disc)[reach:, reach:])
        [: mask.shape[0], : mask.shape[1]] for layer in (mask, np.ones_like(mask))
    )  # fmt: skip
    return np.where(2 * count == size, mask, 2 * count > size)


@pytest.fixture(params=list(SHAPES))
def shape(request, rng) -> np.ndarray:
    return SHAPES[request.param](rng)


@pytest.mark.parametrize("radius", RADII)
def test_a_grown_mask_is_all_within_the_radius(library, shape, radius):
    assert np.array_equal(change(library, "grow", shape, radius), grown(shape, radius))


@pytest.mark.parametrize("radius", RADII)
def test_a_shrunk_mask_keeps_its_distance_from_the_background(library, shape, radius):
    assert np.array_equal(change(library, "shrink", shape, radius), ~grown(~shape, radius))


@pytest.mark.parametrize("radius", RADII)
def test_a_smoothed_mask_is_the_majority_in_a_disc(library, shape, radius):
    assert np.array_equal(change(library, "smooth", shape, radius), smoothed(shape, radius))


@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("radius", [1, 5, 17])
def test_real_masks_are_grown_shrunk_and_smoothed_exactly(library, shared, name, radius):
    mask = real_mask(shared, name)[::2, 1::2]
    assert np.array_equal(change(library, "grow", mask, radius), grown(mask, radius))
    assert np.array_equal(change(library, "shrink", mask, radius), ~grown(~mask, radius))
    assert np.array_equal(change(library, "smooth", mask, radius), smoothed(mask, radius))


def test_a_mask_that_the_picture_cuts_off_does_not_shrink_from_its_border(library):
    mask = np.zeros((20, 20), bool)
    mask[:8, :8] = True
    after = change(library, "shrink", mask, 2)
    assert np.argwhere(after).max(axis=0).tolist() == [5, 5]
    assert after[:6, :6].all()
