"""Strokes and polygons that a reader draws, against distances and crossings in Python."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import edit_masks
import numpy as np
import pytest
from edit_masks import change

pytestmark = pytest.mark.browser


def centres(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """x and y of the centres of all pixels."""
    rows, columns = np.indices(shape)
    return columns + 0.5, rows + 0.5


def distances(shape: tuple[int, int], points: np.ndarray) -> np.ndarray:
    """From the centre of each pixel to the line through the points, float64."""
    place = np.stack(centres(shape), axis=-1)
    nearest = np.linalg.norm(place - points[0], axis=-1)
    for start, end in pairwise(points):
        line = end - start
        share = np.clip((place - start) @ line / (line @ line), 0, 1)
        foot = start + share[..., None] * line
        nearest = np.minimum(nearest, np.linalg.norm(place - foot, axis=-1))
    return nearest


def under(shape: tuple[int, int], points: np.ndarray) -> np.ndarray:
    """The pixels that the points lie in."""
    mask = np.zeros(shape, bool)
    for column, row in np.floor(points).astype(int):
        if 0 <= row < shape[0] and 0 <= column < shape[1]:
            mask[row, column] = True
    return mask


@pytest.mark.parametrize("value", [1, 0])
@pytest.mark.parametrize("radius", [0.5, 1, 2.3, 7.5, 20])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_stroke_is_what_lies_within_its_radius(library, rng, radius, count, value):
    before = rng.random((53, 71)) < 0.5
    for _ in range(6):
        points = rng.uniform(-15, 85, (count, 2))
        nearest = distances(before.shape, points)
        assert np.abs(nearest - radius).min() > 1e-9  # no distance that rounding could decide
        painted = (nearest <= radius) | under(before.shape, points)
        after = change(library, "paintStroke", before, points.tolist(), radius, value)
        assert np.array_equal(after, np.where(painted, bool(value), before))


def covered(shape: tuple[int, int], start: np.ndarray, end: np.ndarray, radius: int) -> np.ndarray:
    """What a disc covers between two points of half pixels, in whole numbers: without rounding."""
    x, y = (np.rint(2 * axis).astype(np.int64) for axis in centres(shape))
    (startx, starty), (endx, endy) = np.rint(2 * np.array([start, end])).astype(np.int64).tolist()
    across, down = endx - startx, endy - starty
    along = (x - startx) * across + (y - starty) * down
    squared = across**2 + down**2
    reach = (2 * radius) ** 2
    beside = ((x - startx) * down - (y - starty) * across) ** 2 <= reach * squared
    at_start = (x - startx) ** 2 + (y - starty) ** 2 <= reach
    at_end = (x - endx) ** 2 + (y - endy) ** 2 <= reach
    return np.where((along > 0) & (along < squared), beside, at_start | at_end)


@pytest.mark.parametrize("radius", [0, 1, 5, 10, 13])
def test_pixels_exactly_at_the_radius_belong_to_the_stroke(library, rng, radius):
    before = np.zeros((60, 64), bool)
    # Level, upright and 3-4-5 slopes, whose sides meet centres of pixels.
    lines = [([9, 9], [9, 9]), ([5, 20], [50, 20]), ([20, 5], [20, 50]), ([10, 12], [40, 52])]
    lines += [(pair[0], pair[1]) for pair in rng.integers(0, 60, (20, 2, 2))]
    for line in lines:
        start, end = np.array(line) + 0.5
        after = change(library, "paintStroke", before, [start.tolist(), end.tolist()], radius, 1)
        assert np.array_equal(after, covered(before.shape, start, end, radius))


@pytest.mark.parametrize("place", [(3.5, 2.5), (3.02, 2.03), (3.98, 2.97), (3, 2)])
def test_the_smallest_brush_paints_the_pixel_under_the_cursor(library, place):
    after = change(library, "paintStroke", np.zeros((6, 7), bool), [place], 0.5, 1)
    assert np.argwhere(after).tolist() == [[2, 3]]


def test_a_thin_line_has_no_gap(library, rng):
    for start, end in rng.uniform(0, 40, (20, 2, 2)):
        line = [start.tolist(), end.tolist()]
        after = change(library, "paintStroke", np.zeros((40, 40), bool), line, 0.5, 1)
        column, row = map(int, start)
        whole = edit_masks.change(library, "keepComponent", after, column, row)
        assert np.array_equal(whole, after)


def test_a_threshold_brush_paints_only_where_the_map_reaches_it(library, rng):
    before = rng.random((40, 45)) < 0.3
    values = rng.choice(np.array([0, 127, 128, 255], np.uint8), before.shape)
    points = np.array([[5.2, 6.1], [30.3, 22.8]])
    gate = {"values": edit_masks.as_bytes(values), "threshold": 128}
    painted = (distances(before.shape, points) <= 6) & (values >= 128)
    for value in (0, 1):
        after = change(library, "paintStroke", before, points.tolist(), 6, value, gate)
        assert np.array_equal(after, np.where(painted, bool(value), before))


@pytest.mark.parametrize(
    "points", [[], [[-30, -30]], [[200, 5], [200, 30]], [[-50, 20], [-22, 500]]]
)
def test_a_stroke_beside_the_picture_changes_nothing(library, points):
    before = np.zeros((30, 40), bool)
    assert not change(library, "paintStroke", before, points, 20, 1).any()


def test_a_stroke_looks_at_the_pixels_near_it_only(library):
    box, touched, outside = library(
        """(() => {
            const touched = new Set();
            const mask = new Proxy(new Uint8Array(2048 * 2048), {
                get: (pixels, key) => { touched.add(Number(key)); return pixels[key]; },
                set: (pixels, key, value) => { pixels[key] = value; return true; },
            });
            const points = [[1000.3, 900.1], [1012.8, 905.4]];
            const box = lib.paintStroke(mask, 2048, 2048, points, 20, 1);
            const outside = [...touched].filter((at) => {
                const [row, column] = [Math.floor(at / 2048), at % 2048];
                return row < box.top || row >= box.bottom
                    || column < box.left || column >= box.right;
            });
            return [box, touched.size, outside.length];
        })()"""
    )
    assert box == {"top": 880, "bottom": 925, "left": 980, "right": 1033}
    assert 1250 < touched <= 45 * 53
    assert outside == 0


def inside(shape: tuple[int, int], points: list[list[float]]) -> np.ndarray:
    """Even-odd rule at the centres of the pixels, in fractions: without rounding."""
    corners = [(Fraction(x), Fraction(y)) for x, y in points]
    mask = np.zeros(shape, bool)
    for row in range(shape[0]):
        y = row + Fraction(1, 2)
        for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
            if (y0 <= y) != (y1 <= y):
                crossing = x0 + (y - y0) * (x1 - x0) / (y1 - y0)
                # Every centre at the crossing or to the right of it is on the edge's other side.
                first = max(0, -((Fraction(1, 2) - crossing) // 1))
                mask[row, first:] ^= True
    return mask


@pytest.mark.parametrize("corners", [3, 4, 7, 60])
@pytest.mark.parametrize("grid", [None, 0.5, 0.125])
@pytest.mark.parametrize("value", [1, 0])
def test_a_polygon_holds_the_pixels_whose_centres_lie_in_it(library, rng, corners, grid, value):
    before = rng.random((31, 43)) < 0.5
    for _ in range(4):
        points = rng.uniform(-10, 50, (corners, 2))
        if grid:  # many corners and edges on centres
            points = np.rint(points / grid) * grid
        after = change(library, "fillPolygon", before, points.tolist(), value)
        filled = inside(before.shape, points.tolist())
        assert np.array_equal(after, np.where(filled, bool(value), before))


def test_polygons_with_a_common_edge_share_no_pixel_and_leave_none_out(library, rng):
    whole = np.zeros((40, 50), bool)
    corners = [[0, 0], [50, 0], [50, 40], [0, 40]]
    for middle in [[25.5, 20.5], *rng.uniform(0, 40, (10, 2)).tolist()]:
        parts = [
            change(library, "fillPolygon", whole, [corners[n - 1], corners[n], middle], 1)
            for n in range(4)
        ]
        assert np.array_equal(np.sum(parts, axis=0), np.ones(whole.shape))


@pytest.mark.parametrize(
    "points",
    [[], [[4, 4]], [[4, 4], [20, 20]], [[3, 3], [20, 3], [9, 3]], [[90, 1], [95, 9], [99, 2]]],
)
def test_a_polygon_without_an_inside_changes_nothing(library, points):
    assert not change(library, "fillPolygon", np.zeros((30, 40), bool), points, 1).any()


def test_a_square_of_whole_pixels_is_that_square(library):
    square = [[3, 2], [9, 2], [9, 7], [3, 7]]
    after = change(library, "fillPolygon", np.zeros((12, 12), bool), square, 1)
    assert edit_masks.box_of(after) == {"top": 2, "bottom": 7, "left": 3, "right": 9}
    assert after.sum() == 30
