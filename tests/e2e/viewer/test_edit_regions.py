"""Fill, keep, remove and close regions in the viewer, against labels in SciPy."""

from __future__ import annotations

import edit_masks
import numpy as np
import pytest
from edit_masks import REAL, SHAPES, blobs, change, real_mask
from scipy import ndimage

pytestmark = pytest.mark.browser

CORNERS_TOO = np.ones((3, 3), bool)


def clicks(shape: tuple[int, int], rng: np.random.Generator) -> list[tuple[int, int]]:
    """Columns and rows: all corners and some pixels in between."""
    height, width = shape
    between = [(int(rng.integers(width)), int(rng.integers(height))) for _ in range(6)]
    return [(0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1), *between]


def region_at(mask: np.ndarray, column: int, row: int, structure: np.ndarray | None = None):
    """All that is equal to the pixel and connected with it."""
    labels, _ = ndimage.label(mask == mask[row, column], structure)
    return labels == labels[row, column]


@pytest.fixture(params=list(SHAPES))
def shape(request, rng) -> np.ndarray:
    return SHAPES[request.param](rng)


@pytest.mark.parametrize("threshold", [0, 90, 128, 255])
@pytest.mark.parametrize("value", [1, 0])
def test_a_click_fills_what_is_connected_at_the_threshold(library, rng, threshold, value):
    soft = ndimage.gaussian_filter(rng.random((45, 67)), 1.5)
    values = (255 * (soft - soft.min()) / np.ptp(soft)).astype(np.uint8)
    before = rng.random(values.shape) < 0.5
    for column, row in clicks(values.shape, rng):
        region = region_at(values >= threshold, column, row)
        send = edit_masks.as_bytes(values)
        after = change(library, "floodFill", before, send, column, row, threshold, value)
        assert np.array_equal(after, np.where(region, bool(value), before))


def test_regions_of_any_shape_are_filled(library, rng, shape):
    values = edit_masks.as_bytes(np.where(shape, 200, 40))
    for column, row in clicks(shape.shape, rng):
        after = change(library, "floodFill", ~shape, values, column, row, 128, 1)
        assert np.array_equal(after, ~shape | region_at(shape, column, row))


def test_the_part_under_a_click_is_kept_or_removed(library, rng, shape):
    for column, row in clicks(shape.shape, rng):
        part = region_at(shape, column, row, CORNERS_TOO) & shape[row, column]
        kept = change(library, "keepComponent", shape, column, row)
        removed = change(library, "removeComponent", shape, column, row)
        assert np.array_equal(kept, part if shape[row, column] else shape)
        assert np.array_equal(removed, shape & ~part)
        found = library(
            """lib.componentAt(Uint8Array.from(values[0]), ...values.slice(1))""",
            shape.ravel().astype(int).tolist(), shape.shape[1], shape.shape[0], column, row,
        )  # fmt: skip
        box = edit_masks.box_of(part)
        assert found == (box and {"box": box, "pixels": int(part.sum())})


@pytest.mark.parametrize("place", [(-1, 3), (3, -1), (20, 3), (3, 10)])
def test_a_click_beside_the_picture_changes_nothing(library, place):
    mask = np.ones((10, 20), bool)
    values = edit_masks.as_bytes(mask)
    assert np.array_equal(change(library, "floodFill", mask, values, *place, 1, 0), mask)
    assert np.array_equal(change(library, "removeComponent", mask, *place), mask)
    assert np.array_equal(change(library, "keepComponent", mask, *place), mask)


def test_holes_are_those_of_scipy(library, shape):
    after = change(library, "fillHoles", shape)
    assert np.array_equal(after, ndimage.binary_fill_holes(shape))


def test_a_hole_may_not_leak_over_corners_but_background_at_the_border_is_none(library):
    ring = np.array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 0, 0]], bool)
    closed = change(library, "fillHoles", ring)
    assert np.argwhere(closed & ~ring).tolist() == [[1, 1]]
    assert not change(library, "fillHoles", ~closed)[closed].all()


@pytest.mark.parametrize("name", REAL)
def test_regions_of_real_masks_are_those_of_scipy(library, rng, shared, name):
    mask = real_mask(shared, name)
    mask[ndimage.binary_erosion(mask, iterations=4) & blobs(rng, *mask.shape)] = False
    assert np.array_equal(change(library, "fillHoles", mask), ndimage.binary_fill_holes(mask))
    row, column = (int(place) for place in np.argwhere(mask)[mask.sum() // 2])
    part = region_at(mask, column, row, CORNERS_TOO)
    assert np.array_equal(change(library, "keepComponent", mask, column, row), part)
    assert np.array_equal(change(library, "removeComponent", mask, column, row), mask & ~part)


def test_a_spiral_over_the_largest_picture_is_followed_to_its_end(library):
    rows, columns = np.mgrid[:4096, :4096].astype(np.float32) - 2047
    turns = np.hypot(rows, columns) / 60 + np.arctan2(rows, columns) / (2 * np.pi)
    spiral = turns % 1 < 0.5
    spiral[100:103, 200:203] = [[1, 1, 1], [1, 0, 1], [1, 1, 1]]
    arm = region_at(spiral, 2047, 2040)
    values = edit_masks.as_bytes(np.where(spiral, 255, 0))
    after = change(library, "floodFill", np.zeros_like(spiral), values, 2047, 2040, 128, 1)
    assert np.array_equal(after, arm)
    # The background between the turns reaches the border; one pixel does not.
    closed = change(library, "fillHoles", spiral)
    assert np.argwhere(closed & ~spiral).tolist() == [[101, 201]]
