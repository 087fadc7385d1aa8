import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates
from skimage.transform import resize

from core.geometry import Letterbox, SpacingMm

SIDES = st.integers(1, 4096)


def reference_picture(plane):
    """What the reference clients send for a grey image: exact padding, then scikit-image."""
    box = Letterbox.fit(*plane.shape)
    square = np.zeros((box.square, box.square), np.uint8)
    square[box.top : box.top + box.height, box.left : box.left + box.width] = plane
    options = {"order": 3, "mode": "constant", "preserve_range": True, "anti_aliasing": True}
    return resize(square, (1024, 1024), **options).astype(np.uint8)


def photo_like(rng, height, width):
    """Noise with detail at several scales, and hard edges."""
    noise = rng.normal(0, 1, (height, width))
    ramp = np.add.outer(np.linspace(0, 120, height), np.linspace(0, 80, width))
    image = ramp + 25 * noise
    image[height // 3 : height // 2, width // 4 : width // 2] = 255
    return image.clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("height", "width"),
    [
        (48, 64), (64, 101), (101, 64), (1, 7), (2, 2), (333, 333), (512, 512), (1023, 1025),
        (1080, 1440), (1634, 1634), (200, 4000), (2000, 1500),
    ],
)  # fmt: skip
def test_the_model_sees_what_the_reference_clients_send_within_one_grey_level(rng, height, width):
    plane = photo_like(rng, height, width)
    sent = Letterbox.fit(height, width).apply(np.repeat(plane[:, :, None], 3, axis=2))
    difference = np.abs(sent[:, :, 0].astype(int) - reference_picture(plane))
    assert difference.max() <= 1
    assert difference.mean() < 0.05, "only where the reference truncates a rounding error"


def test_a_bright_image_keeps_the_dark_edge_that_the_reference_gives_it(rng):
    plane = rng.integers(100, 200, (90, 90), dtype=np.uint8)
    sent = Letterbox.fit(90, 90).apply(np.repeat(plane[:, :, None], 3, axis=2))
    difference = np.abs(sent[:, :, 0].astype(int) - reference_picture(plane))
    assert difference.max() <= 1


def test_each_colour_is_resampled_on_its_own(rng):
    planes = [photo_like(rng, 70, 120) for _ in range(3)]
    sent = Letterbox.fit(70, 120).apply(np.dstack(planes))
    for channel, plane in enumerate(planes):
        assert np.abs(sent[:, :, channel].astype(int) - reference_picture(plane)).max() <= 1


def test_a_1024_pixel_square_is_sent_untouched(rng):
    rgb = rng.integers(0, 256, (1024, 1024, 3), dtype=np.uint8)
    assert np.array_equal(Letterbox.fit(1024, 1024).apply(rgb), rgb)


def test_a_flat_grey_image_stays_exactly_that_grey():
    sent = Letterbox.fit(700, 700).apply(np.full((700, 700, 3), 130, np.uint8))
    assert np.unique(sent[8:-8, 8:-8]).tolist() == [130]


def test_an_odd_difference_of_sides_still_gives_an_exact_square():
    box = Letterbox.fit(64, 101)
    assert (box.square, box.top, box.left) == (101, 18, 0)
    picture = box.apply(np.full((64, 101, 3), 255, np.uint8))
    rows = np.flatnonzero(picture[:, 512, 0] >= 128)
    assert abs(len(rows) - 64 * box.scale) <= 1
    assert abs(rows[0] - 18 * box.scale) <= 1


def test_a_long_strip_lies_in_the_middle_of_black():
    box = Letterbox.fit(200, 4000)
    assert (box.top, box.scale) == (1900, 0.256)
    x, y = box.to_model(0, 0)
    assert x == pytest.approx(0.5 * 0.256 - 0.5)
    assert y == pytest.approx(1900.5 * 0.256 - 0.5)


