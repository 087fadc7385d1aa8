"""Pictures of requests: what the real layers take is taken, and nothing else is decoded."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from core.errors import DamagedFile, ImageError, UnknownFormat
from core.png import encode_png
from core.serve.picture import decode_picture


@pytest.fixture
def colours(rng):
    """A picture that is another one when it is turned or mirrored."""
    coarse = rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)
    return coarse.repeat(64, axis=0).repeat(64, axis=1)


def file_of(picture, kind="PNG", **more):
    file = io.BytesIO()
    picture.save(file, kind, **more)
    return file.getvalue()


def test_what_our_client_sends_is_read_to_the_last_level(colours):
    np.testing.assert_array_equal(decode_picture(encode_png(colours)), colours)


def test_alpha_is_left_out_and_grey_becomes_three_channels(colours):
    alpha = np.full((1024, 1024), 7, np.uint8)
    rgba = Image.fromarray(np.dstack([colours, alpha]))
    np.testing.assert_array_equal(decode_picture(file_of(rgba)), colours)
    grey = colours[:, :, 0]
    wanted = np.repeat(grey[:, :, None], 3, axis=2)
    np.testing.assert_array_equal(decode_picture(encode_png(grey)), wanted)
    with_alpha = Image.merge("LA", [Image.fromarray(grey), Image.fromarray(alpha)])
    np.testing.assert_array_equal(decode_picture(file_of(with_alpha)), wanted)


def test_palette_colours_are_looked_up(colours):
    palette = Image.fromarray(colours).quantize(64)
    wanted = np.asarray(palette.convert("RGB"))
    np.testing.assert_array_equal(decode_picture(file_of(palette)), wanted)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_not_turned_since_its_masks_go_back_onto_the_grid_that_was_sent(colours, kind):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    content = file_of(Image.fromarray(colours), kind, exif=exif)
    got = decode_picture(content)
    assert np.abs(got.astype(int) - colours).mean() < 5


@pytest.mark.parametrize(
    ("picture", "kind", "found"),
    [
        (np.zeros((512, 1024, 3), np.uint8), "PNG", "is 1024x512, 8 bits"),
        (np.zeros((1024, 1024), np.uint16), "PNG", "is 1024x1024, 16 bits"),
        (np.zeros((1024, 1024), bool), "PNG", "is 1024x1024, 1 bits"),
        (np.zeros((1024, 1024, 4), np.uint8), "TIFF", "is neither PNG nor JPEG"),
        (np.zeros((1024, 1024, 3), np.uint8), "BMP", "is neither PNG nor JPEG"),
    ],
)
def test_other_pictures_are_refused_with_what_they_are(picture, kind, found):
    with pytest.raises(UnknownFormat) as caught:
        decode_picture(file_of(Image.fromarray(picture), kind))
    assert found in caught.value.what


def test_printing_colours_are_refused():
    content = file_of(Image.new("CMYK", (1024, 1024)), "JPEG")
    with pytest.raises(UnknownFormat, match="the colours CMYK"):
        decode_picture(content)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_that_is_cut_or_changed_is_refused(colours, kind):
    content = file_of(Image.fromarray(colours), kind)
    with pytest.raises(DamagedFile):
        decode_picture(content[: len(content) // 2])
    if kind == "PNG":
        changed = bytearray(content)
        changed[len(content) // 2] ^= 1
        with pytest.raises(DamagedFile):
            decode_picture(bytes(changed))


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"no picture"])
def test_scraps_are_refused(content):
    with pytest.raises(ImageError):
        decode_picture(content)


def test_a_header_that_promises_gigabytes_never_meets_a_decoder():
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")
    with pytest.raises(UnknownFormat, match="60000x60000"):
        decode_picture(bomb)
