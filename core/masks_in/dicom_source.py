"""What segmentations ask of the DICOM files that they were drawn on: ids, and places in space."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from core.errors import ImageError
from core.imaging.archive_members import Members
from core.imaging.dicom_elements import words_of
from core.imaging.dicom_geometry import read_placement
from core.imaging.dicom_object import read_dicom
from core.imaging.refusals import read_or_refuse
from core.imaging.sniff import Kind, sniff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydicom.dataset import Dataset

    from core.imaging import Budget
    from core.imaging.dicom_geometry import Placement
    from core.imaging.grid import VolumeGrid

# How far a plane may lie from a slice, as a part of the distance between slices or pixels.
_OFF = 0.1
# Directions count as the same up to this difference of their cosines.
_TURNED = 1e-3


@dataclass(frozen=True, eq=False)
class Instance:
    """One frame of one object.

    Attributes:
        uid: Its SOP Instance UID; it is compared, and neither shown nor kept.
        frame: Frame in the object, from 0.
        frames: How many the object has.
        placement: Where it lies.
    """

    uid: str = field(repr=False)
    frame: int
    frames: int
    placement: Placement


@dataclass(frozen=True, eq=False)
class DicomSource:
    """What the objects of one file or one series say of themselves.

    Attributes:
        space: Frame of Reference UID, or "" where there is none or more than one.
        instances: Every frame, in the order of the file.
    """

    space: str = field(repr=False)
    instances: tuple[Instance, ...]

    @cached_property
    def uids(self) -> frozenset[str]:
        """SOP Instance UIDs of all objects."""
        return frozenset(one.uid for one in self.instances)

    @property
    def single(self) -> bool:
        """Whether there is one object, whose frames have the numbers of the file."""
        return len(self.uids) == 1


def read_source(data: bytes, name: str, budget: Budget) -> DicomSource | None:
    """Read the ids and places of a DICOM file, or of a ZIP with the files of one series.

    Args:
        data: The whole file.
        name: Its name.
        budget: The limits.

    Returns:
        None when it is no DICOM file and has none in it.
    """
    spaces: set[str] = set()
    instances: list[Instance] = []
    for dataset, frames in _objects(data, name, budget):
        uid = "".join(words_of(dataset, "SOPInstanceUID")[:1])
        spaces.add("".join(words_of(dataset, "FrameOfReferenceUID")[:1]))
        instances += [
            Instance(uid, frame, frames, read_placement(dataset, frame)) for frame in range(frames)
        ]
    if not instances:
        return None
    return DicomSource(spaces.pop() if len(spaces) == 1 else "", tuple(instances))


def slice_at(grid: VolumeGrid, placement: Placement) -> int | None:
    """Which slice of a series lies where a plane does.

    Args:
        grid: Array axes (slices, rows, columns).
        placement: Of the plane.

    Returns:
        Index along the first array axis, or None where no slice lies there or the plane is turned.
    """
    if placement.position is None or placement.cosines is None:
        return None
    directions = grid.affine[:3, [2, 1]] / np.array([grid.zooms[2], grid.zooms[1]])
    if np.abs(directions.T - placement.cosines).max() > _TURNED:
        return None
    at = np.linalg.solve(grid.affine, np.append(placement.position, 1.0))[:3]
    index = round(float(at[0]))
    if not 0 <= index < grid.shape[0] or np.abs(at - [index, 0, 0]).max() > _OFF:
        return None
    return index


def same_plane(one: Placement, other: Placement) -> bool:
    """Whether two frames of equal size lie on one another."""
    if one.position is None or other.position is None:
        return False
    if one.cosines is None or other.cosines is None or one.spacing is None:
        return False
    near = np.abs(one.position - other.position).max()
    turned = np.abs(one.cosines - other.cosines).max()
    return bool(near <= _OFF * min(one.spacing.row, one.spacing.column) and turned <= _TURNED)


def _objects(data: bytes, name: str, budget: Budget) -> Iterator[tuple[Dataset, int]]:
    """Every image object and its number of frames; those that cannot be read are left out."""
    kind = sniff(data)
    if kind is Kind.DICOM:
        found = read_or_refuse(name, partial(read_dicom, data, name, budget))
        yield found.dataset, found.frames
    if kind is not Kind.ZIP:
        return
    members = Members(data, name, budget)
    for member in members.names:
        try:
            content = read_or_refuse(member, partial(members.read, member))
            if sniff(content) is Kind.DICOM:
                found = read_or_refuse(member, partial(read_dicom, content, member, budget))
                yield found.dataset, found.frames
        except ImageError:
            continue
