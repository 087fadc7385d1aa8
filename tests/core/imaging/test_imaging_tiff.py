"""TIFF as scanners and microscopes write it."""

import io

import numpy as np
import pytest
import tifffile
from imaging_samples import corners, quadrants, ramp, tiff

from core.errors import ChoiceError, DamagedFile
from core.imaging import Window

COLOURS = np.dstack([quadrants(), quadrants()[::-1], 255 - quadrants()])


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("dtype", ["u2", "i2", "u4", "f4", "f8", "f2"])
def test_values_are_those_of_the_file_in_any_type_and_byte_order(opened, byteorder, dtype):
    values = ramp(top=1000).astype(dtype)
    frame = opened(tiff(values.astype(byteorder + dtype), byteorder=byteorder)).frame()
    assert frame.values.dtype == np.dtype(dtype)
    assert np.array_equal(frame.values, values)
    assert len(np.unique(frame.rgb)) == 32


@pytest.mark.parametrize("compression", [None, "deflate", "lzw", "packbits", "zstd"])
@pytest.mark.parametrize("layout", [{}, {"tile": (16, 16)}, {"bigtiff": True}])
def test_compressed_and_tiled_files_open(opened, compression, layout):
    frame = opened(tiff(ramp(), compression=compression, **layout)).frame()
    assert np.array_equal(frame.values, ramp())


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_colour_is_colour_whatever_the_order_of_its_planes(opened, planar):
    stored = COLOURS if planar == "contig" else np.moveaxis(COLOURS, 2, 0).copy()
    frame = opened(tiff(stored, photometric="rgb", planarconfig=planar)).frame()
    assert np.array_equal(frame.rgb, COLOURS)


def test_jpeg_colours_inside_a_tiff_are_rgb(opened):
    frame = opened(tiff(COLOURS, photometric="rgb", compression="jpeg")).frame()
    assert np.abs(frame.rgb[3, 3].astype(int) - COLOURS[3, 3]).max() < 12


def test_white_is_zero_is_inverted_and_keeps_its_values(opened):
    frame = opened(tiff(quadrants(), photometric="miniswhite")).frame()
    assert corners(frame.values) == [10, 80, 160, 240]
    assert corners(frame.rgb[:, :, 0]) == [245, 175, 95, 15]


@pytest.mark.parametrize(("photometric", "drawn"), [("minisblack", 255), ("miniswhite", 0)])
def test_one_bit_is_black_and_white(opened, photometric, drawn):
    frame = opened(tiff(quadrants() > 100, photometric=photometric)).frame()
    assert corners(frame.rgb[:, :, 0])[3] == drawn
    assert set(np.unique(frame.rgb)) == {0, 255}


def test_a_palette_shows_its_colours(opened):
    table = np.zeros((3, 256), np.uint16)
    table[0, 10], table[1, 240] = 65535, 32768
    frame = opened(tiff(quadrants(), photometric="palette", colormap=table)).frame()
    assert frame.rgb[1, 1].tolist() == [255, 0, 0]
    assert frame.rgb[-2, -2].tolist() == [0, 128, 0]


def test_hidden_colours_stay_hidden(opened):
    alpha = np.where(quadrants() > 100, 255, 0).astype(np.uint8)
    stored = np.dstack([COLOURS, alpha])
    frame = opened(tiff(stored, photometric="rgb", extrasamples=["unassalpha"])).frame()
    assert (frame.rgb[alpha == 0] == 0).all()
    assert np.array_equal(frame.rgb[alpha == 255], COLOURS[alpha == 255])


def test_cmyk_becomes_rgb(opened):
    inks = np.zeros((12, 12, 4), np.uint8)
    inks[:, 6:, 3] = 255
    frame = opened(tiff(inks, photometric="separated")).frame()
    assert frame.rgb[3, 3].tolist() == [255, 255, 255]
    assert frame.rgb[3, 9].tolist() == [0, 0, 0]


def test_pages_are_frames_and_not_colours(opened):
    pages = np.stack([ramp(top=n * 1000) for n in (1, 2, 3)])
    upload = opened(tiff(pages, photometric="minisblack"))
    assert upload.frame_count == 3
    assert [int(upload.frame(n).values[0, -1]) for n in range(3)] == [1000, 2000, 3000]
    assert upload.choices.frame_names == ("page 1", "page 2", "page 3")


def test_thumbnails_among_the_pages_are_left_out_and_named(opened):
    target = io.BytesIO()
    with tifffile.TiffWriter(target) as writer:
        writer.write(ramp()[:6, :8])
        writer.write(ramp())
        writer.write(ramp()[::2, ::2], subfiletype=1)
    upload = opened(target.getvalue())
    assert upload.frame_count == 1
    assert upload.frame().values.shape == (24, 32)
    assert "2 thumbnail" in upload.notices[0].text


