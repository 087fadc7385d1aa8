"""COCO annotations: outlines and run lengths for the pictures that the file names."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from core.imaging.model import Notice
from core.imaging.refusals import check_picture_size, damaged, read_or_refuse, shown_name
from core.masks_in.coco_shapes import paint, read_shapes
from core.masks_in.names import links_of, stem_of
from core.masks_in.values import BACKGROUND, Link, MaskFile, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt

    from core.imaging import Budget
    from core.masks_in.coco_shapes import Shape
    from core.masks_in.names import ImageNames
    from core.masks_in.values import ImageOffer

_KEYS = ("images", "annotations", "categories")


@dataclass(frozen=True, eq=False)
class _Picture:
    """A picture that the file names.

    Attributes:
        name: Its ``file_name``.
        height: Rows.
        width: Columns.
        drawn: The ``segmentation`` of its annotations, by number of the name of their category.
    """

    name: str
    height: int
    width: int
    drawn: dict[int, list[object]]


def is_coco(found: object) -> bool:
    """Whether a parsed JSON file is meant to be one of COCO annotations, not only a class list."""
    return isinstance(found, dict) and "annotations" in found


class CocoMasks(MaskFile):
    """A COCO file.

    Args:
        found: The parsed file, one of :func:`is_coco`.
        name: As given by the user.
        budget: The limits, for each picture.

    Raises:
        ImageError: It makes no sense, or a picture is over the limits.
    """

    def __init__(self, found: dict[str, Any], name: str, budget: Budget) -> None:
        self.name = name
        reader = _Reader(found, name, budget)
        read_or_refuse(name, reader.read)
        self._names, self._pictures = tuple(reader.names), tuple(reader.pictures.values())
        if reader.left_out:
            count = reader.left_out
            text = f"{count} annotations without an outline, a picture or a category are left out."
            self.notices = (Notice("left_out", text, "warning"),)

    def links(self, names: ImageNames) -> Iterator[Link]:
        """By ``file_name``, whatever its folder and ending."""
        by_stem: defaultdict[str, list[int]] = defaultdict(list)
        for number, picture in enumerate(self._pictures):
            if picture.drawn:
                by_stem[stem_of(picture.name).casefold()].append(number)
        for numbers in by_stem.values():
            name = self._pictures[numbers[0]].name
            if len(numbers) > 1:
                why = f"The file has {len(numbers)} pictures that are called {shown_name(name)}."
                yield Link(None, why=why)
                continue
            for link in links_of(name, names.exactly(name), "", slices=False):
                yield replace(link, picture=numbers[0])

    def parts(self, link: Link) -> tuple[Part, ...]:
        """One mask a category with an annotation."""
        picture = self._pictures[link.picture]
        height, width = picture.height, picture.width
        found = []
        for number in sorted(picture.drawn):
            self._shapes(picture, number)
            name = self._names[number]
            found.append(Part((number,), name, height, width, picture=link.picture))
        return tuple(found)

    def mask(self, part: Part, image: ImageOffer) -> npt.NDArray[np.bool_]:  # noqa: ARG002 - the part names its picture
        """As :meth:`MaskFile.mask` says."""
        picture = self._pictures[part.picture]
        return paint(self._shapes(picture, part.codes[0]), picture.height, picture.width)

    def _shapes(self, picture: _Picture, number: int) -> tuple[Shape, ...]:
        drawn = picture.drawn[number]
        read = (read_shapes(one, picture.height, picture.width) for one in drawn)
        return tuple(itertools.chain.from_iterable(read))


class _Reader:
    """Goes through the lists of a file once."""

    def __init__(self, found: dict[str, Any], name: str, budget: Budget) -> None:
        self._found, self._name, self._budget = found, name, budget
        self.names: list[str] = []
        self.pictures: dict[int | str, _Picture] = {}
        self.left_out = 0

    def read(self) -> None:
        """Fill the names and pictures.

        Raises:
            DamagedFile: A list, or an entry of the images or categories, makes no sense.
            ImageError: A picture is over the limits.
        """
        for key in _KEYS:
            if not isinstance(self._found.get(key), list):
                raise damaged(self._name, f"its {key} are no list")
        categories = self._categories()
        for entry in self._found["images"]:
            self._add_picture(entry)
        for entry in self._found["annotations"]:
            drawn = entry["segmentation"] if _has(entry, "segmentation") else None
            category = categories.get(entry["category_id"]) if _has(entry, "category_id") else None
            picture = self.pictures.get(entry["image_id"]) if _has(entry, "image_id") else None
            if not drawn or picture is None or category is None:
                self.left_out += 1
            elif self.names[category].casefold() not in BACKGROUND:
                picture.drawn.setdefault(category, []).append(drawn)

    def _categories(self) -> dict[int | str, int]:
        """Number of the name of each category; those of one name share it."""
        numbers: dict[str, int] = {}
        found = {}
        for entry in self._found["categories"]:
            name = entry.get("name") if _has(entry, "id") else None
            if not isinstance(name, str) or not name.strip():
                raise damaged(self._name, "a category has no id or no name")
            number = numbers.setdefault(name.casefold(), len(self.names))
            if number == len(self.names):
                self.names.append(name)
            found[entry["id"]] = number
        return found

    def _add_picture(self, entry: object) -> None:
        if not isinstance(entry, dict) or not _has(entry, "id"):
            raise damaged(self._name, "a picture has no id")
        name, height, width = (entry.get(key) for key in ("file_name", "height", "width"))
        if not isinstance(name, str) or type(height) is not int or type(width) is not int:
            raise damaged(self._name, "a picture has no file_name, height or width")
        check_picture_size(name, width, height, self._budget)
        self.pictures[entry["id"]] = _Picture(name, height, width, {})


def _has(entry: object, key: str) -> bool:
    """Whether an object has something under a key that can be an id."""
    if not isinstance(entry, dict):
        return False
    value = entry.get(key)
    return value is not None if key == "segmentation" else isinstance(value, int | str)
