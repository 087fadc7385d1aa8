"""JPEG lossless and 12-bit JPEG for pydicom, by libjpeg-turbo through imagecodecs (BSD).

pydicom's own way to them is pylibjpeg-libjpeg, whose licence is the GPL. The functions here
follow pydicom's interface for decoder plug-ins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import imagecodecs
import numpy as np
from pydicom.uid import JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1

if TYPE_CHECKING:
    from pydicom.pixels.decoders.base import DecodeRunner

DECODER_DEPENDENCIES = {
    JPEGExtended12Bit: ("imagecodecs",),
    JPEGLossless: ("imagecodecs",),
    JPEGLosslessSV1: ("imagecodecs",),
}


def is_available(uid: str) -> bool:
    """True for the transfer syntaxes that are decoded here."""
    return uid in DECODER_DEPENDENCIES


def decode_frame(source: bytes, runner: DecodeRunner) -> bytes:
    """Decode one frame.

    Args:
        source: The JPEG stream of the frame.
        runner: pydicom's record of the frame; told how many bits the decoded samples have.

    Returns:
        Little-endian samples, interleaved by pixel.
    """
    samples = np.asarray(imagecodecs.jpeg8_decode(source))
    runner.set_option("bits_allocated", 8 * samples.dtype.itemsize)
    runner.set_option("planar_configuration", 0)
    return samples.astype(samples.dtype.newbyteorder("<")).tobytes()
