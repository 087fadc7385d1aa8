"""The viewer's own PNG, ZIP, geometry and mask code, run in the browser against Python's."""

from __future__ import annotations

import hashlib
import io
import zipfile

import cv2
import numpy as np
import pytest

from core.export.overlay import outline, outline_width
from core.png import encode_png

pytestmark = pytest.mark.browser

FILE = """[...await lib.encodePng(
    values[0], values[1], values[2], Uint8Array.from(values[3]), values[4])]"""
DECODED = """await (async () => {
    const {width, height, rgb} = await lib.decodePng(Uint8Array.from(values[0]));
    return [width, height, [...rgb]];
})()"""


def decode(library, file: bytes) -> np.ndarray:
    width, height, rgb = library(DECODED, list(file))
    return np.array(rgb, np.uint8).reshape(height, width, 3)


def test_a_png_written_in_the_browser_is_read_by_opencv_with_equal_pixels(library, rng):
    pixels = rng.integers(0, 256, (17, 23, 3), dtype=np.uint8)
    file = bytes(library(FILE, 23, 17, 3, pixels.ravel().tolist(), {"Source": "größer <b>"}))
    read = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(read[:, :, ::-1], pixels)
    assert "größer <b>".encode() in file


def test_a_grey_png_stays_grey(library):
    file = bytes(library(FILE, 3, 2, 1, [0, 255, 0, 255, 255, 0], {}))
    read = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_UNCHANGED)
    assert read.tolist() == [[0, 255, 0], [255, 255, 0]]


def test_our_own_pngs_are_read_in_the_browser(library, rng):
    pixels = rng.integers(0, 256, (31, 19, 3), dtype=np.uint8)
    assert np.array_equal(decode(library, encode_png(pixels)), pixels)


@pytest.mark.parametrize("strategy", range(5))
def test_pngs_with_any_row_filter_are_read_in_the_browser(library, rng, strategy):
    filters = [
        cv2.IMWRITE_PNG_FILTER_NONE,
        cv2.IMWRITE_PNG_FILTER_SUB,
        cv2.IMWRITE_PNG_FILTER_UP,
        cv2.IMWRITE_PNG_FILTER_AVG,
        cv2.IMWRITE_PNG_FILTER_PAETH,
    ]
    pixels = rng.integers(0, 256, (9, 14, 3), dtype=np.uint8)
    _, file = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_FILTER, filters[strategy]])
    assert np.array_equal(decode(library, file.tobytes()), pixels[:, :, ::-1])


def test_a_zip_written_in_the_browser_passes_the_test_of_zipfile(library):
    files = [{"name": "größe.png", "text": "one"}, {"name": "b.json", "text": "two" * 500}]
    archive = library(
        """[...lib.storedZip(values[0].map(({name, text}) =>
               ({name, bytes: new TextEncoder().encode(text)})))]""",
        files,
    )
    with zipfile.ZipFile(io.BytesIO(bytes(archive))) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name).decode() for name in opened.namelist()} == {
            file["name"]: file["text"] for file in files
        }


@pytest.mark.parametrize("length", [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000])
def test_checksums_are_those_of_python(library, rng, length):
    content = rng.integers(0, 256, length, dtype=np.uint8)
    digest = library("lib.sha256(Uint8Array.from(values[0]))", content.tolist())
    assert digest == hashlib.sha256(content.tobytes()).hexdigest()


@pytest.mark.parametrize("width", [1, 2, 5])
def test_the_outline_is_what_python_erodes_to(library, rng, width):
    soft = cv2.GaussianBlur(rng.random((40, 33)), (0, 0), 2.5)
    values = (255 * (soft - soft.min()) / np.ptp(soft)).astype(np.uint8)
    edges = library(
        """(() => {
            const stack = new lib.MaskStack(33, 40, values[0].map(
                mask => lib.analyse(Uint8Array.from(mask), 33, 40)));
            stack.edgeWidth = values[1];
            stack.draw([200, 0]);
            stack.outline();
            stack.draw([120, 140]);
            stack.outline();
            return [...stack.edges];
        })()""",
        [values.ravel().tolist(), (255 - values).ravel().tolist()],
        width,
    )
    edges = np.array(edges).reshape(40, 33)
    assert np.array_equal((edges & 1) > 0, outline(values >= 120, width))
    assert np.array_equal((edges & 2) > 0, outline(255 - values >= 140, width))


@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (300, 767), (768, 10), (1280, 1300), (4096, 2)]
)
def test_the_outline_is_as_wide_as_in_python(library, height, width):
    assert library("lib.outlineWidth(values[0], values[1])", width, height) == outline_width(
        height, width
    )


def test_areas_at_every_threshold_come_from_one_pass(library, rng):
    values = rng.integers(0, 256, (12, 11), dtype=np.uint8)
    at_least = library("[...lib.analyse(Uint8Array.from(values[0]), 11, 12).atLeast]",
                       values.ravel().tolist())  # fmt: skip
    assert at_least == [int((values >= t).sum()) for t in range(257)]


@pytest.mark.parametrize("spacing", [None, [3, 1], [0.2, 0.7]])
def test_zooming_keeps_the_point_under_the_cursor(library, spacing):
    place = library(
        """(() => {
            const view = new lib.View();
            view.setCanvas(731, 502);
            view.setPicture(640, 480, values[0]);
            const point = view.toImage(300, 250);
            for (let n = 0; n < 8; n++) view.zoomAt(300, 250, view.scale * 1.4);
            return view.toCanvas(...point);
        })()""",
        spacing,
    )
    # The corner of the picture lies on whole pixels, before and after: half a pixel each, zoomed.
    assert np.allclose(place, [300, 250], atol=0.51 + 0.5 * 1.4**8)


@pytest.mark.parametrize(
    ("per_mm", "label"),
    [(1, "100 mm"), (4, "20 mm"), (13, "10 mm"), (900, "100 µm"), (0.2, "500 mm")],
)
def test_the_scale_bar_has_a_round_length_that_fits(library, per_mm, label):
    bar = library("lib.scaleBar(values[0], 130)", per_mm)
    assert bar["label"] == label
    assert 26 < bar["pixels"] <= 130


def test_file_names_are_safe_and_told_apart(library):
    names = library("lib.uniqueNames(values)", "Left lung", "left/lung", "../..", "左肺", "a" * 99)
    assert names[:4] == ["left_lung", "left_lung_2", "phrase", "左肺"]
    assert len(names[4]) == 60


def test_the_store_drops_what_nobody_holds_when_it_is_full(library):
    kept, waited = library(
        """(async () => {
            const store = new lib.BlobStore();
            const packet = hash => new TextEncoder().encode(
                JSON.stringify({hash}) + "\\n" + "x".repeat(40 * 2 ** 20));
            const late = store.get("d");
            for (const hash of ["a", "b", "c", "d"]) {
                store.put(packet(hash));
                store.hold(hash, 1);
            }
            for (const hash of ["a", "b", "c"]) store.release(hash, 1);
            return [store.hashes(), (await late).head.hash];
        })()"""
    )
    assert kept == ["b", "c", "d"]
    assert waited == "d"
