"""Single-frame DICOM objects put together as series, in the order of their positions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.imaging.dicom import DicomUpload
from core.imaging.dicom_space import DicomSlice, DicomSpace
from core.imaging.dicom_volume import arrange
from core.imaging.model import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from core.imaging.budget import Budget
    from core.imaging.dicom_geometry import Placement
    from core.imaging.dicom_image import DicomImage


@dataclass(frozen=True, eq=False)
class SeriesMember:
    """What is remembered of a single-frame object; its pixels are read again when needed.

    Attributes:
        name: Its name in the archive.
        load: Reads it again.
        key: Objects with the same key belong together: series, size, colours and orientation.
        placement: Where it lies.
        number: InstanceNumber.
    """

    name: str
    load: Callable[[], DicomImage]
    key: tuple[object, ...]
    placement: Placement
    number: int


def series_member(name: str, image: DicomImage, load: Callable[[], DicomImage]) -> SeriesMember:
    """Note what matters of a single-frame object."""
    placement = image.placements[0]
    lie = None if placement.cosines is None else tuple(placement.cosines.round(2).ravel().tolist())
    key = (image.series, image.shape, image.modality, image.grey, lie)
    return SeriesMember(name, load, key, placement, image.number)


def group_series(members: Iterable[SeriesMember]) -> list[list[SeriesMember]]:
    """Group objects by series; the groups keep the order of their first members."""
    groups: defaultdict[tuple[object, ...], list[SeriesMember]] = defaultdict(list)
    for member in members:
        groups[member.key].append(member)
    return list(groups.values())


def open_series(name: str, members: Sequence[SeriesMember], budget: Budget) -> DicomUpload:
    """Open the slices of one series.

    Slices are ordered by their position along the slice normal. Without positions, or when they
    are not parallel, InstanceNumber decides, and a notice says so.

    Args:
        name: What the page calls it.
        members: Of one group of :func:`group_series`, at least one.
        budget: The limits.

    Raises:
        ImageError: The first slice cannot be decoded.
    """
    by_number = sorted(members, key=lambda member: member.number)
    first = by_number[0].load()
    arranged = arrange([member.placement for member in by_number], first.shape)
    if arranged is None:
        slices = [DicomSlice(member.load) for member in by_number]
        notices = _ORDERED_BY_NUMBER if len(slices) > 1 else ()
        return DicomUpload(name, first, slices, None, budget=budget, notices=notices)
    ordered = [DicomSlice(by_number[n].load) for n in arranged.order]
    space = None
    if arranged.grid is not None:
        count = len(ordered) // arranged.volumes
        volumes = [ordered[v * count : (v + 1) * count] for v in range(arranged.volumes)]
        space = DicomSpace(arranged.grid, volumes)
        own = space.own_view
        ordered = [volumes[0][own.file_index(n)] for n in range(own.count)]
    return DicomUpload(name, first, ordered, space, budget=budget, notices=arranged.notices)


_ORDERED_BY_NUMBER = (
    Notice(
        "no_positions",
        "The slices do not say where they lie; they are ordered by their instance numbers.",
        "warning",
    ),
)
