"""Masks as pictures: whatever way they were written, the pixels are those that were drawn."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from core.errors import InputError
from core.imaging import open_upload
from core.masks_in import masks_of, match, offers_of, open_masks, read_classes
from tests.core.imaging.imaging_samples import deep_png, picture, png, quadrants, tiff
from tests.core.masks_in.mask_samples import HEIGHT, ONE, TWO, WIDTH, blob, found, image

LABELS = np.where(ONE, 1, np.where(TWO, 2, 0)).astype(np.uint8)
NAMES = read_classes(b'{"1": "liver", "2": "tumor"}', "classes.json")
COLOURS = read_classes(b"r,g,b,name\n0,0,0,background\n255,0,0,liver\n0,255,0,tumor\n", "c.csv")


def palette_png(labels, colours):
    shown = Image.new("P", labels.shape[::-1])
    shown.putdata(labels.ravel().tolist())
    shown.putpalette(np.array(colours, np.uint8).ravel().tolist())
    return picture(shown, "PNG")


def low_bits(labels, bits):
    """A grey PNG with 1, 2 or 4 bits a sample."""
    digits = np.unpackbits(labels[:, :, None], axis=2)[:, :, 8 - bits :]
    rows = np.packbits(digits.reshape(labels.shape[0], -1), axis=1)
    return png(
        labels.shape[1], labels.shape[0], bits=bits, raw=b"".join(b"\0" + r.tobytes() for r in rows)
    )


@pytest.mark.parametrize(
    "data",
    [
        picture(ONE.astype(np.uint8) * 255, "PNG"),
        picture(ONE.astype(np.uint8), "PNG"),
        picture(Image.fromarray(ONE), "PNG"),
        deep_png(ONE.astype(np.uint16) * 65535),
        tiff(ONE.astype(np.uint8) * 255),
        tiff(ONE, photometric="minisblack"),
        tiff(~ONE, photometric="miniswhite"),
        tiff(ONE.astype(np.float32) * 0.9),
        picture(np.repeat(ONE[:, :, None].astype(np.uint8) * 255, 3, axis=2), "PNG"),
        picture(ONE.astype(np.uint8) * 255, "BMP"),
    ],
    ids=[
        "255",
        "1",
        "one-bit",
        "16-bit",
        "tiff",
        "tiff-bool",
        "tiff-fax",
        "tiff-probability",
        "rgb",
        "bmp",
    ],
)
def test_a_mask_of_one_thing_is_read_whatever_its_two_values_are(data):
    masks = found(image(), open_masks(data, "case_left+lung.png"))
    assert list(masks) == ["left lung"]
    assert np.array_equal(masks["left lung"], ONE)


@pytest.mark.parametrize(
    "data",
    [
        picture(LABELS, "PNG"),
        deep_png(LABELS.astype(np.uint16)),
        low_bits(LABELS, 2),
        low_bits(LABELS, 4),
        tiff(LABELS),
        tiff(LABELS.astype(np.uint16), compression="deflate"),
        tiff(LABELS.astype(np.float32)),
        palette_png(LABELS, [(0, 0, 0), (10, 20, 30), (9, 9, 200)]),
    ],
    ids=["8-bit", "16-bit", "2-bit", "4-bit", "tiff", "tiff-16", "tiff-float", "palette"],
)
def test_numbered_classes_take_their_names_from_the_list(data):
    masks = found(image(), open_masks(data, "case.png", NAMES))
    assert list(masks) == ["liver", "tumor"]
    assert np.array_equal(masks["liver"], ONE)
    assert np.array_equal(masks["tumor"], TWO)


def test_without_a_list_classes_are_numbered():
    masks = found(image(), open_masks(picture(LABELS, "PNG"), "case.png"))
    assert list(masks) == ["class 1", "class 2"]
    assert np.array_equal(masks["class 2"], TWO)


def test_one_mask_with_no_name_is_class_1():
    masks = found(image(), open_masks(picture(ONE.astype(np.uint8) * 255, "PNG"), "case.png"))
    assert list(masks) == ["class 1"]


def test_colours_are_classes_by_the_colours_of_the_list():
    colours = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    colours[ONE], colours[TWO] = (255, 0, 0), (0, 255, 0)
    masks = found(image(), open_masks(picture(colours, "PNG"), "case.png", COLOURS))
    assert np.array_equal(masks["liver"], ONE)
    assert np.array_equal(masks["tumor"], TWO)
    unnamed = found(image(), open_masks(picture(colours, "PNG"), "case.png"))
    assert list(unnamed) == ["class #00ff00", "class #ff0000"]


def test_a_white_background_is_one_where_the_list_says_so():
    colours = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    colours[ONE] = (255, 0, 0)
    listed = read_classes(b"255,255,255,Background\n255,0,0,liver\n", "c.csv")
    masks = found(image(), open_masks(picture(colours, "PNG"), "case.png", listed))
    assert list(masks) == ["liver"]
    assert np.array_equal(masks["liver"], ONE)


def test_the_entries_of_a_palette_are_classes_also_by_their_colours():
    data = palette_png(LABELS, [(0, 0, 0), (255, 0, 0), (0, 255, 0)])
    masks = found(image(), open_masks(data, "case.png", COLOURS))
    assert np.array_equal(masks["liver"], ONE)
    assert np.array_equal(masks["tumor"], TWO)
    assert list(found(image(), open_masks(data, "case.png"))) == ["class 1", "class 2"]


def test_two_palette_entries_of_one_colour_stay_two_classes():
    data = palette_png(LABELS, [(0, 0, 0), (255, 0, 0), (255, 0, 0)])
    masks = found(image(), open_masks(data, "case.png", NAMES))
    assert np.array_equal(masks["liver"], ONE)
    assert np.array_equal(masks["tumor"], TWO)


def test_a_palette_of_black_and_white_is_read_by_its_colours():
    data = palette_png((~ONE).astype(np.uint8), [(255, 255, 255), (0, 0, 0)])
    masks = found(image(), open_masks(data, "case_lung.png"))
    assert np.array_equal(masks["lung"], ONE)


def test_regions_of_nnunet_may_share_values():
    listed = read_classes(b'{"labels": {"background": 0, "whole": [1, 2], "core": 2}}', "d.json")
    masks = found(image(), open_masks(picture(LABELS, "PNG"), "case.png", listed))
    assert np.array_equal(masks["whole"], ONE | TWO)
    assert np.array_equal(masks["core"], TWO)


def test_values_that_the_list_does_not_name_are_said_to_be_so():
    listed = read_classes(b"1,liver\n", "c.csv")
    _, other = match(image(), [open_masks(picture(LABELS, "PNG"), "case.png", listed)])
    assert other.phrase == "class 2"
    assert other.caution == "The class list has no class 2."


def test_an_empty_mask_says_that_nothing_is_there():
    empty = picture(np.zeros((HEIGHT, WIDTH), np.uint8), "PNG")
    masks = found(image(), open_masks(empty, "case_tumor.png"))
    assert not masks["tumor"].any()


def test_each_page_of_a_tiff_is_the_mask_of_a_page_of_the_image():
    pages = np.stack([quadrants(HEIGHT, WIDTH) + n for n in range(3)])
    data = tiff(pages, photometric="minisblack")
    images = image("stack.tif", data, lambda upload: [upload.frame(n) for n in range(3)])
    masks = np.stack([ONE, TWO, ONE | TWO]).astype(np.uint8) * 255
    file = open_masks(tiff(masks, photometric="minisblack"), "stack_lung.tif")
    shown = [masks_of(one).probability >= 128 for one in match(images, [file])]
    assert np.array_equal(shown, [ONE, TWO, ONE | TWO])


def test_another_number_of_pages_is_refused():
    file = open_masks(
        tiff(np.zeros((3, HEIGHT, WIDTH), np.uint8), photometric="minisblack"), "case.tif"
    )
    (one,) = match(image(), [file])
    assert (one.state, one.sentence) == ("refused", "case.tif has 3 pages, the image 1.")


def test_a_turned_mask_is_refused_and_never_stretched():
    (one,) = match(image(), [open_masks(picture(ONE.T.astype(np.uint8), "PNG"), "case.png")])
    assert one.state == "transposed"
    assert "20 × 24" in one.sentence
    assert "24 × 20" in one.sentence
    with pytest.raises(InputError):
        masks_of(one)


@pytest.mark.parametrize("shape", [(10, 12), (40, 48), (13, 16), (60, 72)])
def test_a_mask_of_the_same_proportions_is_scaled_with_a_word(shape):
    small = blob(3, 4, 8, 9, shape)
    (one,) = match(image(), [open_masks(picture(small.astype(np.uint8), "PNG"), "case.png")])
    assert one.state == "scaled"
    assert "nearest" in one.sentence
    mask = masks_of(one).probability >= 128
    rows = ((np.arange(HEIGHT) + 0.5) * shape[0] / HEIGHT).astype(int)
    columns = ((np.arange(WIDTH) + 0.5) * shape[1] / WIDTH).astype(int)
    assert np.array_equal(mask, small[rows[:, None], columns])


@pytest.mark.parametrize("shape", [(20, 20), (10, 14), (23, 24)])
def test_a_mask_of_other_proportions_is_refused(shape):
    (one,) = match(image(), [open_masks(picture(np.ones(shape, np.uint8), "PNG"), "case.png")])
    assert one.state == "refused"
    assert "proportions" in one.sentence


def test_a_photo_is_no_mask(rng):
    photo = rng.integers(0, 256, (HEIGHT, WIDTH)).astype(np.uint8)
    (one,) = match(image(), [open_masks(picture(photo, "PNG"), "case_lung.png")])
    assert one.state == "refused"
    assert "looks like an image" in one.sentence


def test_the_image_itself_is_no_mask():
    data = picture(quadrants(HEIGHT, WIDTH), "PNG")
    (one,) = match(image(), [open_masks(data, "case.png")])
    assert one.state == "refused"
    assert "the image itself" in one.sentence


def test_a_picture_that_was_turned_by_its_camera_and_its_mask_lie_upright():
    photo = Image.fromarray(quadrants(HEIGHT, WIDTH))
    exif = photo.getexif()
    exif[0x0112] = 6
    target = io.BytesIO()
    photo.save(target, "JPEG", exif=exif)
    images = image("case.jpg", target.getvalue())
    mask = blob(3, 4, 15, 12, (WIDTH, HEIGHT))
    masks = found(images, open_masks(picture(mask.astype(np.uint8), "PNG"), "case_lung.png"))
    assert np.array_equal(masks["lung"], mask)


def test_shared_masks_of_every_kind_lie_on_their_image(shared):
    folder = shared / "cases" / "files" / "gt"
    data = (folder / "image_64x48.png").read_bytes()
    upload = open_upload(data, "gt.png")
    images = offers_of(upload, [upload.frame()], data)

    def matched(name, classes=None):
        # Named after the image, as a user would.
        file = open_masks((folder / name).read_bytes(), f"gt_{name}", classes)
        return match(images, [file])

    def pixels(name):
        return [int((masks_of(one).probability > 0).sum()) for one in matched(name)]

    assert pixels("mask_values_0_255.png") == pixels("mask_values_0_1.png") == [441]
    assert pixels("mask_as_jpeg.jpg")[0] == pytest.approx(441, abs=8)
    assert sorted(pixels("mask_colour_coded.png")) == [197, 441]
    assert pixels("mask_empty.png") == [0]
    assert pixels("mask_half_size_32x24.png") == [452]
    assert [one.state for one in matched("mask_half_size_32x24.png")] == ["scaled"]
    assert [one.state for one in matched("mask_transposed_48x64.png")] == ["transposed"]
    named = read_classes(b"255,0,0,liver\n0,255,0,tumor\n", "c.csv")
    assert [one.phrase for one in matched("mask_colour_coded.png", named)] == ["liver", "tumor"]


def test_three_hundred_instances_make_one_mask(shared):
    data = (shared / "cases" / "files" / "gt" / "instances_uint16_300.png").read_bytes()
    size = (60, 80)
    images = image("cells.png", picture(np.full(size, 7, np.uint8), "PNG"))
    (one,) = match(images, [open_masks(data, "cells_nucleus.png")])
    assert (one.phrase, one.state) == ("nucleus", "fits")
    assert "300" in one.caution
    assert (masks_of(one).probability > 0).sum() == 300 * 9


def test_tiff_pages_are_read_as_tifffile_reads_them():
    data = tiff(LABELS, compression="lzw")
    masks = found(image(), open_masks(data, "case.tif"))
    stored = tifffile.imread(io.BytesIO(data))
    assert np.array_equal(masks["class 2"], stored == 2)
