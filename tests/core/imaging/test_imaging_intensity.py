"""From values to grey levels: windows, percentiles and the odd cases."""

import numpy as np
import pytest

from core.imaging import MODEL_WINDOWS, READING_WINDOWS, Window
from core.imaging.intensity import Look, limits, render
from core.imaging.rescaling import rescale
from core.imaging.windows import Voi, voi_for


def levels_of(values, window, curve="linear"):
    grey = np.array([values, values])
    return render(grey, Look(Voi(window, curve))).rgb[0, :, 0].tolist()


def test_a_dicom_window_follows_the_standards_formula():
    # PS3.3 C.11.2.1.2.1, note: centre 2048, width 4096 maps 0 to black and 4095 to white.
    assert levels_of([0, 4095], Window("w", 2048, 4096)) == [0, 255]
    assert levels_of([-161, -160, 39, 40, 240, 241], Window("w", 40, 400)) == [
        *(0, 0, 127, 128, 255, 255)
    ]


def test_an_exact_window_reaches_half_its_width_to_either_side():
    assert levels_of([-160, 40, 240], Window("w", 40, 400), "linear_exact") == [0, 128, 255]


def test_a_sigmoid_window_is_half_way_at_its_centre():
    low, middle, high = levels_of([-5000, 40, 5000], Window("w", 40, 400), "sigmoid")
    assert (low, middle, high) == (0, 128, 255)


def test_a_window_of_width_one_is_a_threshold():
    assert levels_of([9, 10, 11], Window("w", 10.5, 1)) == [0, 0, 255]


def test_the_models_six_ranges_are_those_it_was_trained_with():
    ranges = {
        window.name: (window.center - window.width / 2, window.center + window.width / 2)
        for window in MODEL_WINDOWS
    }
    assert ranges == {
        "abdomen (model)": (-150, 250),
        "lung (model)": (-1000, 1000),
        "pelvis (model)": (-55, 200),
        "liver (model)": (-25, 230),
        "colon (model)": (-68, 187),
        "pancreas (model)": (-100, 200),
    }
    assert [window.name for window in READING_WINDOWS] == ["soft tissue", "lung", "bone", "brain"]


@pytest.mark.parametrize("window", MODEL_WINDOWS, ids=lambda window: window.name)
def test_a_model_range_goes_from_black_to_white_and_is_truncated(window):
    low, high = window.center - window.width / 2, window.center + window.width / 2
    voi = voi_for(window, (), whole_numbers=True)
    values = np.linspace(low - 50, high + 50, 400).reshape(20, 20)
    expected = (np.clip((values - low) / (high - low), 0, 1) * 255).astype(np.uint8)
    assert np.array_equal(render(values, Look(voi)).rgb[:, :, 0], expected)


@pytest.mark.parametrize("dtype", [np.int16, np.uint16, np.int8, np.int32, np.float32, np.float64])
def test_percentiles_scale_any_type_alike(rng, dtype):
    values = rng.integers(0, 120, (50, 60)).astype(dtype)
    low, high = np.percentile(values, (0.5, 99.5))
    expected = (np.clip((values - low) / (high - low), 0, 1) * 255).astype(int)
    found = render(values, Look()).rgb[:, :, 0].astype(int)
    assert np.abs(found - expected).max() <= 1


@pytest.mark.parametrize("value", [0, 130, -5])
def test_a_flat_picture_does_not_divide_by_zero(value):
    rendered = render(np.full((8, 8), value, np.int16), Look())
    assert (rendered.rgb == 0).all()
    assert f"the value {value}" in rendered.steps[0]


def test_a_picture_with_a_few_bright_pixels_shows_them():
    values = np.zeros((100, 100), np.uint16)
    values[50, 50:53] = 700
    assert render(values, Look()).rgb[50, 51, 0] == 255


def test_a_picture_of_missing_numbers_only_is_black():
    rendered = render(np.full((8, 8), np.nan, np.float32), Look())
    assert (rendered.rgb == 0).all()
    assert rendered.notices[0].code == "not_finite"


def test_the_ground_of_an_mr_image_does_not_count():
    values = np.zeros((100, 100), np.uint16)
    values[:30] = np.linspace(500, 1500, 3000).reshape(30, 100)
    low, high, words = limits(values, foreground_only=True)
    assert 490 < low < 520
    assert 1480 < high < 1510
    assert "above 0" in words


def test_padding_counts_nowhere_and_is_black_even_when_inverted():
    values = np.full((20, 20), 1000, np.int16)
    values[:, 10:] = 2000
    values[:5] = -2000
    blank = values == -2000
    rendered = render(values, Look(inverted=True), blank)
    assert (rendered.rgb[:5] == 0).all()
    assert rendered.rgb[10, 3, 0] == 255
    assert rendered.rgb[10, 15, 0] == 0


def test_inversion_comes_after_the_window():
    voi = Voi(Window("w", 2000, 4000))
    rendered = render(np.array([[0, 2000, 4000]] * 2), Look(voi, inverted=True))
    assert rendered.rgb[0, :, 0].tolist() == [255, 127, 0]
    assert rendered.steps[-1].startswith("inverted")


def test_a_large_picture_is_rendered_in_parts_like_a_small_one(rng):
    values = rng.normal(size=(3000, 1500)).astype(np.float32)
    voi = Voi(Window("w", 0, 2), "linear_exact")
    whole = render(values, Look(voi)).rgb
    assert np.array_equal(whole[2990:], render(values[2990:], Look(voi)).rgb)


@pytest.mark.parametrize(
    ("dtype", "slope", "intercept", "bits", "expected"),
    [
        (np.uint16, 1, -1024, 12, np.int16),
        (np.uint16, 1, -1024, 16, np.int32),
        (np.int16, 1, 0, 16, np.int16),
        (np.uint16, -1, 0, 12, np.int16),
        (np.uint16, 0.5, 0, 12, np.float32),
        (np.uint32, 0.5, 0, 32, np.float64),
        (np.uint32, 2, -1, 32, np.int64),
    ],
)
def test_rescaled_values_are_exact_in_the_smallest_type(dtype, slope, intercept, bits, expected):
    stored = np.array([[0, 1, 1000, 4095]], dtype)
    native = rescale(stored, slope, intercept, bits)
    assert native.dtype == expected
    assert native[0].tolist() == [value * slope + intercept for value in (0, 1, 1000, 4095)]


def test_values_beyond_the_stated_bits_are_not_folded():
    native = rescale(np.array([[40000]], np.uint16), 1, -1024, 12)
    assert native[0, 0] == 38976
