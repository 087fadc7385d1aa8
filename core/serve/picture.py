"""The picture of a request: checked by its header, then decoded."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PIL import JpegImagePlugin, PngImagePlugin

from core.errors import UnknownFormat
from core.geometry import MODEL_SIDE
from core.imaging.raster_header import png_is_whole, read_picture_header
from core.imaging.refusals import damaged, read_or_refuse
from core.imaging.sniff import Kind, sniff

if TYPE_CHECKING:
    import numpy.typing as npt
    from PIL import ImageFile

# The plugins without Image.open, which would offer every other format too.
_PLUGINS: dict[Kind, type[ImageFile.ImageFile]] = {
    Kind.PNG: PngImagePlugin.PngImageFile,
    Kind.JPEG: JpegImagePlugin.JpegImageFile,
}
_MODES = frozenset({"L", "LA", "P", "RGB", "RGBA"})
_NAME = "The picture"
_NEXT_STEP = "Send a PNG of 1024x1024 pixels, 8-bit RGB."


def decode_picture(content: bytes) -> npt.NDArray[np.uint8]:
    """Decode what the model is to see, as the reference does: alpha is left out, nothing is turned.

    An EXIF orientation is not applied, since the masks go back on the grid that was sent.

    Args:
        content: A PNG or JPEG file of 1024x1024 pixels, 8-bit RGB, RGBA or grey.

    Returns:
        uint8 (1024, 1024, 3), 0..255.

    Raises:
        UnknownFormat: It is something else.
        DamagedFile: It cannot be decoded to its end.
    """
    kind = sniff(content) if content else None
    if kind not in _PLUGINS:
        raise UnknownFormat(f"{_NAME} is neither PNG nor JPEG.", _NEXT_STEP)
    return read_or_refuse(_NAME, partial(_decode, content, kind))


def _decode(content: bytes, kind: Kind) -> npt.NDArray[np.uint8]:
    # A header may promise a picture of gigabytes; no decoder sees it then.
    header = read_picture_header(content, kind)
    size = f"{header.width}x{header.height}, {header.bits} bits"
    if (header.width, header.height, header.bits) != (MODEL_SIDE, MODEL_SIDE, 8):
        raise UnknownFormat(f"{_NAME} is {size}.", _NEXT_STEP)
    if kind is Kind.PNG and not png_is_whole(content):
        raise damaged(_NAME)
    picture = _PLUGINS[kind](io.BytesIO(content))
    if picture.mode not in _MODES:
        raise UnknownFormat(f"{_NAME} has the colours {picture.mode}.", _NEXT_STEP)
    return np.asarray(picture.convert("RGB"))
