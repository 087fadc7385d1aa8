"""From the values of a label picture to its masks, with the names of a class list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import ImageError
from core.imaging.refusals import shown_name
from core.masks_in.values import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy.typing as npt

    from core.masks_in.values import ClassIndex, Rgb

    Codes = npt.NDArray[Any]
    Bool = npt.NDArray[np.bool_]
    RgbOf = Callable[[int], Rgb | None]

MOST_LABELS = 64
"""More values than this that no class list names are instances, or a photo."""

# Of neighbouring pixels with values above 0 at least this part has the same value in labels.
_ALIKE = 0.5
# What files with one mask only use for it.
_FOREGROUND = (1, 255)
# Values up to this are counted with a table, which is faster than sorting.
_COUNTED = 65535


def codes_in(codes: Codes) -> tuple[int, ...]:
    """The different values of an array of whole numbers, rising."""
    if codes.size == 0:
        return ()
    if int(codes.min()) >= 0 and int(codes.max()) <= _COUNTED:
        return tuple(np.flatnonzero(np.bincount(codes.ravel())).tolist())
    return tuple(np.unique(codes).tolist())


def parts_of(
    codes: Codes,
    name: str,
    index: ClassIndex,
    *,
    present: tuple[int, ...] | None = None,
    alone: bool | None = None,
    rgb_of: RgbOf = lambda _: None,
    coloured: bool = False,
) -> tuple[Part, ...]:
    """The masks of one label picture: those of the class list in its order, then the others.

    Args:
        codes: (H, W), whole numbers, 0 for the background unless the list names its colour.
        name: Of the file, for sentences.
        index: The class list.
        present: Codes that count as being there; None takes those of the picture.
        alone: Whether the file has one value only; None when the picture is the whole file.
        rgb_of: Colour of a code, or None where there are no colours.
        coloured: The codes are colours, and the values of the list do not stand for them.

    Returns:
        At least one, unless all that is there is background by the list; a picture without a
        pixel has one mask, which is empty.

    Raises:
        ImageError: It looks like an image, not like a mask.
    """
    present = codes_in(codes) if present is None else present
    height, width = codes.shape
    named, covered = _listed(present, index, rgb_of, coloured=coloured)
    others = [code for code in present if code not in covered and code != 0]
    if others and others[0] < 0:
        raise _no_mask(name, "has values below 0")
    found = [Part(numbers, entry, height, width) for entry, numbers in named]
    if len(others) > MOST_LABELS:
        return (*found, _instances(codes, others, name, named=bool(index.classes.entries)))
    only = len(found) + len(others) <= 1 if alone is None else alone
    missing = bool(index.classes.entries) and any(code not in _FOREGROUND for code in others)
    for code in others:
        label = _label(code, rgb_of(code) if coloured else None, only=only)
        caution = f"The class list has no class {label}." if missing else ""
        found.append(Part((code,), "", height, width, label, only, caution))
    if not found and not any(present):
        # Which class of a list an empty mask is of, only the name of its file can tell.
        found.append(Part((), "", height, width, "" if index.classes.entries else "1", alone=True))
    return tuple(found)


def mask_of(codes: Codes, part: Part) -> Bool:
    """The pixels of a mask, bool (H, W).

    Args:
        codes: (H, W), whole numbers.
        part: One of :func:`parts_of`.
    """
    if not part.codes:
        return np.asarray(codes != 0, dtype=bool)
    if len(part.codes) == 1:
        return np.asarray(codes == part.codes[0], dtype=bool)
    return np.isin(codes, part.codes)


def _listed(
    present: Iterable[int], index: ClassIndex, rgb_of: RgbOf, *, coloured: bool
) -> tuple[list[tuple[str, tuple[int, ...]]], set[int]]:
    """Names and codes of the classes that are there, and all codes that the list speaks of."""
    by_name: dict[str, list[int]] = {}
    covered: set[int] = set()
    for code in present:
        rgb = rgb_of(code)
        entries = [] if rgb is None or rgb not in index.by_rgb else [index.by_rgb[rgb]]
        # Value 0 is the background, whatever a list calls it.
        if not entries and not coloured and code != 0:
            entries = list(index.by_value.get(code, ()))
        for entry in entries:
            covered.add(code)
            if not entry.background:
                by_name.setdefault(entry.name, []).append(code)
    order = [entry.name for entry in index.classes.entries]
    return [(name, tuple(by_name[name])) for name in order if name in by_name], covered


def _label(code: int, rgb: Rgb | None, *, only: bool) -> str:
    if rgb is not None:
        red, green, blue = rgb
        return f"#{red:02x}{green:02x}{blue:02x}"
    return "1" if only and code in _FOREGROUND else str(code)


def _instances(codes: Codes, others: list[int], name: str, *, named: bool) -> Part:
    """All numbered objects as one mask, if they look like objects."""
    left, right = codes[:, :-1], codes[:, 1:]
    inside = (left != 0) & (right != 0)
    if named or not inside.any() or float((left == right)[inside].mean()) < _ALIKE:
        raise _no_mask(name, f"has {len(others)} values that no class list names")
    text = f"Its {len(others)} values are taken for single objects, which make one mask together."
    height, width = codes.shape
    return Part((), "", height, width, alone=True, caution=text)


def _no_mask(name: str, why: str) -> ImageError:
    return ImageError(
        f"{shown_name(name)} {why}: it looks like an image, not like a mask.",
        "Give masks of 0 and 255, of 0 and 1, with numbered classes or a colour for each class.",
    )
