"""DICOM segmentations: segments on the frames that they refer to, by object or by place.

PS3.3 A.51 and C.8.20. Binary and label map segmentations are taken as they are; of fractional ones
a pixel counts from half of the largest value on.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from core.imaging.dicom_elements import integer_of, word_of
from core.imaging.dicom_pixels import StoredPixels
from core.imaging.model import Notice
from core.imaging.refusals import read_or_refuse, shown_name
from core.masks_in.labels import codes_in
from core.masks_in.seg_header import read_seg_header
from core.masks_in.seg_place import SegPlaces
from core.masks_in.space import to_shown
from core.masks_in.values import Link, MaskFile, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from core.imaging import Budget
    from core.masks_in.names import ImageNames
    from core.masks_in.seg_header import SegFrame
    from core.masks_in.seg_place import Lying
    from core.masks_in.values import ImageOffer

    Bool = npt.NDArray[np.bool_]
    Values = npt.NDArray[Any]

_FRACTIONAL = Notice(
    "fractional",
    "The segmentation is fractional; pixels with one half and more are counted.",
    "warning",
)


class SegMasks(MaskFile):
    """A DICOM segmentation.

    Args:
        data: The whole file.
        name: As given by the user.
        budget: The limits for one frame.

    Raises:
        ImageError: It is no segmentation, or cannot be decoded.
    """

    def __init__(self, data: bytes, name: str, budget: Budget) -> None:
        self.name = name
        found, self._header = read_or_refuse(name, partial(read_seg_header, data, name, budget))
        self._places = SegPlaces(self._header)
        self._pixels = read_or_refuse(name, partial(StoredPixels, found, name))
        kind = word_of(found.dataset, "SegmentationType")
        largest = integer_of(found.dataset, "MaximumFractionalValue", 255)
        # Binary pixels come as 0 and 255.
        self._least = max(1, (largest + 1) // 2) if kind == "FRACTIONAL" else 1
        if kind == "FRACTIONAL":
            self.notices = (_FRACTIONAL,)

    def links(self, names: ImageNames) -> Iterator[Link]:
        """Images that it refers to; where there are none, those that lie where its frames do."""
        linked = [image for image in names.images if self._places.refers_to(image)]
        linked = linked or [image for image in names.images if self._places.lies_on(image)]
        yield from (Link(image) for image in linked)
        if not linked:
            yield Link(None, why=f"{shown_name(self.name)} refers to none of the images.")

    def parts(self, link: Link) -> tuple[Part, ...]:
        """The segments with a frame on the image; a single one is on every image."""
        if link.image is None:
            return ()
        found = self._places.on(link.image)
        height, width = self._shown(link.image, found, ()).shape
        there = {frame.segment for frame, _ in found.frames}
        if self._header.label_map:
            there = {code for one, _ in found.frames for code in codes_in(self._decode(one))}
        segments = self._header.segments
        return tuple(
            Part(numbers, name, height, width)
            for name, numbers in segments.items()
            if len(segments) == 1 or there.intersection(numbers)
        )

    def mask(self, part: Part, image: ImageOffer) -> Bool:
        """As :meth:`MaskFile.mask` says."""
        return self._shown(image, self._places.on(image), part.codes)

    def _shown(self, image: ImageOffer, found: Lying, numbers: tuple[int, ...]) -> Bool:
        """Segments of these numbers together, as the image is shown."""
        rows = image.grid.shape[0] if found.across and image.grid else self._header.rows
        columns = self._header.columns
        if found.view is not None and found.view.along == 2:
            columns = self._header.rows
        plane = np.zeros((rows, columns), bool)
        for frame, slice_index in found.frames:
            if not numbers or not (self._header.label_map or frame.segment in numbers):
                continue
            drawn = self._drawn(frame, numbers)
            if found.across and found.view is not None:
                plane[slice_index] |= drawn.take(found.at, axis=found.view.along - 1)
            else:
                plane |= drawn
        if found.view is None:
            return np.asarray(image.frame.layout.to_display(plane), dtype=bool)
        return np.asarray(to_shown(plane, found.view, image), dtype=bool)

    def _drawn(self, frame: SegFrame, numbers: tuple[int, ...]) -> Bool:
        """One frame as bool (rows, columns), as stored."""
        values = self._decode(frame)
        if self._header.label_map:
            return np.isin(values, numbers)
        return np.asarray(values >= self._least)

    def _decode(self, frame: SegFrame) -> Values:
        return read_or_refuse(self.name, partial(self._pixels.decode, frame.index))
