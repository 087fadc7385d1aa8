"""Which frames of a DICOM segmentation lie on an image: by the objects they name, or by place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import ImageError
from core.imaging.refusals import shown_name
from core.masks_in.dicom_source import same_plane, slice_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.imaging.grid import SliceView, VolumeGrid
    from core.masks_in.dicom_source import Instance
    from core.masks_in.seg_header import SegFrame, SegHeader
    from core.masks_in.values import ImageOffer


@dataclass(frozen=True, eq=False)
class Lying:
    """Frames of a segmentation on an image.

    Attributes:
        frames: Each with the slice of the volume that it lies on, along the first array axis; 0
            where the image is no slice of a volume.
        view: The direction of the image in its volume, or None.
        at: Index of the image along ``view.along``.
    """

    frames: tuple[tuple[SegFrame, int], ...]
    view: SliceView | None = None
    at: int = 0

    @property
    def across(self) -> bool:
        """Whether the image cuts across the frames."""
        return self.view is not None and self.view.along != 0


class SegPlaces:
    """Finds the frames of one segmentation that lie on images.

    Args:
        header: Of the segmentation.
    """

    def __init__(self, header: SegHeader) -> None:
        self._header = header
        # The slices of one volume ask one after another: the last answer is kept.
        self._last: tuple[VolumeGrid, tuple[tuple[SegFrame, int], ...]] | None = None

    def refers_to(self, image: ImageOffer) -> bool:
        """Whether the segmentation names an object of the image's file."""
        return image.dicom is not None and bool(self._header.uids & image.dicom.uids)

    def lies_on(self, image: ImageOffer) -> bool:
        """Whether a frame lies on the image, in the same frame of reference."""
        space = self._header.space
        if not space or image.dicom is None or image.dicom.space != space:
            return False
        try:
            return bool(self.on(image).frames)
        except ImageError:
            return False

    def on(self, image: ImageOffer) -> Lying:
        """Find the frames that lie on an image, or on the slices that it cuts across.

        Raises:
            ImageError: The slices have another size, or it is not known where they lie.
        """
        if image.grid is not None and image.spot is not None:
            return self._in_volume(image, image.grid, *image.spot)
        source = image.dicom
        if source is None or not source.single or image.frame.index >= len(source.instances):
            raise ImageError(
                f"The slices of {shown_name(image.name)} do not make a volume, so that a "
                "segmentation cannot be laid on them.",
                "Open the DICOM files of the slices one by one.",
            )
        instance = source.instances[image.frame.index]
        frames = self._header.frames
        return Lying(tuple((one, 0) for one in frames if self._is_of(one, instance)))

    def _is_of(self, frame: SegFrame, instance: Instance) -> bool:
        """Whether a frame was drawn on this one."""
        uids = self._header.uids
        if instance.uid in uids and frame.sources:
            numbers = (0, instance.frame + 1)
            return any((instance.uid, number) in frame.sources for number in numbers)
        # It names its images only as a whole: one image of one frame needs no more.
        alone = uids == {instance.uid} and instance.frames == 1
        return alone or same_plane(instance.placement, frame.placement)

    def _in_volume(self, image: ImageOffer, grid: VolumeGrid, axis: str, index: int) -> Lying:
        view = grid.view(axis)
        at = view.file_index(index)
        sides = (self._header.rows, self._header.columns)
        if view.along != 0 and sides != grid.shape[1:]:
            found, wanted = (f"{c} × {r}" for r, c in (sides, grid.shape[1:]))
            raise ImageError(
                f"The frames of the segmentation have {found} pixels, the slices {wanted}.",
                "Give a segmentation that was drawn on this very series.",
            )
        if self._last is None or self._last[0] is not grid:
            self._last = (grid, tuple(self._placed(image, grid)))
        frames = self._last[1]
        if view.along == 0:
            frames = tuple((frame, slice_) for frame, slice_ in frames if slice_ == at)
        return Lying(frames, view, at)

    def _placed(self, image: ImageOffer, grid: VolumeGrid) -> Iterator[tuple[SegFrame, int]]:
        """Every frame on a slice of the volume: by its own place, or by that of its image."""
        places = {}
        for one in image.dicom.instances if image.dicom else ():
            places[one.uid, one.frame + 1] = places[one.uid, 0] = one.placement
        for frame in self._header.frames:
            placed = frame.placement
            if placed.position is None:
                placed = next((places[key] for key in frame.sources if key in places), placed)
            at = slice_at(grid, placed)
            if at is not None:
                yield frame, at
