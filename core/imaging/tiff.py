"""TIFF: pages, channels, any depth, without thumbnails and hidden colours."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import tifffile
from PIL import TiffImagePlugin
from tifffile import PHOTOMETRIC

from core.imaging.colours import over_black, rgb_from_cmyk, upright
from core.imaging.model import Axis, Choices, Notice, Upload
from core.imaging.offers import LOOKS_LIKE_HU, unsure_offer
from core.imaging.picture import Plane, frame_of
from core.imaging.refusals import check_choice, read_or_refuse
from core.imaging.sniff import Kind
from core.imaging.tiff_pages import has_alpha, is_colour, read_contents

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.imaging.budget import Budget
    from core.imaging.model import Frame, Selection
    from core.imaging.tiff_pages import PageRef, TiffContents
    from core.imaging.windows import Voi

    Values = npt.NDArray[Any]


class TiffUpload(Upload):
    """The pages of a TIFF file, or the planes and channels of a microscope's stack.

    Args:
        data: The whole file.
        name: As given by the user.
        budget: The limits.

    Raises:
        ImageError: It is too large, too small or cannot be decoded.
    """

    def __init__(self, data: bytes, name: str, budget: Budget) -> None:
        self.name, self.media_type = name, Kind.TIFF.value
        self._data = data
        self._vois: tuple[Voi, ...] = ()
        self._contents = read_or_refuse(name, partial(_contents, data, name, budget))
        frames = self._contents.frames
        channels = frames[0].channels
        self.notices = self._file_notices(channels)
        opening, _, _ = read_or_refuse(name, partial(self._decode, frames[0], 0))
        if vois := unsure_offer(opening):
            self._vois, self.notices = vois, (*self.notices, LOOKS_LIKE_HU)
        self.choices = Choices(
            axes=(Axis("stack", len(frames)),),
            windows=tuple(voi.window for voi in self._vois),
            channels=tuple(f"channel {n + 1}" for n in range(channels)) if channels > 1 else (),
            frame_names=(
                tuple(f"page {n + 1}" for n in range(len(frames))) if len(frames) > 1 else ()
            ),
        )

    def _frame(self, wanted: Selection) -> Frame:
        ref = self._contents.frames[wanted.index]
        check_choice("channel", wanted.channel, ref.channels)
        decode = partial(self._decode, ref, wanted.channel)
        values, inverted, steps = read_or_refuse(self.name, decode)
        plane = Plane(
            values,
            spacing_mm=self._contents.spacing_mm,
            vois=self._vois,
            inverted=inverted,
            steps=steps,
            notices=self.notices,
        )
        return frame_of(plane, wanted)

    def _decode(self, ref: PageRef, channel: int) -> tuple[Values, bool, tuple[str, ...]]:
        """Native values, whether high values are dark, and what was done."""
        number = ref.pages[channel] if len(ref.pages) > 1 else ref.pages[0]
        with tifffile.TiffFile(io.BytesIO(self._data)) as tif:
            entry = tif.pages[number]
            page = entry.aspage() if isinstance(entry, tifffile.TiffFrame) else entry
            values, inverted, steps = _read_page(self._data, page, number)
            if ref.samples > 1:
                values = values[:, :, channel]
            if ref.channels > 1:
                steps = (*steps, f"channel {channel + 1} of {ref.channels}")
            tag = page.tags.get("Orientation")
            turned = upright(values, None if tag is None else int(tag.value))
        if turned is not values:
            steps = (*steps, "turned upright by its orientation tag")
        return np.ascontiguousarray(turned), inverted, steps

    def _file_notices(self, channels: int) -> tuple[Notice, ...]:
        found: list[Notice] = []
        if len(self._contents.frames) > 1:
            found.append(Notice("frames", f"A stack of {len(self._contents.frames)} pages."))
        if channels > 1:
            text = f"{channels} channels, of which one is shown and segmented at a time."
            found.append(Notice("channels", text))
        if self._contents.left_out:
            text = f"{self._contents.left_out} thumbnail or mask pages are left out."
            found.append(Notice("thumbnails", text))
        return tuple(found)


def _contents(data: bytes, name: str, budget: Budget) -> TiffContents:
    with tifffile.TiffFile(io.BytesIO(data)) as tif:
        return read_contents(tif, len(data), name, budget)


def _read_page(
    data: bytes, page: tifffile.TiffPage, number: int
) -> tuple[Values, bool, tuple[str, ...]]:
    """One page as (H, W) or (H, W, S)."""
    bits = int(page.bitspersample)
    if _needs_libtiff(page):
        picture = TiffImagePlugin.TiffImageFile(io.BytesIO(data))
        picture.seek(number)
        return np.asarray(picture.convert("RGB")), False, ("8-bit colours read from TIFF",)
    values: Values = np.asarray(page.asarray())
    values = values.reshape(page.shape) if values.shape != page.shape else values
    if page.axes.startswith("S"):
        values = np.moveaxis(values, 0, -1)
    values = values.astype(values.dtype.newbyteorder("="), copy=False)
    kind = "colours" if is_colour(page) else "grey"
    dtype = "" if values.dtype.kind in "ub" else f" {values.dtype.name}"
    steps: tuple[str, ...] = (f"{bits}-bit{dtype} {kind} read from TIFF",)
    if page.photometric == PHOTOMETRIC.PALETTE and page.colormap is not None:
        table = np.asarray(page.colormap).T
        colours = (table >> 8 if table.max() > 255 else table).astype(np.uint8)
        return colours[values], False, ("palette colours read from TIFF",)
    if values.dtype == np.bool_ or (values.dtype == np.uint8 and bits < 8):
        values = (values.astype(np.uint16) * 255 // ((1 << bits) - 1)).astype(np.uint8)
    if page.photometric == PHOTOMETRIC.SEPARATED and values.ndim == 3 and values.shape[2] == 4:
        return rgb_from_cmyk(_to_8_bits(values)), False, (*steps, "CMYK converted to RGB")
    if has_alpha(page) and values.dtype.kind == "u":
        solid = values[:, :, 0] if values.shape[2] == 2 else values[:, :, :3]
        values, blacked = over_black(solid, values[:, :, -1])
        steps += blacked
    elif is_colour(page):
        values = values[:, :, :3]
    if values.dtype.kind == "c":
        values, steps = np.abs(values), (*steps, "magnitude of complex values")
    return values, page.photometric == PHOTOMETRIC.MINISWHITE, steps


def _needs_libtiff(page: tifffile.TiffPage) -> bool:
    """Colour models whose conversion is left to Pillow's TIFF decoder."""
    jpeg = page.compression in (tifffile.COMPRESSION.JPEG, tifffile.COMPRESSION.OJPEG)
    if page.photometric == PHOTOMETRIC.YCBCR:
        return not jpeg or page.compression == tifffile.COMPRESSION.OJPEG
    return page.photometric in (PHOTOMETRIC.CIELAB, PHOTOMETRIC.ICCLAB)


def _to_8_bits(values: Values) -> npt.NDArray[np.uint8]:
    return (values >> 8 if values.dtype.itemsize > 1 else values).astype(np.uint8)
