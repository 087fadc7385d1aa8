"""Pictures of a review with their final masks, decoded one at a time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from core.export.names import unique_slugs
from core.review.picture import picture_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    import numpy.typing as npt

    from core.export.finals import Final, FinalItem
    from core.imaging import Budget, Frame, Upload
    from core.review.values import Item

    Bool = npt.NDArray[np.bool_]


class Files(Protocol):
    """Where pictures and masks are kept; a :class:`core.review.desk.Desk` is one."""

    def image(self, item: Item) -> bytes:
        """The file of an item."""

    def mask(self, item: Item, blob: str) -> Bool:
        """A mask as bool (H, W)."""


@dataclass(frozen=True, eq=False)
class FinalMask:
    """A mask that goes out.

    Attributes:
        final: What became of its label.
        mask: bool (H, W), on the frame's grid.
    """

    final: Final
    mask: Bool

    @property
    def phrase(self) -> str:
        """What it is a mask of."""
        return self.final.phrase


@dataclass(frozen=True, eq=False)
class FinalImage:
    """A picture with its masks.

    Attributes:
        stem: What its files are called, unique in the export.
        final: The item with what became of its labels.
        data: The bytes of the file.
        upload: The opened file.
        frame: The picture.
        masks: Of its labels that have one, in order.
    """

    stem: str
    final: FinalItem
    data: bytes
    upload: Upload
    frame: Frame
    masks: tuple[FinalMask, ...]


class FinalImages:
    """The pictures of an export; each run through them decodes them anew.

    Args:
        files: Where pictures and masks are kept.
        items: What became of the items.
        names: Whether pictures are called by the names of their files.
        budget: Limits for decoding.
    """

    def __init__(
        self, files: Files, items: Sequence[FinalItem], *, names: bool, budget: Budget
    ) -> None:
        self._files, self.budget = files, budget
        self.items = tuple(items)
        self.stems = unique_slugs(_names(items) if names else _neutral_names(items))

    def __iter__(self) -> Iterator[FinalImage]:
        """Decode each picture, one in memory at a time.

        Raises:
            StoreDamaged: A picture is shown otherwise than it was put in.
            StoreUnreachable: The store does not answer.
        """
        for stem, final in zip(self.stems, self.items, strict=True):
            yield self.decode(stem, final)

    def decode(self, stem: str, final: FinalItem) -> FinalImage:
        """One picture with its masks.

        Raises:
            StoreDamaged: It is shown otherwise than it was put in.
            StoreUnreachable: The store does not answer.
        """
        data = self._files.image(final.item)
        upload, frame = picture_of(final.item, data, self.budget)
        masks = tuple(
            FinalMask(one, self._files.mask(final.item, one.blob))
            for one in final.finals
            if one.blob is not None
        )
        return FinalImage(stem, final, data, upload, frame, masks)


def _neutral_names(items: Sequence[FinalItem]) -> list[str]:
    """As :func:`core.export.names.neutral_stem` has it, before the pictures are decoded."""
    return [f"image_{final.item.frame_sha256[:8]}" for final in items]


def _names(items: Sequence[FinalItem]) -> list[str]:
    """The files' names without their endings; with the frame, where a file has several."""
    count = Counter(final.item.image for final in items)
    return [_name(final.item, several=count[final.item.image] > 1) for final in items]


def _name(item: Item, *, several: bool) -> str:
    stem = item.name.rsplit(".", 1)[0] or item.name
    axis = item.frame.axis if item.frame.axis not in {"", "stack"} else "frame"
    return f"{stem}_{axis}_{item.frame.index + 1}" if several else stem
