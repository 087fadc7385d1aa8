"""Reference masks: what a person drew, to be compared with what a model draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from core.errors import ImageError
from core.imaging.model import Notice
from core.imaging.opening import open_upload
from core.imaging.refusals import shown_name
from core.imaging.sniff import Kind

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.imaging.budget import Budget

    Values = npt.NDArray[Any]
    Int32 = npt.NDArray[np.int32]

# More colours than this are a photo, not a mask.
_MOST_COLOURS = 64
# A grey mask with soft edges: more values than this, and of the pixels that are not black at
# least this part nearly white.
_SOFT_VALUES, _NEARLY_WHITE, _MOSTLY = 8, 224, 0.5
_HALF = 128


@dataclass(frozen=True)
class ReferenceLabel:
    """One class or instance of a reference mask.

    Attributes:
        value: What the file holds: a grey value, or 65536 R + 256 G + B for a colour.
        rgb: Its colour, or None for a grey value.
        pixels: Number of its pixels on the image's grid.
    """

    value: int
    rgb: tuple[int, int, int] | None
    pixels: int


@dataclass(frozen=True, eq=False)
class ReferenceMask:
    """A reference mask on the grid of its image.

    Attributes:
        numbers: int32 (H, W): 0 for the background, n + 1 for ``labels[n]``.
        labels: Classes or instances by rising value; empty when nothing was drawn.
        kind: ``"binary"`` for one object or none, ``"labels"`` for grey values that number
            classes or instances, ``"colours"`` for a colour-coded mask.
        notices: What the user should know, such as a change of size.
    """

    numbers: Int32
    labels: tuple[ReferenceLabel, ...]
    kind: Literal["binary", "labels", "colours"]
    notices: tuple[Notice, ...] = ()

    def mask(self, label: int | None = None) -> npt.NDArray[np.bool_]:
        """Foreground, bool (H, W): of ``labels[label]``, or of all of them.

        Args:
            label: Index into :attr:`labels`, or None.
        """
        found: npt.NDArray[np.bool_] = (
            self.numbers > 0 if label is None else self.numbers == label + 1
        )
        return found


def read_reference_mask(
    data: bytes,
    name: str,
    shape: tuple[int, int],
    *,
    axis: str | None = None,
    index: int = 0,
    budget: Budget | None = None,
) -> ReferenceMask:
    """Read a reference mask and bring it onto the grid of its image.

    Any format that :func:`open_upload` reads will do. Masks of 0 and 1, of 0 and 255, with the
    ringing of JPEG, with numbered classes or instances, and with a colour a class are told
    apart by their values.

    Args:
        data: The whole file.
        name: Its name.
        shape: Rows and columns of the image.
        axis: Direction of the slice, for a volume.
        index: The slice or frame.
        budget: Limits; None takes those of the environment.

    Raises:
        ImageError: It cannot be read, or has another shape than the image.
        ChoiceError: It has no such slice.
    """
    upload = open_upload(data, name, budget=budget)
    values = upload.frame(index, axis=axis).values
    lossy = upload.media_type == Kind.JPEG.value
    coded, kind = codes_of(values, name, lossy=lossy)
    coded, notices = _on_grid(coded, shape, name)
    found, numbers, counts = np.unique(coded, return_inverse=True, return_counts=True)
    if not found.size or found[0] != 0:
        numbers = numbers + 1
    labels = tuple(
        ReferenceLabel(int(value), _rgb(int(value)) if kind == "colours" else None, int(count))
        for value, count in zip(found, counts, strict=True)
        if value != 0
    )
    drawn = numbers.reshape(shape).astype(np.int32)
    return ReferenceMask(drawn, labels, "binary" if len(labels) < 2 else kind, notices)


def codes_of(
    values: Values, name: str, *, lossy: bool
) -> tuple[npt.NDArray[np.int64], Literal["labels", "colours"]]:
    """One whole number a pixel, 0 for the background.

    Args:
        values: (H, W) or (H, W, 3), native units.
        name: Of the file, for sentences.
        lossy: Levels are blurred, as JPEG leaves them.

    Returns:
        int64 (H, W): grey values, or 65536 R + 256 G + B; and which of the two.

    Raises:
        ImageError: It has more colours than a mask would.
    """
    if values.ndim == 3:
        if (values == values[:, :, :1]).all():
            return _grey_codes(values[:, :, 0], lossy=lossy), "labels"
        return _colour_codes(values, name, lossy=lossy), "colours"
    return _grey_codes(values, lossy=lossy), "labels"


def _grey_codes(values: Values, *, lossy: bool) -> npt.NDArray[np.int64]:
    if values.dtype.kind == "f":
        numbers = np.nan_to_num(values, posinf=0, neginf=0)
        whole = bool((numbers == np.round(numbers)).all())
        return (np.round(numbers) if whole else numbers >= 0.5).astype(np.int64)
    codes = values.astype(np.int64)
    drawn = codes[codes != 0]
    soft = (
        values.dtype == np.uint8
        and len(np.unique(codes)) > _SOFT_VALUES
        and float((drawn >= _NEARLY_WHITE).mean()) >= _MOSTLY
    )
    return np.where(codes >= _HALF, 255, 0) if lossy or soft else codes


def _colour_codes(values: Values, name: str, *, lossy: bool) -> npt.NDArray[np.int64]:
    """Colours as numbers; lossy ones are drawn to the nearest of black, white and six colours."""
    wide = values.astype(np.int64)
    if lossy:
        wide = np.where(wide >= _HALF, 255, 0)
    codes = (wide[:, :, 0] << 16) | (wide[:, :, 1] << 8) | wide[:, :, 2]
    count = len(np.unique(codes))
    if count > _MOST_COLOURS:
        raise ImageError(
            f"{shown_name(name)} has {count} colours, more than a mask would.",
            "Give a mask whose pixels are one value, one number or one colour for each class.",
        )
    return codes


def _on_grid(
    codes: npt.NDArray[np.int64], shape: tuple[int, int], name: str
) -> tuple[npt.NDArray[np.int64], tuple[Notice, ...]]:
    """The mask on the image's grid, by the nearest pixel where only the size differs."""
    height, width = codes.shape
    rows, columns = shape
    if (height, width) == (rows, columns):
        return codes, ()
    sizes = f"{width} × {height} pixels, the image {columns} × {rows}"
    if height * columns != width * rows:
        turned = " The mask looks turned by 90°." if (height, width) == (columns, rows) else ""
        raise ImageError(
            f"The mask {shown_name(name)} has {sizes}.{turned}",
            "Give a mask of the image's own size, or one with the same proportions.",
        )
    row = ((np.arange(rows) + 0.5) * height / rows).astype(np.intp)
    column = ((np.arange(columns) + 0.5) * width / columns).astype(np.intp)
    text = f"The reference mask has {sizes}; it was brought to the image's size by nearest pixels."
    return codes[row[:, None], column[None, :]], (Notice("mask_resized", text, "warning"),)


def _rgb(code: int) -> tuple[int, int, int]:
    return code >> 16, (code >> 8) & 255, code & 255
