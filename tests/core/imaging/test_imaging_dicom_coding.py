"""DICOM pixels in every coding: transfer syntaxes and colour models."""

import imagecodecs
import numpy as np
import pytest
from imaging_samples import corners, dicom, picture, quadrants, ramp, written
from PIL import Image
from pydicom import uid
from pydicom.encaps import encapsulate

from core.errors import DamagedFile, UnknownFormat

COLOURS = np.dstack([quadrants(), quadrants()[::-1], 255 - quadrants()])
HU = {"RescaleSlope": 1, "RescaleIntercept": -1024, "BitsStored": 12, "HighBit": 11}


def jpeg_lossless(values, bits):
    return imagecodecs.jpeg8_encode(values, lossless=True, bitspersample=bits)


GREY_STREAMS = {
    uid.JPEGLosslessSV1: lambda v: jpeg_lossless(v, 12),
    uid.JPEGLossless: lambda v: jpeg_lossless(v, 12),
    uid.JPEGLSLossless: imagecodecs.jpegls_encode,
    uid.JPEGLSNearLossless: lambda v: imagecodecs.jpegls_encode(v, level=1),
    uid.JPEG2000Lossless: lambda v: imagecodecs.jpeg2k_encode(v, level=0, codecformat="j2k"),
    uid.JPEG2000: lambda v: imagecodecs.jpeg2k_encode(v, level=90, codecformat="j2k"),
    uid.HTJ2KLossless: lambda v: imagecodecs.htj2k_encode(v, reversible=True),
    uid.JPEGExtended12Bit: lambda v: imagecodecs.jpeg8_encode(v, level=98, bitspersample=12),
}


@pytest.mark.parametrize("syntax", GREY_STREAMS, ids=lambda syntax: syntax.keyword)
def test_compressed_12_bit_ct_has_the_values_of_the_plain_one(opened, syntax):
    stream = GREY_STREAMS[syntax](ramp())
    frame = opened(written(dicom(ramp(), PixelData=encapsulate([stream]), **HU), syntax)).frame()
    lossy = syntax in (uid.JPEGLSNearLossless, uid.JPEG2000, uid.JPEGExtended12Bit)
    difference = np.abs(frame.values.astype(int) - (ramp().astype(int) - 1024))
    assert difference.max() <= (12 if lossy else 0)
    assert frame.unit == "HU"


def test_rle_opens(opened):
    dataset = dicom(ramp(), **HU)
    written(dataset)
    dataset.compress(uid.RLELossless)
    frame = opened(written(dataset, uid.RLELossless)).frame()
    assert np.array_equal(frame.values, ramp().astype(int) - 1024)


def test_deflated_opens(opened):
    data = written(dicom(ramp(), **HU), uid.DeflatedExplicitVRLittleEndian)
    assert np.array_equal(opened(data).frame().values, ramp().astype(int) - 1024)


@pytest.mark.parametrize("values", [ramp(), quadrants()], ids=["16 bits", "8 bits"])
def test_big_endian_opens(opened, values):
    stored = values.astype(">u2") if values.dtype == np.uint16 else values
    data = written(dicom(values, PixelData=stored.tobytes()), uid.ExplicitVRBigEndian)
    assert np.array_equal(opened(data).frame().values, values)


def test_signed_jpeg_lossless_keeps_its_sign(opened):
    values = (ramp(top=2000).astype(np.int32) - 1000).astype(np.int16)
    stream = jpeg_lossless(values.view(np.uint16), 16)
    data = written(dicom(values, PixelData=encapsulate([stream])), uid.JPEGLosslessSV1)
    assert np.array_equal(opened(data).frame().values, values)


def test_the_frames_of_a_compressed_clip_are_all_there(opened):
    greys = (40, 120, 200)
    streams = [picture(np.full((16, 24), grey, np.uint8), "JPEG", quality=95) for grey in greys]
    values = np.zeros((3, 16, 24), np.uint8)
    dataset = dicom(values, PixelData=encapsulate(streams), Modality="XA")
    upload = opened(written(dataset, uid.JPEGBaseline8Bit))
    assert [int(upload.frame(n).rgb[8, 8, 0]) for n in range(3)] == list(greys)


