"""Reference masks are read as the person who drew them meant them."""

import numpy as np
import pytest
from imaging_samples import deep_png, nifti, picture
from PIL import Image

from core.errors import ImageError
from core.imaging.reference import read_reference_mask

SHAPE = (48, 64)


def disc(value=1, dtype=np.uint8):
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return np.where((x - 30) ** 2 + (y - 20) ** 2 < 140, value, 0).astype(dtype)


def read(data, name="mask.png", shape=SHAPE, **options):
    return read_reference_mask(data, name, shape, **options)


@pytest.mark.parametrize("value", [1, 37, 128, 255])
def test_one_value_is_one_object_whatever_the_value(value):
    mask = read(picture(disc(value), "PNG"))
    assert np.array_equal(mask.mask(), disc() > 0)
    assert mask.kind == "binary"
    assert mask.labels[0].value == value


@pytest.mark.parametrize("save", [lambda m: m.convert("1"), lambda m: m.convert("RGB")])
def test_one_bit_and_grey_written_as_colour_are_the_same_mask(save):
    mask = read(picture(save(Image.fromarray(disc(255))), "PNG"))
    assert np.array_equal(mask.mask(), disc() > 0)


def test_an_empty_mask_has_no_labels():
    mask = read(picture(disc(0), "PNG"))
    assert (mask.labels, mask.kind) == ((), "binary")
    assert not mask.mask().any()


def test_a_full_mask_is_all_foreground():
    assert read(picture(np.full(SHAPE, 255, np.uint8), "PNG")).mask().all()


@pytest.mark.parametrize("quality", [60, 90])
def test_a_mask_saved_as_jpeg_is_cut_at_the_middle(quality):
    mask = read(picture(disc(255), "JPEG", quality=quality), "mask.jpg")
    assert len(mask.labels) == 1
    assert abs(int(mask.mask().sum()) - int((disc() > 0).sum())) <= 12


def test_soft_edges_of_a_png_are_cut_at_the_middle():
    soft = np.asarray(Image.fromarray(disc(255)).resize((640, 480)).resize((64, 48)))
    assert len(np.unique(soft)) > 8
    mask = read(picture(soft, "PNG"))
    assert len(mask.labels) == 1
    assert np.array_equal(mask.mask(), soft >= 128)


def test_numbered_classes_keep_their_numbers():
    classes = disc(3)
    classes[:4, :4] = 7
    mask = read(picture(classes, "PNG"))
    assert mask.kind == "labels"
    assert [(label.value, label.pixels) for label in mask.labels] == [
        (3, int((classes == 3).sum())),
        (7, 16),
    ]
    assert np.array_equal(mask.mask(1), classes == 7)


def test_hundreds_of_instances_are_not_folded():
    numbers = np.zeros((60, 80), np.uint16)
    for n in range(300):
        numbers[2 * (n // 20) : 2 * (n // 20) + 1, 4 * (n % 20) : 4 * (n % 20) + 2] = n + 1
    mask = read(deep_png(numbers), shape=(60, 80))
    assert [label.value for label in mask.labels] == list(range(1, 301))
    assert mask.numbers.max() == 300


@pytest.mark.parametrize(
    ("kind", "options"), [("PNG", {}), ("JPEG", {"quality": 98, "subsampling": 0})]
)
def test_a_colour_is_a_class(kind, options):
    colours = np.zeros((*SHAPE, 3), np.uint8)
    colours[disc() > 0] = (255, 0, 0)
    colours[:8, :8] = (0, 255, 0)
    mask = read(picture(colours, kind, **options))
    assert mask.kind == "colours"
    assert {label.rgb for label in mask.labels} == {(255, 0, 0), (0, 255, 0)}
    green = next(n for n, label in enumerate(mask.labels) if label.rgb == (0, 255, 0))
    assert int(mask.mask(green).sum()) == pytest.approx(64, abs=4)


def test_a_photo_is_no_mask(rng):
    with pytest.raises(ImageError, match="colours"):
        read(picture(rng.integers(0, 255, (*SHAPE, 3), dtype=np.uint8), "PNG"))


@pytest.mark.parametrize("factor", [0.5, 2])
def test_a_mask_of_the_same_proportions_is_resized_by_nearest_pixels_with_a_warning(factor):
    size = (int(64 * factor), int(48 * factor))
    small = Image.fromarray(disc(9)).resize(size, Image.Resampling.NEAREST)
    mask = read(picture(small, "PNG"))
    assert mask.numbers.shape == SHAPE
    assert {label.value for label in mask.labels} == {9}
    assert abs(int(mask.mask().sum()) - int((disc() > 0).sum())) < 40
    assert mask.notices[0].level == "warning"
    assert f"{size[0]} × {size[1]}" in mask.notices[0].text
    assert "64 × 48" in mask.notices[0].text


@pytest.mark.parametrize(("size", "turned"), [((48, 64), True), ((64, 50), False)])
def test_another_shape_is_refused_with_both_sizes(size, turned):
    with pytest.raises(ImageError) as refused:
        read(picture(Image.new("L", size), "PNG"), "other.png")
    sentence = str(refused.value)
    assert f"{size[0]} × {size[1]}" in sentence
    assert "64 × 48" in sentence
    assert "other.png" in sentence
    assert ("turned by 90°" in sentence) == turned


def test_a_slice_of_a_volume_of_masks_is_read(rng):
    volume = (rng.random((64, 48, 5)) > 0.7).astype(np.uint8)
    mask = read(nifti(volume), "mask.nii.gz", index=3)
    assert np.array_equal(mask.mask(), volume[::-1, ::-1, 3].T > 0)


def test_probabilities_are_cut_at_one_half():
    soft = np.linspace(0, 1, SHAPE[0] * SHAPE[1]).reshape(SHAPE).astype(np.float32)
    from imaging_samples import tiff

    assert np.array_equal(read(tiff(soft), "soft.tif").mask(), soft >= 0.5)
