"""Values of the file inside a mask, beside NumPy's own."""

import math

import numpy as np
import pytest

from core.analysis.measure_values import (
    PERCENTILES,
    histogram,
    single_values,
    statistics,
    value_name,
)
from core.imaging.model import Frame


def sets():
    rng = np.random.default_rng(5)
    wide = rng.integers(-(2**40), 2**40, 500)
    return {
        "bytes": rng.integers(0, 256, 999).astype(np.uint8),
        "signed bytes": rng.integers(-128, 128, 999).astype(np.int8),
        "HU": rng.integers(-1024, 3071, 4000).astype(np.int16),
        "all 16 bits": np.array([-32768, 32767, 5, 5], np.int16),
        "big end first": rng.integers(-1024, 3071, 500).astype(">i2"),
        "16-bit grey": rng.integers(0, 65535, 500).astype(np.uint16),
        "the largest there are": np.array([2**64 - 1, 2**64 - 3, 2**64 - 2], np.uint64),
        "far apart": wide,
        "fractions": rng.normal(0, 1e-3, 800).astype(np.float32),
        "one": np.array([7], np.int32),
    }


@pytest.mark.parametrize("name", sets())
def test_the_figures_are_numpys(name):
    values = sets()[name]
    found = statistics(values)
    exact = values.astype(np.float64)
    assert found.count == values.size
    assert found.mean == pytest.approx(exact.mean(), rel=1e-6)
    assert found.sd == pytest.approx(exact.std(), rel=1e-6, abs=1.0 if exact.max() > 1e18 else 1e-9)
    assert (found.lowest, found.highest) == (exact.min(), exact.max())
    assert found.percentiles == pytest.approx(np.percentile(exact, PERCENTILES), rel=1e-6)


def test_missing_values_are_left_out_and_not_counted():
    found = statistics(np.array([1.0, np.nan, 3.0, np.inf]))
    assert (found.count, found.mean) == (2, 2.0)
    assert statistics(np.array([np.nan])) is None
    assert histogram(np.array([np.nan])) is None


@pytest.mark.parametrize("name", ["bytes", "HU", "16-bit grey", "fractions", "one"])
def test_every_pixel_is_in_one_bin_of_the_histogram(name):
    values = sets()[name]
    found = histogram(values)
    assert found.counts.sum() == values.size
    assert len(found.edges) == len(found.counts) + 1 <= 65
    widths = np.diff(found.edges)
    assert widths == pytest.approx(np.full(widths.size, widths[0]))
    if values.dtype.kind in "iu":
        # A width that is not whole would let some bins hold more levels than others.
        assert math.isclose(widths[0], round(widths[0]))


def frame_of(values, unit=""):
    rgb = np.zeros((*values.shape[:2], 3), np.uint8)
    return Frame(values=values, rgb=rgb, unit=unit)


def test_colour_is_measured_by_its_brightness():
    colour = np.zeros((4, 4, 3), np.uint8)
    colour[..., 1] = 100
    frame = frame_of(colour)
    assert value_name(frame) == "luma"
    assert single_values(frame) == pytest.approx(np.full((4, 4), 59), abs=1)


@pytest.mark.parametrize("dtype", [np.uint16, np.float32, np.float64])
def test_colour_of_any_depth_has_a_brightness(dtype):
    colour = np.zeros((4, 4, 3), dtype)
    colour[..., 0] = 1000
    assert single_values(frame_of(colour)) == pytest.approx(np.full((4, 4), 299), rel=0.01)


def test_grey_that_is_stored_as_colour_keeps_its_own_values():
    grey = np.arange(16, dtype=np.uint8).reshape(4, 4)
    frame = frame_of(np.repeat(grey[:, :, None], 3, axis=2))
    assert value_name(frame) == "native"
    assert np.array_equal(single_values(frame), grey)


def test_the_unit_is_the_files():
    assert value_name(frame_of(np.zeros((4, 4), np.int16), "HU")) == "HU"
    assert value_name(frame_of(np.zeros((4, 4), np.int16))) == "native"


def test_a_black_and_white_file_counts_as_0_and_1():
    frame = frame_of(np.eye(4, dtype=bool))
    assert statistics(single_values(frame).ravel()).mean == 0.25