@pytest.mark.parametrize("planar", [0, 1])
def test_rgb_is_rgb_whatever_the_order_of_its_planes(opened, planar):
    stored = COLOURS if planar == 0 else np.moveaxis(COLOURS, 2, 0)
    dataset = dicom(COLOURS, PlanarConfiguration=planar, PixelData=stored.tobytes(), Modality="XC")
    assert np.array_equal(opened(written(dataset)).frame().rgb, COLOURS)


def ybr(colours):
    """PS3.3 C.7.6.3.1.2: full-range YCbCr."""
    red, green, blue = (colours[:, :, n].astype(float) for n in range(3))
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    planes = (luma, 128 + (blue - luma) * 0.564, 128 + (red - luma) * 0.713)
    return np.clip(np.rint(np.dstack(planes)), 0, 255).astype(np.uint8)


def test_ybr_is_shown_as_rgb(opened):
    stored = ybr(COLOURS)
    dataset = dicom(stored, PhotometricInterpretation="YBR_FULL", Modality="US")
    assert np.abs(opened(written(dataset)).frame().rgb.astype(int) - COLOURS).max() <= 3


def test_ybr_422_is_shown_as_rgb(opened):
    stored = ybr(COLOURS)
    pairs = np.dstack([stored[:, 0::2, 0], stored[:, 1::2, 0], stored[:, 0::2, 1:]])
    dataset = dicom(stored, PhotometricInterpretation="YBR_FULL_422", PixelData=pairs.tobytes())
    dataset.Modality = "US"
    frame = opened(written(dataset)).frame()
    assert np.abs(frame.rgb.astype(int) - COLOURS).max() <= 3


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2"])
def test_a_colour_jpeg_is_shown_in_its_colours(opened, subsampling):
    stream = picture(COLOURS, "JPEG", quality=98, subsampling=subsampling)
    dataset = dicom(COLOURS, PixelData=encapsulate([stream]), Modality="US")
    dataset.PhotometricInterpretation = "YBR_FULL_422"
    frame = opened(written(dataset, uid.JPEGBaseline8Bit)).frame()
    assert np.abs(frame.rgb[4, 4].astype(int) - COLOURS[4, 4]).max() <= 6


def test_a_colour_jpeg_that_calls_itself_rgb_is_shown_in_its_colours(opened):
    stream = picture(COLOURS, "JPEG", quality=98, subsampling=0)
    dataset = dicom(COLOURS, PixelData=encapsulate([stream]), Modality="US")
    frame = opened(written(dataset, uid.JPEGBaseline8Bit)).frame()
    assert np.abs(frame.rgb[4, 4].astype(int) - COLOURS[4, 4]).max() <= 6


@pytest.mark.parametrize("planar", [0, 1])
def test_colour_jpeg_2000_is_shown_in_its_colours(opened, planar):
    stream = imagecodecs.jpeg2k_encode(COLOURS, level=0, codecformat="j2k", mct=True)
    dataset = dicom(COLOURS, PixelData=encapsulate([stream]), PlanarConfiguration=planar)
    dataset.PhotometricInterpretation = "YBR_RCT"
    frame = opened(written(dataset, uid.JPEG2000Lossless)).frame()
    assert np.array_equal(frame.rgb, COLOURS)


@pytest.mark.parametrize("bits", [8, 16])
def test_palette_colours_are_shown_and_not_their_indices(opened, bits):
    scale = 257 if bits == 16 else 1
    dataset = dicom(quadrants(), PhotometricInterpretation="PALETTE COLOR", Modality="US")
    for n, colour in enumerate(("Red", "Green", "Blue")):
        table = np.zeros(256, np.uint16 if bits == 16 else np.uint8)
        table[10], table[240] = 200 * scale if n == 0 else 0, 100 * scale
        setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, bits])
        setattr(dataset, f"{colour}PaletteColorLookupTableData", table.tobytes())
    frame = opened(written(dataset)).frame()
    assert frame.rgb[1, 1].tolist() == [200, 0, 0]
    assert frame.rgb[-2, -2].tolist() == [100, 100, 100]


