"""PNG, JPEG, GIF, BMP and WebP as people have them."""

import io

import numpy as np
import pytest
from imaging_samples import corners, deep_png, picture, png, png_chunk, quadrants, ramp
from PIL import Image

from core.errors import ChoiceError, DamagedFile, TooSmall
from core.imaging import Window

RED, GREEN, BLUE = (220, 30, 30), (30, 200, 40), (40, 60, 220)


def stripes():
    colours = np.zeros((24, 30, 3), np.uint8)
    colours[:, :10], colours[:, 10:20], colours[:, 20:] = RED, GREEN, BLUE
    return colours


@pytest.mark.parametrize(
    ("kind", "options", "tolerance"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("GIF", {}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("WEBP", {"quality": 95}, 40),
        ("JPEG", {"quality": 95, "subsampling": 0}, 6),
        ("JPEG", {"quality": 95, "subsampling": 0, "progressive": True}, 6),
    ],
)
def test_a_colour_picture_looks_as_it_was_saved(opened, kind, options, tolerance):
    frame = opened(picture(stripes(), kind, **options)).frame()
    for x, colour in ((5, RED), (15, GREEN), (25, BLUE)):
        assert np.abs(frame.rgb[12, x].astype(int) - colour).max() <= tolerance


def test_the_content_decides_and_not_the_extension(opened):
    upload = opened(picture(quadrants(), "PNG"), "photo.JPEG")
    assert upload.media_type == "image/png"
    assert corners(upload.frame().values) == [10, 80, 160, 240]


def test_8_bit_grey_is_not_scaled(opened):
    dim = np.full((10, 12), 3, np.uint8)
    dim[4:6] = 9
    frame = opened(picture(dim, "PNG")).frame()
    assert np.array_equal(frame.rgb, np.repeat(dim[:, :, None], 3, axis=2))
    assert not frame.rgb.flags.writeable
    assert not frame.values.flags.writeable


def test_16_bit_grey_is_scaled_by_percentiles_and_keeps_its_values(opened):
    frame = opened(deep_png(ramp(top=4095))).frame()
    assert frame.values.dtype == np.uint16
    assert frame.values[3, -1] == 4095
    assert frame.rgb[3, :, 0].tolist() == sorted(frame.rgb[3, :, 0].tolist())
    assert len(np.unique(frame.rgb)) == 32
    assert "percentiles" in frame.steps[-1]


def test_48_bit_colour_keeps_all_its_bits(opened):
    colours = np.dstack([ramp(top=60000), ramp(top=30000), ramp(top=600)])
    frame = opened(deep_png(colours)).frame()
    assert frame.values.dtype == np.uint16
    assert np.array_equal(frame.values, colours)
    red, green, blue = frame.rgb[5, -1].astype(int)
    assert (red, blue) == (255, 2)
    assert abs(green - 127) <= 1


@pytest.mark.parametrize("channels", [2, 4])
def test_a_hidden_colour_of_a_16_bit_picture_stays_hidden(opened, channels):
    solid = np.full((10, 12, channels), 50000, np.uint16)
    solid[:5, :, -1], solid[5:, :, -1] = 0, 65535
    frame = opened(deep_png(solid)).frame()
    assert (frame.values[:5] == 0).all()
    assert (frame.values[5:] == 50000).all()
    assert (frame.rgb[:5] == 0).all()


def test_a_colour_that_a_16_bit_picture_names_as_transparent_is_black(opened):
    raw = b"".join(b"\0" + row.tobytes() for row in ramp(top=4095).astype(">u2"))
    named = png_chunk(b"tRNS", b"\x0f\xff")
    frame = opened(png(32, 24, bits=16, raw=raw, extra=named)).frame()
    assert (frame.values[:, -1] == 0).all()
    assert frame.values[0, -2] == 3963


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_a_colour_under_full_transparency_is_never_seen(opened, mode):
    image = Image.new("RGBA", (12, 10), (240, 30, 10, 0))
    image.paste((90, 90, 90, 255), (6, 0, 12, 10))
    kind = "WEBP" if mode == "RGBA" else "PNG"
    saved = picture(image.convert("P" if mode == "PA" else mode), kind, lossless=True)
    frame = opened(saved).frame()
    assert (frame.rgb[:, :6] == 0).all()
    assert (frame.rgb[:, 6:] == 90).all()
    assert "transparent pixels shown black" in frame.steps


def test_a_palette_shows_its_colours_and_not_its_indices(opened):
    frame = opened(picture(Image.fromarray(stripes()).quantize(4), "PNG")).frame()
    assert tuple(frame.rgb[3, 3]) == RED


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_grey_of_few_bits_reaches_from_black_to_white(opened, bits):
    packed = b"\0" + bytes([0x00, 0xFF])
    raw = packed * 4
    frame = opened(png(16 // bits, 4, bits=bits, raw=raw)).frame()
    assert frame.rgb[0, 0].tolist() == [0, 0, 0]
    assert frame.rgb[0, -1].tolist() == [255, 255, 255]


def test_cmyk_ink_is_shown_as_colour_on_white_paper(opened):
    inks = np.zeros((16, 32, 4), np.uint8)
    inks[:, 16:, 1:3] = 255
    saved = picture(Image.fromarray(inks, "CMYK"), "JPEG", quality=98, subsampling=0)
    frame = opened(saved).frame()
    assert np.abs(frame.rgb[8, 4].astype(int) - 255).max() <= 8
    assert np.abs(frame.rgb[8, 28].astype(int) - (255, 0, 0)).max() <= 8


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photo_is_upright_whatever_way_the_camera_was_held(opened, turn):
    from PIL import ImageOps

    stored = Image.fromarray(quadrants(16, 48))
    exif = Image.Exif()
    exif[0x0112] = turn
    saved = picture(stored, "PNG", exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(saved))))
    frame = opened(saved).frame()
    assert np.array_equal(frame.values, expected)
    assert (frame.height, frame.width) == ((16, 48) if turn < 5 else (48, 16))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_offers_all_its_frames(opened, kind):
    frames = [Image.fromarray(np.full((16, 16, 3), grey, np.uint8)) for grey in (40, 120, 200)]
    saved = picture(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)
    upload = opened(saved)
    assert upload.frame_count == 3
    assert [int(upload.frame(n).rgb[8, 8, 0]) for n in (2, 0, 1)] == [200, 40, 120]
    assert upload.notices[0].code == "frames"


def test_a_frame_window_channel_or_axis_that_is_not_there_is_refused(opened):
    upload = opened(picture(stripes(), "PNG"))
    for wrong in ({"index": 1}, {"index": -1}, {"channel": 1}, {"axis": "axial"}, {"volume": 1}):
        with pytest.raises(ChoiceError):
            upload.frame(**wrong)
    with pytest.raises(ChoiceError, match="colour"):
        upload.frame(window=Window("own", 100, 50))


def test_a_free_window_applies_to_a_deep_picture(opened):
    frame = opened(deep_png(ramp(top=4095))).frame(window=Window("own", 1000, 200))
    assert frame.rgb[0, 0, 0] == 0
    assert frame.rgb[0, -1, 0] == 255
    assert frame.window.center == 1000


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
def test_a_cut_picture_is_refused_with_its_name(refused, rng, kind):
    noise = rng.integers(0, 255, (40, 40, 3), dtype=np.uint8)
    whole = picture(noise, kind)
    error = refused(whole[: len(whole) * 2 // 3], "cut.png")
    assert isinstance(error, DamagedFile)
    assert "cut.png" in str(error)


def test_a_png_with_one_wrong_byte_in_its_pixels_is_refused(refused):
    whole = bytearray(picture(quadrants(), "PNG"))
    whole[whole.index(b"IDAT") + 8] ^= 1
    assert isinstance(refused(bytes(whole)), DamagedFile)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1)])
def test_a_picture_without_area_is_too_small(refused, size):
    error = refused(picture(Image.new("L", size), "PNG"), "dot.png")
    assert isinstance(error, TooSmall)
    assert f"{size[0]} × {size[1]}" in str(error)


def test_text_in_a_picture_is_not_carried_on(opened):
    from PIL.PngImagePlugin import PngInfo

    note = PngInfo()
    note.add_text("Patient", "Canary^Invented")
    upload = opened(picture(quadrants(), "PNG", pnginfo=note))
    assert "Canary" not in repr(upload.frame())


def test_a_picture_without_transparent_pixels_is_not_said_to_have_any(opened):
    frame = opened(picture(Image.fromarray(stripes()).convert("RGBA"), "PNG")).frame()
    assert frame.steps == ("8-bit RGB read from PNG",)
    assert np.array_equal(frame.rgb, stripes())


def test_a_bitmap_whose_fourth_byte_is_unused_is_not_black(opened):
    image = Image.fromarray(stripes()).convert("RGBA")
    image.putalpha(0)
    assert tuple(opened(picture(image, "BMP")).frame().rgb[12, 5]) == RED
