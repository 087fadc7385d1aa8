import numpy as np
import pytest
from scipy.ndimage import binary_erosion, generate_binary_structure

from core.export.overlay import Layer, Style, outline, outline_width, render_overlay
from core.palette import rgb_of


def by_the_book(rgb, layers, opacity):
    """The formula of the docstring, pixel by pixel."""
    a = int(255 * opacity + 0.5)
    out = rgb.astype(np.int64)
    for layer in layers:
        mixed = (out * (255 - a) + np.array(rgb_of(layer.colour)) * a + 127) // 255
        out = np.where(layer.mask[:, :, None], mixed, out)
    return out.astype(np.uint8)


@pytest.mark.parametrize("opacity", [0.0, 0.1, 0.45, 0.5, 1.0])
def test_the_fill_follows_the_formula_to_the_byte(rng, opacity):
    rgb = rng.integers(0, 256, (50, 70, 3), dtype=np.uint8)
    layers = [
        Layer(rng.integers(0, 256, (50, 70), dtype=np.uint8), "#e69f00"),
        Layer(rng.integers(0, 256, (50, 70), dtype=np.uint8), "#0072b2", threshold=200),
    ]
    drawn = render_overlay(rgb, layers, Style(opacity=opacity, outline=False))
    assert np.array_equal(drawn, by_the_book(rgb, layers, opacity))


@pytest.mark.parametrize("width", [1, 2, 5])
def test_the_outline_is_the_mask_less_what_erosion_leaves(rng, width):
    mask = rng.random((40, 60)) > 0.2
    cross = generate_binary_structure(2, 1)
    assert np.array_equal(outline(mask, width), mask & ~binary_erosion(mask, cross, width))


def test_the_outline_is_drawn_in_the_pure_colour_over_all_fills():
    rgb = np.zeros((20, 20, 3), np.uint8)
    square = np.zeros((20, 20), np.uint8)
    square[5:15, 5:15] = 255
    layers = [Layer(square, "#ff0000"), Layer(np.full((20, 20), 255, np.uint8), "#0000ff")]
    drawn = render_overlay(rgb, layers, Style(opacity=0.5))
    assert drawn[5, 5].tolist() == [255, 0, 0]
    assert drawn[0, 0].tolist() == [0, 0, 255]


def test_the_image_below_is_untouched_outside_the_masks_and_in_the_original(rng):
    rgb = rng.integers(0, 256, (30, 30, 3), dtype=np.uint8)
    before = rgb.copy()
    mask = np.zeros((30, 30), np.uint8)
    mask[10:12, 10:12] = 128
    drawn = render_overlay(rgb, [Layer(mask, "#e69f00")])
    assert np.array_equal(rgb, before)
    outside = np.ones((30, 30), bool)
    outside[10:12, 10:12] = False
    assert np.array_equal(drawn[outside], rgb[outside])
    assert (drawn[~outside] != rgb[~outside]).any()


@pytest.mark.parametrize(("side", "width"), [(1, 1), (512, 1), (768, 2), (1280, 3), (4096, 8)])
def test_the_outline_grows_with_the_image(side, width):
    assert outline_width(side, side // 2 + 1) == width
