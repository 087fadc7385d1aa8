import io
import struct

import numpy as np
import pytest
from PIL import Image

from core.png import encode_mask_png, encode_png


def chunks(png):
    position, names = 8, []
    while position < len(png):
        (length,) = struct.unpack(">I", png[position : position + 4])
        names.append(png[position + 4 : position + 8].decode())
        position += 12 + length
    return names


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 1), (33, 50), (33, 50, 3), (1, 1, 3)])
def test_another_reader_gets_the_same_pixels_back(rng, shape):
    pixels = rng.integers(0, 256, shape, dtype=np.uint8)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode_png(pixels)))), pixels)


def test_the_picture_for_the_endpoint_holds_pixels_and_nothing_else(rng):
    png = encode_png(rng.integers(0, 256, (20, 30, 3), dtype=np.uint8))
    assert chunks(png) == ["IHDR", "IDAT", "IEND"]


def test_a_mask_is_written_with_the_values_0_and_255(rng):
    mask = rng.random((40, 31)) > 0.5
    picture = Image.open(io.BytesIO(encode_mask_png(mask)))
    assert picture.mode == "L"
    assert np.array_equal(np.asarray(picture), np.where(mask, 255, 0))


def test_text_is_kept_in_any_script():
    png = encode_png(np.zeros((4, 4), np.uint8), {"Title": "fegato è 肝"})
    picture = Image.open(io.BytesIO(png))
    picture.load()
    assert picture.text["Title"] == "fegato è 肝"


def test_arrays_that_are_views_are_written_as_they_look(rng):
    whole = rng.integers(0, 256, (40, 60, 3), dtype=np.uint8)
    view = whole[::-2, 5:33, ::-1]
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode_png(view)))), view)
