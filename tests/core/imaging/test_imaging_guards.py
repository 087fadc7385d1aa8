"""Budgets are held before anything is decoded, and refusals are sentences."""

import gzip
import io
import struct
import threading
import tracemalloc
import warnings
import zlib

import numpy as np
import pytest
import tifffile
from imaging_samples import dicom, picture, png, png_chunk, quadrants, ramp, tiff, written
from PIL import Image
from pydicom import uid
from pydicom.encaps import encapsulate

from core.errors import EmptyFile, SettingsError, TooLarge, UnknownFormat
from core.imaging import Budget, budget_from, open_upload

MANY = 50_000_000


def resized_tiff(width, height):
    data = bytearray(tiff(np.zeros((16, 16), np.uint8)))
    with tifffile.TiffFile(io.BytesIO(bytes(data))) as tif:
        tags = tif.pages[0].tags
        for name, side in (("ImageWidth", width), ("ImageLength", height)):
            at = tags[name].valueoffset
            data[at : at + 2] = struct.pack("<H", side)
    return bytes(data)


def webp_header(side):
    packed = (side - 1).to_bytes(3, "little")
    return b"RIFF\0\0\0\0WEBPVP8X" + struct.pack("<I", 10) + b"\0" * 4 + packed * 2 + b"\0" * 40


def bmp_header(side):
    return b"BM" + struct.pack("<IHHIIii", 60, 0, 0, 54, 40, side, -side) + b"\0" * 60


def gif(width, height, frames=0):
    one = b",\0\0\0\0\x08\0\x08\0\0\x02\x07\x84\x8f\xa9\xcb\xed\x0f\x63\0"
    table = b"\0\0\0\xff\xff\xff"
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0)
    return screen + table + one * frames + b";"


BOMBS = {
    "png": lambda: png(30000, 30000, colour=2, raw=b"\0" * 1000),
    "png of one bit": lambda: png(13000, 13000, bits=1, raw=(b"\0" * 1626) * 13000),
    "jpeg": lambda: (
        b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03" + b"\1\x11\0" * 3 + b"\0" * 99
    ),
    "gif": lambda: gif(65535, 65535),
    "bmp": lambda: bmp_header(100_000),
    "webp": lambda: webp_header(16384),
    "tiff": lambda: resized_tiff(65000, 65000),
    "dicom": lambda: written(dicom(quadrants(), Rows=65535, Columns=65535)),
    "dicom frames": lambda: written(dicom(quadrants(), NumberOfFrames=10**8)),
    "deflated dicom": lambda: written(
        dicom(quadrants(), Rows=8000, Columns=7500, PixelData=b"\0" * 60_000_000),
        uid.DeflatedExplicitVRLittleEndian,
    ),
    "gzip": lambda: gzip.compress(b"\0" * (MANY + 5_000_000)),
    "gif frames": lambda: gif(8, 8, frames=100_000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_from_its_header_without_memory(refused, name):
    data = BOMBS[name]()
    tracemalloc.start()
    try:
        error = refused(data, "bomb.bin")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(error, TooLarge)
    assert "bomb.bin" in str(error)
    assert "limit" in str(error)
    assert peak < MANY


def test_a_compressed_frame_larger_than_the_header_is_not_decoded(refused):
    stream = bytearray(picture(Image.new("L", (24, 20)), "JPEG"))
    size = stream.index(b"\xff\xc0") + 5
    stream[size : size + 4] = struct.pack(">HH", 60000, 60000)
    data = written(dicom(quadrants(), PixelData=encapsulate([bytes(stream)])), uid.JPEGBaseline8Bit)
    assert "60000 × 60000" in str(refused(data))


def test_hidden_text_that_unpacks_to_too_much_is_refused(refused):
    bomb = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"A" * MANY, 9))
    refused(png(8, 8, raw=b"\0xxxxxxxx" * 8, extra=bomb))


def test_more_bytes_than_the_budget_are_refused(refused):
    error = refused(b"x" * 2_000_000, "big.png", budget=Budget(max_file_bytes=1_048_576))
    assert isinstance(error, TooLarge)
    assert "1.9 MB" in str(error)
    assert "limit is 1 MB" in str(error)


def test_the_limits_come_from_the_environment(monkeypatch, refused):
    monkeypatch.setenv("MIP_MAX_PIXELS", "100")
    assert isinstance(refused(picture(quadrants(), "PNG")), TooLarge)
    wanted = {"MIP_MAX_FILE_MB": "7", "MIP_MAX_PIXELS": " 12 ", "MIP_MAX_FRAMES": ""}
    assert budget_from(wanted) == Budget(7 * 1024 * 1024, 12, 2000)


@pytest.mark.parametrize("value", ["0", "-5", "many", "1.5", "٣"])
def test_a_limit_that_makes_no_sense_is_named(value):
    with pytest.raises(SettingsError, match="MIP_MAX_FRAMES"):
        budget_from({"MIP_MAX_FRAMES": value})


def test_an_empty_file_is_refused_with_its_name(refused):
    error = refused(b"", "empty.png")
    assert isinstance(error, EmptyFile)
    assert "empty.png" in str(error)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"hello", "not an image"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "HEIC"),
        (b"NRRD0004\n", "NRRD"),
        (b"BMW is not a bitmap", "not an image"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    ],
)
def test_what_is_no_image_is_named_where_it_is_known(refused, data, words):
    error = refused(data, "letter.png")
    assert isinstance(error, UnknownFormat)
    assert words in str(error)
    assert "letter.png" in str(error)


def test_a_hostile_file_name_cannot_disturb_the_sentence(refused):
    name = '../../etc/"><img src=x onerror=alert(1)>\u202e\n\0' + "x" * 500 + ".png"
    sentence = str(refused(b"text", name))
    assert "\u202e" not in sentence
    assert "\n" not in sentence
    assert "\0" not in sentence
    assert len(sentence) < 300
    assert str(refused(b"text", "\n")).startswith("The file")


def test_many_threads_read_at_once_and_warnings_are_as_before():
    files = [
        written(dicom(ramp())).replace(b"CANARY-0001", b"CANARY\\0001"),
        tiff(ramp()),
        picture(quadrants(), "PNG"),
    ]
    before = list(warnings.filters)
    problems = []

    def read(n):
        try:
            for k in range(15):
                open_upload(files[(n + k) % 3], "x").frame()
        except Exception as problem:  # noqa: BLE001 - whatever a thread raises fails the test
            problems.append(problem)

    threads = [threading.Thread(target=read, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert list(warnings.filters) == before
