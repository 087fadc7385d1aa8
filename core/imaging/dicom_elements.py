"""Values of DICOM elements as plain numbers and words, whatever state they are in."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def numbers_of(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """All finite numbers of an element; empty when it is missing, empty or not numeric."""
    value = dataset.get(keyword)
    many = value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else [value]
    found: list[float] = []
    for one in many:
        try:
            number = float(one)
        except (TypeError, ValueError):
            return ()
        if not math.isfinite(number):
            return ()
        found.append(number)
    return tuple(found)


def number_of(dataset: Dataset, keyword: str) -> float | None:
    """The first number of an element, or None."""
    return next(iter(numbers_of(dataset, keyword)), None)


def integer_of(dataset: Dataset, keyword: str, default: int = 0) -> int:
    """The first number of an element as an integer, or the default."""
    found = number_of(dataset, keyword)
    return default if found is None else int(found)


def words_of(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """The strings of an element, stripped; empty when it is missing or empty."""
    value = dataset.get(keyword)
    if value is None or value == "":
        return ()
    many = value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else [value]
    return tuple(str(one).strip() for one in many)


def word_of(dataset: Dataset, keyword: str) -> str:
    """The first string of an element in capitals, or ``""``."""
    return next(iter(words_of(dataset, keyword)), "").upper()


def items_of(dataset: Dataset, keyword: str) -> Sequence[Dataset]:
    """The items of a sequence; empty when it is missing, empty or no sequence."""
    value = dataset.get(keyword)
    is_items = isinstance(value, Sequence) and not isinstance(value, str | bytes)
    return value if is_items else ()


def layers_of(dataset: Dataset, frame: int, group: str) -> Iterator[Dataset]:
    """Where an attribute of a frame can be: its own functional group, the shared one, the top.

    Args:
        dataset: The whole object.
        frame: Frame number from 0.
        group: Keyword of the functional group's sequence, such as ``"PixelMeasuresSequence"``.
    """
    per_frame = items_of(dataset, "PerFrameFunctionalGroupsSequence")
    if frame < len(per_frame):
        yield from items_of(per_frame[frame], group)[:1]
    for shared in items_of(dataset, "SharedFunctionalGroupsSequence")[:1]:
        yield from items_of(shared, group)[:1]
    yield dataset
