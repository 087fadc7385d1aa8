import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.path import Path

from core.export.figure_outline import outline_of

SMALL = arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)))


def inside(outline, shape):
    """Which pixel centres lie inside, holes taken out."""
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    centres = np.column_stack([x.ravel(), y.ravel()])
    points, codes = outline
    starts = np.flatnonzero(codes == Path.MOVETO)[1:]
    rings = [Path(ring).contains_points(centres) for ring in np.split(points, starts)]
    return np.logical_xor.reduce(rings).reshape(shape)


@given(SMALL, st.integers(1, 255))
def test_the_outline_holds_the_centres_of_the_mask_and_no_others(probability, level):
    mask = probability >= level
    outline = outline_of(probability, mask, level)
    if outline is None:
        assert not mask.any()
    else:
        assert np.array_equal(inside(outline, mask.shape), mask)


@given(SMALL, arrays(bool, (9, 9)))
def test_pixels_that_went_to_another_phrase_are_left_out(probability, kept):
    height, width = probability.shape
    mask = (probability >= 128) & kept[:height, :width]
    outline = outline_of(probability, mask, 128)
    found = np.zeros_like(mask) if outline is None else inside(outline, mask.shape)
    assert np.array_equal(found, mask)


def test_the_outline_lies_where_the_probability_crosses_the_threshold():
    ramp = np.tile(np.array([0, 100, 155, 255], np.uint8), (3, 1))
    points, _ = outline_of(ramp, ramp >= 128, 128)
    # Half-way between the centres of columns 1 and 2, at 1.5 and 2.5.
    assert points[:, 0].min() == pytest.approx(2.0)


@pytest.mark.parametrize("probability", [128, 200, 255])
def test_a_mask_at_the_edge_ends_at_the_edge(probability):
    full = np.full((4, 6), probability, np.uint8)
    points, _ = outline_of(full, full >= 128, 128)
    assert points.min(axis=0).tolist() == [0, 0]
    assert points.max(axis=0).tolist() == [6, 4]


def test_a_threshold_of_0_marks_everything():
    empty = np.zeros((4, 6), np.uint8)
    outline = outline_of(empty, empty >= 0, 0)
    assert inside(outline, (4, 6)).all()