def test_colours_of_16_bits_are_scaled_to_8(opened):
    deep = COLOURS.astype(np.uint16) * 257
    frame = opened(written(dicom(deep, Modality="XC"))).frame()
    assert np.array_equal(frame.rgb, COLOURS)


@pytest.mark.parametrize("syntax", GREY_STREAMS, ids=lambda syntax: syntax.keyword)
def test_a_cut_stream_is_refused(refused, rng, syntax):
    noise = rng.integers(0, 4095, (40, 40), dtype=np.uint16)
    stream = GREY_STREAMS[syntax](noise)
    dataset = dicom(noise, PixelData=encapsulate([stream[: len(stream) // 2]]), **HU)
    assert isinstance(refused(written(dataset, syntax)), DamagedFile)


def test_a_stream_of_another_size_than_the_header_is_refused(refused):
    stream = picture(Image.new("L", (200, 100)), "JPEG")
    dataset = dicom(quadrants(), PixelData=encapsulate([stream]))
    error = refused(written(dataset, uid.JPEGBaseline8Bit))
    assert "24 × 20" in str(error)
    assert "200 × 100" in str(error)


def test_a_jpeg_2000_wrapper_is_read_and_a_broken_one_does_not_hang(opened, refused):
    stream = imagecodecs.jpeg2k_encode(quadrants(), level=0, codecformat="jp2")
    whole = dicom(quadrants(), PixelData=encapsulate([stream]), Modality="OT")
    frame = opened(written(whole, uid.JPEG2000Lossless)).frame()
    assert np.array_equal(frame.values, quadrants())
    broken = stream[:12] + b"\0\0\0\0" + stream[16:]
    dataset = dicom(quadrants(), PixelData=encapsulate([broken]))
    assert isinstance(refused(written(dataset, uid.JPEG2000Lossless)), DamagedFile)


def test_a_long_stream_that_decodes_to_one_flat_value_is_refused(refused):
    flat = np.zeros((20, 24), np.uint16)
    stream = imagecodecs.jpeg2k_encode(flat, level=0, codecformat="j2k")
    comment = b"\xff\x64" + (4002).to_bytes(2, "big") + b"\0\1" + b"x" * 3998
    start = stream.index(b"\xff\x90")
    stuffed = stream[:start] + comment + stream[start:]
    dataset = dicom(flat, PixelData=encapsulate([stuffed]))
    assert "one flat value" in str(refused(written(dataset, uid.JPEG2000Lossless)))


@pytest.mark.parametrize(
    ("other", "words"),
    [(uid.MPEG4HP41, "MPEG-4"), ("1.2.840.10008.1.2.4.999", "an unknown coding")],
)
def test_a_coding_without_decoder_is_named(refused, other, words):
    dataset = dicom(quadrants(), PixelData=encapsulate([b"\0" * 64]))
    data = written(dataset, uid.MPEG2MPML)
    stated = uid.MPEG2MPML.encode()
    error = refused(data.replace(stated, other.encode().ljust(len(stated), b"\0")), "clip.dcm")
    assert isinstance(error, UnknownFormat)
    assert words in str(error)


def test_an_unknown_colour_model_is_refused(refused):
    dataset = dicom(COLOURS, PhotometricInterpretation="HSV")
    assert "colour model" in str(refused(written(dataset)))


def test_what_is_decoded_here_needs_no_library_under_the_gpl():
    from core.imaging import dicom_pixels

    plugins = {name for entries in dicom_pixels._PLUGINS.values() for name, _, _ in entries}
    assert plugins == {"pillow", "pylibjpeg", "pyjpegls", "pydicom", "imagecodecs"}
    for syntax in (uid.JPEGBaseline8Bit, uid.JPEGLossless, uid.JPEGLSLossless, uid.RLELossless):
        labels = [label for label, _, _ in dicom_pixels._PLUGINS[syntax]]
        assert "pylibjpeg" not in labels


def test_quadrants_lie_where_they_were_drawn():
    assert corners(quadrants()) == [10, 80, 160, 240]
