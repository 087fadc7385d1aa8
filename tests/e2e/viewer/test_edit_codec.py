"""Masks on their way between the browser and Python: equal bytes, equal hashes."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode

import numpy as np
import pytest
from edit_masks import REAL, SHAPES, as_bytes, real_mask

from core.review.masks import mask_sha256

pytestmark = pytest.mark.browser

BYTES = (
    "await lib.inflate(Uint8Array.from(atob(values[0].bytes), (letter) => letter.charCodeAt(0)))"
)
TEXT = "btoa(Array.from(%s, (value) => String.fromCharCode(value)).join(''))"
HASH = f"lib.maskHash({BYTES}, values[1], values[2])"
# On a page that comes over plain HTTP from another machine.
PLAIN = f"""(async () => {{
    const {{ subtle }} = crypto;
    Object.defineProperty(crypto, "subtle", {{ value: undefined, configurable: true }});
    try {{ return [subtle !== undefined, crypto.subtle === undefined, await {HASH}]; }}
    finally {{ delete crypto.subtle; }}
}})()"""
DECODED = f"lib.decodeMask(values[0], values[1]).then((mask) => {TEXT % 'mask'})"


@pytest.fixture(params=list(SHAPES))
def shape(request, rng) -> np.ndarray:
    return SHAPES[request.param](rng)


def test_a_mask_is_packed_as_numpy_packs_it(library, shape):
    packed = b64decode(library(TEXT % f"lib.packMask({BYTES})", as_bytes(shape)))
    assert packed == np.packbits(shape).tobytes()


def test_python_reads_what_the_browser_sends(library, shape):
    text = library(f"lib.encodeMask({BYTES})", as_bytes(shape))
    assert zlib.decompress(b64decode(text, validate=True)) == np.packbits(shape).tobytes()


@pytest.mark.parametrize("level", [0, 1, 9])
def test_the_browser_reads_what_python_sends(library, shape, level):
    text = b64encode(zlib.compress(np.packbits(shape).tobytes(), level)).decode()
    assert b64decode(library(DECODED, text, shape.size)) == shape.tobytes()


def test_the_hash_of_a_mask_is_that_of_python(library, shape):
    height, width = shape.shape
    digest = mask_sha256(shape)
    assert library(HASH, as_bytes(shape), width, height) == digest
    assert library(PLAIN, as_bytes(shape), width, height) == [True, True, digest]


@pytest.mark.parametrize("name", REAL)
def test_real_masks_go_there_and_back_in_every_pixel(library, shared, name):
    mask = real_mask(shared, name)
    text = library(f"lib.encodeMask({BYTES})", as_bytes(mask))
    packed = np.frombuffer(zlib.decompress(b64decode(text)), np.uint8)
    assert np.array_equal(np.unpackbits(packed).reshape(mask.shape).astype(bool), mask)
    assert b64decode(library(DECODED, text, mask.size)) == mask.tobytes()
    assert library(HASH, as_bytes(mask), *mask.shape[::-1]) == mask_sha256(mask)


def test_noise_of_a_large_picture_goes_there_and_back(library, rng):
    mask = rng.random((1999, 2047)) < 0.5
    text = library(f"lib.encodeMask({BYTES})", as_bytes(mask))
    assert zlib.decompress(b64decode(text)) == np.packbits(mask).tobytes()
    assert b64decode(library(DECODED, text, mask.size)) == mask.tobytes()


GOOD = b64encode(zlib.compress(np.packbits(np.ones(40, bool)).tobytes())).decode()


@pytest.mark.parametrize(
    ("text", "size"),
    [(GOOD, 41), (GOOD, 32), (GOOD[:8], 40), ("", 40), ("no base 64 !", 40), ("AAAA", 40)],
)
def test_a_damaged_mask_is_refused(library, text, size):
    refused = "lib.decodeMask(...values).then(() => false, () => true)"
    assert library(refused, text, size)
    assert not library(refused, GOOD, 40)