@pytest.mark.parametrize("channels", [2, 3, 5])
def test_channels_that_are_no_colour_are_a_choice(opened, channels):
    stored = np.stack([np.full((24, 32), 50 * n, np.uint16) for n in range(1, channels + 1)], -1)
    stored[0, 0] = 0
    upload = opened(tiff(stored, photometric="minisblack", planarconfig="contig"))
    assert len(upload.choices.channels) == channels
    assert int(upload.frame(channel=channels - 1).values[5, 5]) == 50 * channels
    with pytest.raises(ChoiceError, match=f"1 to {channels}"):
        upload.frame(channel=channels)


@pytest.mark.parametrize(
    ("style", "axes", "shape"),
    [("imagej", "ZCYX", (3, 2)), ("ome", "ZCYX", (3, 2)), ("ome", "CZYX", (2, 3))],
)
def test_a_microscopes_stack_tells_planes_from_channels(opened, style, axes, shape):
    stack = np.empty((*shape, 24, 32), np.uint16)
    for first in range(shape[0]):
        for second in range(shape[1]):
            plane, channel = (first, second) if axes[0] == "Z" else (second, first)
            stack[first, second] = 100 * plane + channel
    upload = opened(tiff(stack, metadata={"axes": axes}, **{style: True}))
    assert upload.frame_count == 3
    assert len(upload.choices.channels) == 2
    assert int(upload.frame(2, channel=1).values[0, 0]) == 201


def test_pixel_size_is_taken_from_microscopes_and_not_from_print_resolution(opened):
    metadata = {"axes": "YX", "PhysicalSizeX": 0.25, "PhysicalSizeY": 0.5}
    frame = opened(tiff(ramp(), ome=True, metadata=metadata)).frame()
    assert (frame.spacing_mm.row, frame.spacing_mm.column) == (0.0005, 0.00025)
    imagej = tiff(ramp(), imagej=True, resolution=(2, 4), metadata={"unit": "um"})
    frame = opened(imagej).frame()
    assert (frame.spacing_mm.row, frame.spacing_mm.column) == (0.00025, 0.0005)
    assert opened(tiff(ramp(), resolution=(300, 300))).frame().spacing_mm is None


def test_missing_numbers_are_black_counted_and_left_out_of_the_scaling(opened):
    values = ramp(top=100).astype(np.float32)
    values[0, :4], values[1, :2], values[2, :2] = np.nan, np.inf, -np.inf
    frame = opened(tiff(values)).frame()
    assert (frame.rgb[0, :4] == 0).all()
    assert frame.rgb[10, -1, 0] == 255
    assert np.isnan(frame.values).sum() == 4
    notice = next(notice for notice in frame.notices if notice.code == "not_finite")
    assert notice.level == "warning"
    assert "4 pixels hold no number" in notice.text
    assert "4 are infinite" in notice.text


def test_values_from_air_to_bone_are_not_taken_for_hu_but_ct_windows_are_on_offer(opened):
    upload = opened(tiff(np.linspace(-1000, 1500, 600).reshape(20, 30).astype(np.int16)))
    frame = upload.frame()
    assert (frame.unit, frame.window) == ("", None)
    assert "percentiles" in frame.steps[-1]
    assert [notice.code for notice in upload.notices] == ["looks_like_hu"]
    lung = next(window for window in upload.choices.windows if window.name == "lung")
    assert upload.frame(window=lung).window == lung
    percentiles = upload.choices.windows[0]
    assert np.array_equal(upload.frame(window=percentiles).rgb, frame.rgb)


def test_a_scan_is_turned_upright_by_its_orientation_tag(opened):
    stored = tiff(quadrants(), extratags=[(274, "H", 1, 6, False)])
    assert corners(opened(stored).frame().values) == [160, 10, 240, 80]


@pytest.mark.parametrize("compression", [None, "deflate"])
def test_a_cut_file_is_refused(refused, rng, compression):
    noise = rng.integers(0, 60000, (64, 64), dtype=np.uint16)
    whole = tiff(noise, compression=compression)
    assert isinstance(refused(whole[: len(whole) // 2]), DamagedFile)


def test_a_free_window_on_fractions_uses_them_as_they_are(opened):
    fractions = (ramp() / 4095).astype(np.float32)
    levels = opened(tiff(fractions)).frame(window=Window("own", 0.5, 0.5)).rgb[0, :, 0]
    inside = (fractions[0] > 0.25) & (fractions[0] < 0.75)
    assert levels[inside] == pytest.approx((fractions[0][inside] - 0.25) * 510, abs=1)
    assert (levels[fractions[0] > 0.75] == 255).all()
