"""Sizes and forms beside independent computations and shapes whose figures are known."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.measure import label, perimeter_crofton, regionprops

from core.analysis.measure_shape import bounding_box, shape_of
from core.geometry import SpacingMm

UNIT = SpacingMm(1, 1)


def shape(mask, spacing=None):
    return shape_of(mask, bounding_box(mask), spacing)


def disc(radius, spacing=UNIT, side=240):
    """Pixels whose centre is within a circle of a radius in millimetres around the middle."""
    y, x = np.mgrid[:side, :side] - side // 2
    return (x * spacing.column) ** 2 + (y * spacing.row) ** 2 <= radius**2


def blobs(seed, side=40):
    """Smooth random shapes with holes and several pieces."""
    rng = np.random.default_rng(seed)
    grid = np.kron(rng.random((side // 5, side // 5)), np.ones((5, 5)))
    return (grid + 0.3 * rng.random((side, side))) > 0.85


def by_brute_force(mask, spacing):
    """Largest distance between any two middles of pixel edges of the largest piece."""
    pieces = label(mask, connectivity=2)
    largest = pieces == np.argmax(np.bincount(pieces[mask]))
    points = [
        ((row + dr) * spacing.row, (column + dc) * spacing.column)
        for row, column in np.argwhere(largest)
        for dr, dc in ((0.5, 0), (-0.5, 0), (0, 0.5), (0, -0.5))
    ]
    return max(math.dist(a, b) for a, b in itertools.combinations(points, 2))


def across_by_search(mask, spacing):
    """Longest line across the largest diameter inside the convex hull, by many small steps."""
    from scipy.spatial import ConvexHull

    points = np.array(
        [
            ((row + dr) * spacing.row, (column + dc) * spacing.column)
            for row, column in np.argwhere(mask)
            for dr, dc in ((0.5, 0), (-0.5, 0), (0, 0.5), (0, -0.5))
        ]
    )
    corners = points[ConvexHull(points).vertices]
    a, b = max(itertools.combinations(corners, 2), key=lambda pair: math.dist(*pair))
    along = (b - a) / math.dist(a, b)
    normal = np.array([-along[1], along[0]])
    lengths = []
    for t in np.linspace(0, math.dist(a, b), 4001)[1:-1]:
        heights = []
        for p, q in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            tp, tq = (p - a) @ along - t, (q - a) @ along - t
            if tp * tq <= 0 and tp != tq:
                share = tp / (tp - tq)
                heights.append(((p + share * (q - p)) - a) @ normal)
        lengths.append(max(heights) - min(heights))
    return max(lengths)


@pytest.mark.parametrize("seed", range(6))
def test_box_centroid_and_pieces_are_those_of_scikit_image(seed):
    mask = blobs(seed)
    found = shape(mask)
    (whole,) = regionprops(mask.astype(int))
    assert (found.box.top, found.box.left, found.box.bottom, found.box.right) == whole.bbox
    assert (found.row, found.column) == pytest.approx(whole.centroid)
    pieces = regionprops(label(mask, connectivity=2))
    assert found.pieces == len(pieces)
    assert found.largest_px == max(piece.area for piece in pieces)


@pytest.mark.parametrize("seed", range(6))
def test_the_perimeter_is_croftons_as_in_scikit_image(seed):
    mask = np.pad(blobs(seed), 3)
    assert shape(mask).perimeter == pytest.approx(perimeter_crofton(mask, directions=4))


@pytest.mark.parametrize("spacing", [SpacingMm(1, 1), SpacingMm(0.7, 0.7), SpacingMm(2.5, 0.8)])
@pytest.mark.parametrize("seed", range(4))
def test_the_largest_diameter_is_that_of_a_search_over_all_pairs(seed, spacing):
    mask = blobs(seed, side=25)
    assert shape(mask, spacing).diameter == pytest.approx(by_brute_force(mask, spacing))


@pytest.mark.parametrize("spacing", [SpacingMm(1, 1), SpacingMm(2.0, 0.6)])
def test_the_line_across_is_the_longest_one_at_a_right_angle(spacing):
    mask = np.zeros((30, 40), bool)
    mask[4:9, 3:36] = True
    mask[9:22, 10:14] = True
    found = shape(mask, spacing)
    assert found.across == pytest.approx(across_by_search(mask, spacing), rel=2e-3)


@pytest.mark.parametrize("spacing", [SpacingMm(1, 1), SpacingMm(0.5, 0.5), SpacingMm(0.5, 1.5)])
def test_a_circle_measures_what_a_circle_should(spacing):
    """Also where pixels are three times as wide as high."""
    radius = 50.0
    found = shape(disc(radius, spacing), spacing)
    pixel = max(spacing.row, spacing.column)
    assert found.diameter == pytest.approx(2 * radius, abs=1.01 * pixel)
    assert found.across == pytest.approx(2 * radius, abs=1.01 * pixel)
    assert found.perimeter == pytest.approx(2 * math.pi * radius, rel=0.035)
    assert (found.row, found.column) == (120, 120)


def test_a_circle_of_square_pixels_has_its_perimeter_within_one_percent():
    assert shape(disc(100)).perimeter == pytest.approx(200 * math.pi, rel=0.01)


def test_a_rectangle_of_pixels_has_its_known_lengths():
    mask = np.zeros((20, 50), bool)
    mask[5:9, 10:40] = True  # 4 rows, 30 columns
    found = shape(mask, SpacingMm(2.0, 0.5))
    # From the middle of the top edge of one corner pixel to that of the bottom of the opposite.
    assert found.diameter == pytest.approx(math.hypot(8.0, 14.5))
    assert found.pieces == 1
    assert (found.row, found.column) == (6.5, 24.5)
    # Four directions find a straight-edged box, and its corners, some percent short.
    assert 0.90 * 68 < shape(mask).perimeter < 68


def test_a_long_strip_is_as_wide_across_as_the_strip_and_not_twice():
    """The extent at a right angle to the diagonal would be nearly double."""
    mask = np.zeros((20, 220), bool)
    mask[5:15, 10:210] = True
    assert shape(mask).across == pytest.approx(10, abs=0.6)


@pytest.mark.parametrize("spacing", [None, SpacingMm(3.0, 0.5)])
def test_one_pixel_is_as_long_as_its_longer_side(spacing):
    mask = np.zeros((5, 5), bool)
    mask[2, 3] = True
    found = shape(mask, spacing)
    assert found.diameter == (3.0 if spacing else 1.0)
    assert found.across == pytest.approx(0.5 if spacing else 1.0)


def test_a_mask_that_fills_the_picture_ends_at_its_edge():
    found = shape(np.ones((30, 30), bool))
    assert 0.90 * 120 < found.perimeter < 120
    assert found.box.slices == (slice(0, 30), slice(0, 30))


def test_diameters_are_those_of_the_largest_piece_and_not_across_a_speck_far_away():
    mask = np.zeros((100, 100), bool)
    mask[10:20, 10:20] = True
    alone = shape(mask).diameter
    mask[95, 95] = True
    found = shape(mask)
    assert found.diameter == alone
    assert found.pieces == 2


def test_pixels_that_touch_at_a_corner_are_one_piece():
    assert shape(np.eye(6, dtype=bool)).pieces == 1


def test_a_hole_adds_to_the_perimeter():
    mask = disc(40)
    whole = shape(mask).perimeter
    ring = mask & ~disc(20)
    assert shape(ring).perimeter == pytest.approx(whole + shape(disc(20)).perimeter, rel=0.01)


def test_an_empty_mask_has_no_box():
    assert bounding_box(np.zeros((9, 9), bool)) is None


def test_a_mask_in_another_memory_order_measures_the_same():
    mask = blobs(3)
    assert shape(np.asfortranarray(mask)) == shape(mask)
    assert shape(mask[::-1]).perimeter == pytest.approx(shape(mask).perimeter)


masks = st.integers(0, 10_000).map(lambda seed: blobs(seed, side=30)).filter(np.any)
lengths = st.floats(0.05, 20)


@settings(max_examples=40, deadline=None)
@given(mask=masks, row=lengths, column=lengths, turns=st.integers(1, 3))
def test_turning_the_picture_changes_no_length(mask, row, column, turns):
    one = shape(largest_only(mask), SpacingMm(row, column))
    turned = SpacingMm(column, row) if turns % 2 else SpacingMm(row, column)
    other = shape(np.rot90(largest_only(mask), turns), turned)
    assert_same_lengths(one, other)


@settings(max_examples=40, deadline=None)
@given(mask=masks, row=lengths, column=lengths, axis=st.integers(0, 1))
def test_mirroring_the_picture_changes_no_length_and_mirrors_the_centroid(mask, row, column, axis):
    mask = largest_only(mask)
    one = shape(mask, SpacingMm(row, column))
    other = shape(np.flip(mask, axis), SpacingMm(row, column))
    assert_same_lengths(one, other)
    mirrored = [one.row, one.column]
    mirrored[axis] = mask.shape[axis] - 1 - mirrored[axis]
    assert [other.row, other.column] == pytest.approx(mirrored)


@settings(max_examples=40, deadline=None)
@given(mask=masks, row=lengths, column=lengths, factor=st.floats(0.01, 100))
def test_lengths_grow_with_the_pixels(mask, row, column, factor):
    one = shape(mask, SpacingMm(row, column))
    other = shape(mask, SpacingMm(row * factor, column * factor))
    for name in ("perimeter", "diameter", "across"):
        assert getattr(other, name) == pytest.approx(factor * getattr(one, name), rel=1e-6)


def largest_only(mask):
    """Without the question which of two equal pieces is the largest."""
    pieces = label(mask, connectivity=2)
    return pieces == np.argmax(np.bincount(pieces[mask]))


def assert_same_lengths(one, other):
    assert other.perimeter == pytest.approx(one.perimeter, rel=1e-6)
    assert other.diameter == pytest.approx(one.diameter, rel=1e-6)
    assert other.across == pytest.approx(one.across, rel=1e-6)