@settings(max_examples=200, deadline=None)
@given(height=SIDES, width=SIDES, u=st.floats(0, 1), v=st.floats(0, 1))
def test_a_point_goes_to_the_model_and_comes_back(height, width, u, v):
    box = Letterbox.fit(height, width)
    x, y = u * (width - 1), v * (height - 1)
    model_x, model_y = box.to_model(x, y)
    assert -0.5 <= model_x <= 1023.5
    assert -0.5 <= model_y <= 1023.5
    back = box.to_image(model_x, model_y)
    assert back == pytest.approx((x, y), abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(height=SIDES, width=SIDES, u=st.floats(0.05, 0.95), v=st.floats(0.05, 0.95))
def test_a_marked_pixel_comes_back_within_half_a_pixel_of_either_grid(height, width, u, v):
    """A blob drawn at the mapped point in the model's picture is found again in the image."""
    box = Letterbox.fit(height, width)
    x, y = u * (width - 1), v * (height - 1)
    model_x, model_y = box.to_model(x, y)
    rows, columns = np.mgrid[:1024, :1024]
    sigma = max(4.0, 2 * box.scale)
    squared = (columns - model_x) ** 2 + (rows - model_y) ** 2
    blob = np.rint(255 * np.exp(-squared / (2 * sigma**2))).astype(np.uint8)
    restored = box.restore(blob)
    assert restored.shape == (height, width)
    # The blob may be cut by the border of the image: the mean would be drawn inwards by the cut.
    reach = 3 * sigma / box.scale
    for total, position, length in ((restored.sum(0), x, width), (restored.sum(1), y, height)):
        if reach < position < length - 1 - reach:
            weight = total.astype(float)
            centre = (weight * np.arange(length)).sum() / weight.sum()
            assert abs(centre - position) < 0.5


@pytest.mark.parametrize(
    ("height", "width"), [(48, 64), (333, 500), (200, 4000), (4000, 200), (1, 9), (777, 777)]
)
def test_soft_masks_come_back_by_exact_bilinear_geometry(rng, height, width):
    box = Letterbox.fit(height, width)
    masks = rng.integers(0, 256, (2, 1024, 1024), dtype=np.uint8)
    y = ((np.arange(height) + box.top + 0.5) * box.scale - 0.5).clip(0, 1023)
    x = ((np.arange(width) + box.left + 0.5) * box.scale - 0.5).clip(0, 1023)
    exact = map_coordinates(masks[1].astype(float), np.meshgrid(y, x, indexing="ij"), order=1)
    restored = box.restore(masks)
    assert restored.shape == (2, height, width)
    assert np.abs(restored[1] - exact).max() <= 1.0


@pytest.mark.parametrize(("height", "width"), [(333, 500), (40, 800), (800, 40)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_probabilities_as_floats_come_back_as_floats(rng, height, width, dtype):
    box = Letterbox.fit(height, width)
    levels = rng.integers(0, 256, (2, 1024, 1024), dtype=np.uint8)
    restored = box.restore((levels / 255).astype(dtype))
    assert restored.dtype == dtype
    assert np.abs(restored * 255 - box.restore(levels)).max() <= 1.0


def test_a_mask_on_the_padding_alone_comes_back_empty():
    box = Letterbox.fit(200, 4000)
    mask = np.full((1024, 1024), 255, np.uint8)
    mask[int(1900 * 0.256) - 1 : int(2100 * 0.256) + 2] = 0
    assert not (box.restore(mask) >= 128).any()


def test_arrays_of_the_wrong_size_are_refused_with_both_sizes():
    box = Letterbox.fit(10, 20)
    with pytest.raises(ValueError, match="expected 10x20 pixels, got 20x10"):
        box.apply(np.zeros((20, 10, 3), np.uint8))
    with pytest.raises(ValueError, match="expected 1024x1024 pixels, got 512x512"):
        box.restore(np.zeros((512, 512), np.uint8))
    with pytest.raises(ValueError, match="at least 1"):
        Letterbox.fit(0, 5)


def test_the_area_of_a_pixel_is_row_spacing_times_column_spacing():
    assert SpacingMm(row=2.0, column=0.5).pixel_area_mm2 == 1.0
