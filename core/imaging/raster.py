"""PNG, JPEG, GIF, BMP and WebP, upright and without hidden colours."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING, Any

import imagecodecs
import numpy as np
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from core.imaging.colours import BLACKED, over_black, rgb_from_cmyk, upright
from core.imaging.model import Axis, Choices, Notice, Upload
from core.imaging.picture import Plane, frame_of
from core.imaging.raster_header import gif_frames, png_is_whole, read_picture_header
from core.imaging.refusals import (
    check_choice,
    check_frame_count,
    check_picture_size,
    damaged,
    read_or_refuse,
)
from core.imaging.sniff import Kind

if TYPE_CHECKING:
    import numpy.typing as npt
    from PIL import ImageFile

    from core.imaging.budget import Budget
    from core.imaging.model import Frame, Selection
    from core.imaging.raster_header import PictureHeader

    Values = npt.NDArray[Any]

# The plugins are used without Image.open, whose own limit on pixels raises where ours decides.
_PLUGINS: dict[Kind, type[ImageFile.ImageFile]] = {
    Kind.PNG: PngImagePlugin.PngImageFile,
    Kind.JPEG: JpegImagePlugin.JpegImageFile,
    Kind.GIF: GifImagePlugin.GifImageFile,
    Kind.BMP: BmpImagePlugin.BmpImageFile,
    Kind.WEBP: WebPImagePlugin.WebPImageFile,
}
_EXIF_ORIENTATION = 0x0112


class RasterUpload(Upload):
    """One picture, or an animation whose frames are shown one at a time.

    Args:
        data: The whole file.
        name: As given by the user.
        kind: What :func:`core.imaging.sniff.sniff` found.
        budget: The limits.

    Raises:
        ImageError: It is too large, too small or cannot be decoded.
    """

    def __init__(self, data: bytes, name: str, kind: Kind, budget: Budget) -> None:
        self.name, self.media_type = name, kind.value
        self._data, self._kind = data, kind
        self._header = _header(data, name, kind)
        check_picture_size(name, self._header.width, self._header.height, budget)
        if kind is Kind.PNG and not png_is_whole(data):
            raise damaged(name)
        if kind is Kind.GIF:
            check_frame_count(name, gif_frames(data, budget.max_frames), budget)
        count = read_or_refuse(name, partial(_count_frames, data, kind))
        check_frame_count(name, count, budget)
        self.choices = Choices(axes=(Axis("stack", count),))
        if count > 1:
            self.notices = (Notice("frames", f"An animation with {count} frames."),)
        self.frame()

    def _frame(self, wanted: Selection) -> Frame:
        check_choice("channel", wanted.channel, 1)
        values, steps = read_or_refuse(self.name, partial(self._decode, wanted.index))
        plane = Plane(values, steps=steps, notices=self.notices)
        return frame_of(plane, wanted)

    def _decode(self, index: int) -> tuple[Values, tuple[str, ...]]:
        picture = _PLUGINS[self._kind](io.BytesIO(self._data))
        label = self._kind.name
        if self._kind is Kind.PNG and self._header.bits == 16:
            values, steps = _deep_png(self._data, picture)
        else:
            picture.seek(index)
            values, steps = _shallow(picture, label)
        turned = upright(values, picture.getexif().get(_EXIF_ORIENTATION, 1))
        if turned is not values:
            steps = (*steps, "turned upright by its EXIF orientation")
        return np.ascontiguousarray(turned), steps


def _header(data: bytes, name: str, kind: Kind) -> PictureHeader:
    try:
        return read_picture_header(data, kind)
    except ValueError:
        pass
    raise damaged(name, "its header is cut off or makes no sense")


def _count_frames(data: bytes, kind: Kind) -> int:
    if kind in (Kind.JPEG, Kind.BMP):
        return 1
    return int(getattr(_PLUGINS[kind](io.BytesIO(data)), "n_frames", 1))


def _deep_png(data: bytes, picture: ImageFile.ImageFile) -> tuple[Values, tuple[str, ...]]:
    """16 bits a sample, which Pillow would cut to 8 for anything but grey."""
    values: Values = np.asarray(imagecodecs.png_decode(data))
    channels = 1 if values.ndim == 2 else values.shape[2]
    steps: tuple[str, ...] = (f"16-bit {'grey' if channels < 3 else 'RGB'} read from PNG",)
    if channels in (2, 4):
        solid = values[:, :, :-1] if channels == 4 else values[:, :, 0]
        values, blacked = over_black(solid, values[:, :, -1])
        steps += blacked
    elif (key := picture.info.get("transparency")) is not None:
        clear = values == key if channels == 1 else (values == np.array(key)).all(axis=2)
        values = np.where(clear if channels == 1 else clear[:, :, None], 0, values)
        steps += (BLACKED,)
    return values, steps


def _shallow(picture: Image.Image, label: str) -> tuple[Values, tuple[str, ...]]:
    """Up to 8 bits a sample: grey (H, W) or RGB (H, W, 3), uint8."""
    mode = picture.mode
    if mode == "CMYK":
        return rgb_from_cmyk(np.asarray(picture)), (f"CMYK read from {label}", "converted to RGB")
    if mode == "1":
        return np.asarray(picture.convert("L")), (f"1-bit black and white read from {label}",)
    clear = "transparency" in picture.info or mode in ("LA", "PA", "RGBA", "La", "RGBa")
    if not clear:
        wanted = "L" if mode in ("L", "I;16", "I", "F") else "RGB"
        kind = "grey" if wanted == "L" else "palette colours" if mode == "P" else "RGB"
        return np.asarray(picture.convert(wanted)), (f"8-bit {kind} read from {label}",)
    wanted = "LA" if mode in ("L", "LA", "La") else "RGBA"
    mixed = np.asarray(picture.convert(wanted))
    solid = mixed[:, :, 0] if wanted == "LA" else mixed[:, :, :3]
    # Many programs leave the fourth byte of a bitmap at 0 without meaning transparency.
    if label == Kind.BMP.name and not mixed[:, :, -1].any():
        return np.ascontiguousarray(solid), (f"8-bit RGB read from {label}",)
    kind = "grey" if wanted == "LA" else "RGB"
    values, blacked = over_black(solid, mixed[:, :, -1])
    return values, (f"8-bit {kind} read from {label}", *blacked)
