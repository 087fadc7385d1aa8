"""Stored values of one frame of a DICOM image, in every transfer syntax that has a decoder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.pixels.decoders.base import Decoder
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from core.imaging.dicom_elements import integer_of, word_of
from core.imaging.raster_header import jpeg2000_header, jpeg_header
from core.imaging.refusals import damaged, unknown

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.errors import UnknownFormat
    from core.imaging.dicom_object import DicomObject

    Values = npt.NDArray[Any]

_NATIVE = (
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)
_JPEG_2000 = (JPEG2000, JPEG2000Lossless, HTJ2K, HTJ2KLossless, HTJ2KLosslessRPCL)
_JPEG_LS = (JPEGLSLossless, JPEGLSNearLossless)
_JPEG = (JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1)

# Label, module and function of pydicom decoder plug-ins, tried in order. Pillow reads 8-bit JPEG
# without touching its colours; openjpeg (MIT) and CharLS (MIT) come with pylibjpeg-openjpeg and
# pyjpegls. pydicom's own registry is left as it is.
_PILLOW = ("pillow", "pydicom.pixels.decoders.pillow", "_decode_frame")
_OPENJPEG = ("pylibjpeg", "pydicom.pixels.decoders.pylibjpeg", "_decode_frame")
_CHARLS = ("pyjpegls", "pydicom.pixels.decoders.pyjpegls", "_decode_frame")
_RLE = ("pydicom", "pydicom.pixels.decoders.rle", "_decode_frame")
_TURBO = ("imagecodecs", "core.imaging.dicom_jpeg", "decode_frame")
_PLUGINS: dict[UID, tuple[tuple[str, str, str], ...]] = {
    **dict.fromkeys(_NATIVE, ()),
    **dict.fromkeys(_JPEG_2000, (_OPENJPEG,)),
    **dict.fromkeys(_JPEG_LS, (_CHARLS,)),
    JPEGBaseline8Bit: (_PILLOW,),
    JPEGExtended12Bit: (_PILLOW, _TURBO),
    JPEGLossless: (_TURBO,),
    JPEGLosslessSV1: (_TURBO,),
    RLELossless: (_RLE,),
}
_COLOURS = frozenset(
    {"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422"}
    | {"YBR_ICT", "YBR_RCT"}
)
# What the decoder needs to know; nothing else of the data set is kept for it.
_NEEDED = (
    *("SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames"),
    *("Rows", "Columns", "BitsAllocated", "BitsStored", "PixelRepresentation"),
    *("PixelData", "FloatPixelData", "DoubleFloatPixelData"),
    *("ExtendedOffsetTable", "ExtendedOffsetTableLengths"),
)
# A stream longer than this many bytes, and than a bit for 32 pixels, is not one flat colour.
_TRIVIAL_STREAM = 1024


class StoredPixels:
    """The pixels of one DICOM object, without its header.

    Args:
        found: The parsed object.
        name: The file's name, for sentences.

    Raises:
        UnknownFormat: The transfer syntax or colour model is none that can be read.
        DamagedFile: There are fewer pixels than the header says.
    """

    def __init__(self, found: DicomObject, name: str) -> None:
        self._name, self._syntax = name, found.syntax
        self._source = _only_pixels(found.dataset)
        self.colours = str(self._source.PhotometricInterpretation)
        self.frames = found.frames
        self._shift = 0
        if found.syntax not in _PLUGINS:
            raise _unreadable_syntax(found.syntax, name)
        if self.colours not in _COLOURS:
            raise unknown(
                name,
                "a DICOM image in a colour model that is not read here",
                "Export it as RGB or grey from the viewer that you use.",
            )
        if found.syntax in _NATIVE:
            self._shift = _unused_low_bits(self._source, found.dataset)
            _check_length(self._source, self.frames, name)
        elif found.syntax != RLELossless:
            # Of compressed streams only RLE can be ordered by plane.
            self._source.PlanarConfiguration = 0
        self._decoder = _decoder(found.syntax)

    @property
    def bits(self) -> int:
        """Bits of a stored value; 0 for floating point."""
        return 0 if self._float else int(self._source.BitsStored)

    @property
    def _float(self) -> bool:
        return "PixelData" not in self._source

    def decode(self, index: int) -> Values:
        """Decode one frame.

        Args:
            index: Frame from 0.

        Returns:
            Stored values (H, W), or RGB (H, W, 3) where the file has colours other than a
            palette; palette indices stay indices.

        Raises:
            DamagedFile: The stream is cut off, or of another size than the header says.
        """
        stream = b""
        if self._syntax not in _NATIVE:
            stream = get_frame(self._source.PixelData, index, number_of_frames=self.frames)
            self._check_stream(stream)
        values, _ = self._decoder.as_array(self._source, index=index)
        longest = max(_TRIVIAL_STREAM, values.size // 32)
        if len(stream) > longest and values.max() == values.min():
            raise damaged(self._name, "its compressed pixels decode to one flat value")
        if self._shift:
            values = values >> self._shift
        return values * np.uint8(255) if self._source.BitsAllocated == 1 else values

    def _check_stream(self, stream: bytes) -> None:
        """Refuse a stream that is cut off or would decode to another size than was budgeted."""
        if self._syntax == RLELossless:
            return
        header = jpeg2000_header(stream) if self._syntax in _JPEG_2000 else jpeg_header(stream)
        if header is None:
            raise damaged(self._name, "a compressed frame has no header")
        said = (int(self._source.Columns), int(self._source.Rows))
        if (header.width, header.height) != said:
            raise damaged(
                self._name,
                f"its header says {said[0]} × {said[1]} pixels, its compressed frame "
                f"{header.width} × {header.height}",
            )
        # FFD9 ends JPEG, JPEG-LS and JPEG 2000 streams; an odd length is padded with 00 or FF.
        if not stream.rstrip(b"\0\xff").endswith(b"\xff\xd9"):
            raise damaged(self._name, "a compressed frame is cut off")


def _only_pixels(dataset: Dataset) -> Dataset:
    source = Dataset()
    for keyword in _NEEDED:
        if keyword in dataset:
            source.add(dataset[keyword])
    source.SamplesPerPixel = samples = max(1, integer_of(dataset, "SamplesPerPixel", 1))
    default = "MONOCHROME2" if samples == 1 else "RGB"
    source.PhotometricInterpretation = word_of(dataset, "PhotometricInterpretation") or default
    source.NumberOfFrames = max(1, integer_of(dataset, "NumberOfFrames", 1))
    source.PixelRepresentation = integer_of(dataset, "PixelRepresentation")
    source.BitsAllocated = integer_of(dataset, "BitsAllocated", 8)
    source.BitsStored = integer_of(dataset, "BitsStored") or source.BitsAllocated
    if samples > 1:
        source.PlanarConfiguration = integer_of(dataset, "PlanarConfiguration")
    return source


def _unused_low_bits(source: Dataset, dataset: Dataset) -> int:
    """How far values lie above bit 0 (HighBit); the data set is changed to read those bits too."""
    if "PixelData" not in source:
        return 0
    stored, allocated = int(source.BitsStored), int(source.BitsAllocated)
    shift = integer_of(dataset, "HighBit", stored - 1) + 1 - stored
    if not 0 < shift <= allocated - stored:
        return 0
    source.BitsStored = stored + shift
    return shift


def _check_length(source: Dataset, frames: int, name: str) -> None:
    keyword = next(word for word in _NEEDED if word.endswith("PixelData") and word in source)
    bits = {"FloatPixelData": 32, "DoubleFloatPixelData": 64}.get(keyword, source.BitsAllocated)
    samples = 2 if source.PhotometricInterpretation == "YBR_FULL_422" else source.SamplesPerPixel
    needed = (source.Rows * source.Columns * samples * frames * bits + 7) // 8
    value = source[keyword].value or b""
    if len(value) < needed:
        raise damaged(name, f"it has {len(value)} of {needed} bytes of pixels")


def _decoder(syntax: UID) -> Decoder:
    decoder = Decoder(syntax)
    for label, module, function in _PLUGINS[syntax]:
        decoder.add_plugin(label, (module, function))
    return decoder


def _unreadable_syntax(syntax: UID, name: str) -> UnknownFormat:
    words = syntax.name if syntax.is_valid and syntax.name != syntax else "an unknown coding"
    return unknown(
        name,
        f"a DICOM image whose pixels are coded as {words}, which is not read here",
        "Export it without compression, or single frames of it as PNG.",
    )
