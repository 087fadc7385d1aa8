"""Masks as pictures: PNG of every kind, TIFF and the other raster formats."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import PngImagePlugin

from core.errors import ImageError
from core.imaging.colours import upright
from core.imaging.opening import open_upload
from core.imaging.raster_header import read_picture_header
from core.imaging.reference import codes_of
from core.imaging.refusals import shown_name
from core.imaging.sniff import Kind
from core.masks_in.labels import codes_in, mask_of, parts_of
from core.masks_in.names import links_of
from core.masks_in.values import MaskFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from core.imaging import Budget, Frame
    from core.masks_in.names import ImageNames
    from core.masks_in.values import ClassIndex, ImageOffer, Link, Part, Rgb

    Bool = npt.NDArray[np.bool_]
    Values = npt.NDArray[Any]

_GREY, _PALETTE = 0, 3
"""Colour types of PNG (W3C PNG, 11.2.1)."""
_EXIF_ORIENTATION = 0x0112


@dataclass(frozen=True, eq=False)
class _Coded:
    """A label picture: codes (H, W), whole numbers, and what colours they have.

    Attributes:
        codes: 0 for the background.
        palette: uint8 (256, 3) where codes are its indices, or None.
        coloured: Codes are colours.
    """

    codes: Values
    palette: npt.NDArray[np.uint8] | None = None
    coloured: bool = False

    def rgb_of(self, code: int) -> Rgb | None:
        if self.coloured:
            return code >> 16, (code >> 8) & 255, code & 255
        if self.palette is None:
            return None
        red, green, blue = self.palette[code].tolist()
        return red, green, blue


class PlaneMasks(MaskFile):
    """One picture of masks, or one a page.

    Args:
        data: The whole file.
        name: As given by the user.
        index: The class list.
        budget: The limits.

    Raises:
        ImageError: It cannot be decoded.
    """

    def __init__(self, data: bytes, name: str, index: ClassIndex, budget: Budget) -> None:
        self.name = name
        self._data, self._index = data, index
        self._upload = open_upload(data, name, budget=budget)
        self._pages = self._upload.frame_count

    def links(self, names: ImageNames) -> Iterator[Link]:
        """By name; one picture does not do for several slices."""
        images, target = names.find(self.name)
        yield from links_of(self.name, images, target, slices=self._pages > 1)

    def parts(self, link: Link) -> tuple[Part, ...]:
        """The values, colours or palette entries that have a pixel."""
        if link.image is None:
            return ()
        frame = self._frame(link.image)
        if frame.sha256 == link.image.frame.sha256:
            raise ImageError(
                f"{shown_name(self.name)} is the image itself, not a mask of it.",
                "Give the masks, and not the images, here.",
            )
        coded = self._coded(frame)
        return parts_of(
            coded.codes, self.name, self._index, rgb_of=coded.rgb_of, coloured=coded.coloured
        )

    def mask(self, part: Part, image: ImageOffer) -> Bool:
        """As :meth:`MaskFile.mask` says."""
        return mask_of(self._coded(self._frame(image)).codes, part)

    def _frame(self, image: ImageOffer) -> Frame:
        if self._pages == 1:
            return self._upload.frame()
        if self._pages != image.frames:
            raise ImageError(
                f"{shown_name(self.name)} has {self._pages} pages, the image {image.frames}.",
                "Give one mask for each slice, or a single one.",
            )
        return self._upload.frame(image.frame.index)

    def _coded(self, frame: Frame) -> _Coded:
        kind = self._upload.media_type
        if kind == Kind.PNG.value and self._data[25] == _PALETTE:
            if (found := self._palette()) is not None:
                return found
        elif kind == Kind.PNG.value and self._data[25] == _GREY:
            # Decoders stretch 1, 2 and 4 bits to 255; classes are the numbers that were stored.
            bits = read_picture_header(self._data, Kind.PNG).bits
            if bits < 8 and frame.values.ndim == 2:
                step = 255 // ((1 << bits) - 1)
                return _Coded(np.asarray(frame.values).astype(np.int64) // step)
        values = np.asarray(frame.values)
        if _shown_inverted(values, frame):
            values = 255 - values
        codes, coding = codes_of(values, self.name, lossy=kind == Kind.JPEG.value)
        return _Coded(codes, coloured=coding == "colours")

    def _palette(self) -> _Coded | None:
        """Indices, unless the palette is grey or has its black elsewhere than at 0: then None."""
        picture = PngImagePlugin.PngImageFile(io.BytesIO(self._data))
        if picture.mode != "P":
            return None
        codes = np.asarray(picture).astype(np.int64)
        codes = upright(codes, picture.getexif().get(_EXIF_ORIENTATION, 1))
        table = np.zeros((256, 3), np.uint8)
        listed = np.array(picture.getpalette("RGB"), np.uint8).reshape(-1, 3)
        table[: len(listed)] = listed
        used = table[list(codes_in(codes))]
        grey = bool((used == used[:, :1]).all())
        black = np.flatnonzero(~table[list(codes_in(codes))].any(axis=1))
        elsewhere = bool(table[0].any()) and black.size > 0
        return None if grey or elsewhere else _Coded(codes, palette=table)


def _shown_inverted(values: Values, frame: Frame) -> bool:
    """Whether black and white are shown the other way round than stored, as fax TIFFs have it."""
    if values.ndim != 2 or values.dtype != np.uint8 or not np.isin(values, (0, 255)).all():
        return False
    return np.array_equal(frame.rgb[:, :, 0], 255 - values)
