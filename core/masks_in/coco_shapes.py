"""The outlines and run lengths of COCO as pixels.

Format: https://cocodataset.org/#format-data; the compressed text of run lengths is that of
``rleToString`` in pycocotools' ``maskApi.c``: numbers in groups of five bits, lowest first, with a
sixth for "more follows" and 48 added, and from the third run on the difference to the run two
before. Outlines are filled by the even-odd rule: a pixel belongs to one when its centre, half a
pixel from its corner, lies inside; the outlines of one annotation are joined.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.errors import DamagedFile, ImageError, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    Bool = npt.NDArray[np.bool_]
    Int64 = npt.NDArray[np.int64]
    Float64 = npt.NDArray[np.float64]

_NEXT = "Export the annotations again from the program that made them."
# Groups of five bits in one run length: 2^40 pixels are more than any picture has.
_MOST_GROUPS = 8
# Rows that the edges of one outline may cross, all together.
_MOST_CROSSINGS = 1 << 24


@dataclass(frozen=True, eq=False)
class Runs:
    """Run lengths of one annotation.

    Attributes:
        lengths: Background and foreground in turn, column by column; H times W in all.
    """

    lengths: Int64


@dataclass(frozen=True, eq=False)
class Outline:
    """One closed polygon.

    Attributes:
        points: float64 (N, 2), x and y in pixels from the corner of the picture.
    """

    points: Float64


Shape = Runs | Outline


def read_shapes(found: object, height: int, width: int) -> tuple[Shape, ...]:
    """Read the ``segmentation`` of an annotation.

    Args:
        found: A list of polygons, or run lengths with ``counts`` as list or text.
        height: Rows of the picture.
        width: Columns of the picture.

    Returns:
        Empty where there is none.

    Raises:
        ImageError: It is neither, or does not fit the picture.
    """
    if isinstance(found, dict):
        size = found.get("size")
        if size != [height, width]:
            raise ImageError(
                f"An annotation has run lengths for {_size_words(size)}, its picture has "
                f"{width} × {height} pixels.",
                _NEXT,
            )
        return (Runs(_lengths(found.get("counts"), height * width)),)
    if isinstance(found, list):
        polygons = [found] if found and not isinstance(found[0], list) else found
        return tuple(Outline(_points(one)) for one in polygons)
    if found is None:
        return ()
    raise DamagedFile("An annotation is neither polygons nor run lengths.", _NEXT)


def paint(shapes: Iterable[Shape], height: int, width: int) -> Bool:
    """The pixels of all shapes together, bool (H, W).

    Raises:
        TooLarge: An outline is too long.
    """
    shapes = tuple(shapes)
    mask = _painted_runs([one for one in shapes if isinstance(one, Runs)], height, width)
    for one in shapes:
        if isinstance(one, Outline):
            _fill(mask, one.points)
    return mask


def decode_counts(text: bytes) -> Int64:
    """Run lengths from the compressed text, int64 (N,).

    Raises:
        DamagedFile: It is no such text.
    """
    digits = np.frombuffer(text, np.uint8).astype(np.int64) - 48
    if digits.size == 0 or digits.min() < 0 or digits.max() > 63 or digits[-1] & 32:
        raise DamagedFile("The run lengths of an annotation are cut off or no such text.", _NEXT)
    lasts = np.flatnonzero(digits & 32 == 0)
    firsts = np.concatenate(([0], lasts[:-1] + 1))
    groups = lasts - firsts + 1
    if groups.max() > _MOST_GROUPS:
        raise DamagedFile("A run length of an annotation is out of range.", _NEXT)
    places = np.arange(digits.size) - np.repeat(firsts, groups)
    numbers = np.add.reduceat((digits & 31) << (5 * places), firsts)
    # The highest bit of the last group is the sign.
    numbers -= np.where(digits[lasts] & 16, np.int64(1) << (5 * groups), 0)
    numbers[1::2] = np.cumsum(numbers[1::2])
    numbers[2::2] = np.cumsum(numbers[2::2])
    return numbers


def _lengths(counts: object, pixels: int) -> Int64:
    if isinstance(counts, str):
        lengths = decode_counts(counts.encode())
    elif isinstance(counts, list) and all(type(one) is int for one in counts):
        lengths = np.array(counts, np.int64)
    else:
        raise DamagedFile("The run lengths of an annotation are neither numbers nor text.", _NEXT)
    # Each is looked at before they are added up, so that the sum cannot overflow.
    if lengths.size == 0 or lengths.min() < 0 or lengths.max() > pixels:
        raise DamagedFile("A run length of an annotation is out of range.", _NEXT)
    if int(lengths.sum()) != pixels:
        raise DamagedFile(
            f"The run lengths of an annotation make {int(lengths.sum()):,} pixels, its picture "
            f"has {pixels:,}.",
            _NEXT,
        )
    return lengths


def _points(found: object) -> Float64:
    if not isinstance(found, list) or len(found) < 6 or len(found) % 2:
        raise DamagedFile("A polygon has fewer than three points, or half a point.", _NEXT)
    if not all(type(one) in {int, float} and abs(one) < 1 << 31 for one in found):
        raise DamagedFile("A polygon has a point that is out of range.", _NEXT)
    return np.array(found, np.float64).reshape(-1, 2)


def _size_words(size: object) -> str:
    if isinstance(size, list) and len(size) == 2 and all(type(one) is int for one in size):
        return f"{size[1]} × {size[0]} pixels"
    return "a picture of no size"


def _painted_runs(runs: Sequence[Runs], height: int, width: int) -> Bool:
    """All run lengths together: one step up and down a run, and one sum."""
    if not runs:
        return np.zeros((height, width), bool)
    steps = np.zeros(height * width + 1, np.int32)
    for one in runs:
        ends = np.cumsum(one.lengths)
        np.add.at(steps, ends[:-1:2], 1)
        np.add.at(steps, ends[1::2], -1)
    return np.ascontiguousarray((np.cumsum(steps[:-1]) > 0).reshape(width, height).T)


def _fill(mask: Bool, points: Float64) -> None:
    """Set the pixels whose centres lie inside a polygon, by the even-odd rule."""
    height, width = mask.shape
    # Pixel centres at whole numbers.
    x0, y0 = (points - 0.5).T
    x1, y1 = np.roll(x0, -1), np.roll(y0, -1)
    first = np.clip(np.ceil(np.minimum(y0, y1)), 0, height).astype(np.int64)
    behind = np.clip(np.ceil(np.maximum(y0, y1)), 0, height).astype(np.int64)
    spans = behind - first
    crossings = int(spans.sum())
    if crossings > _MOST_CROSSINGS:
        raise TooLarge(
            f"A polygon crosses {crossings:,} rows; the limit is {_MOST_CROSSINGS:,}.",
            "Export it with fewer points, or as run lengths.",
        )
    if crossings == 0:
        return
    edge = np.repeat(np.arange(len(spans)), spans)
    row = np.arange(crossings) - np.repeat(np.cumsum(spans) - spans, spans) + first[edge]
    share = (row - y0[edge]) / (y1 - y0)[edge]
    x = x0[edge] + share * (x1 - x0)[edge]
    column = np.clip(np.ceil(x), 0, width).astype(np.int64)
    top, bottom = int(row.min()), int(row.max()) + 1
    left, right = int(column.min()), int(column.max())
    if left == right:
        return
    box = (bottom - top, right - left + 1)
    turns = np.bincount((row - top) * box[1] + column - left, minlength=box[0] * box[1])
    inside = np.cumsum(turns.reshape(box), axis=1)[:, :-1] & 1
    mask[top:bottom, left:right] |= inside.astype(bool)
