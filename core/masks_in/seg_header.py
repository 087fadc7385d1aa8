"""What a DICOM segmentation says of its segments and frames."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from core.errors import NoPixels
from core.imaging.dicom_elements import integer_of, items_of, layers_of, words_of
from core.imaging.dicom_geometry import read_placement
from core.imaging.dicom_object import (
    SEGMENTATIONS,
    DicomObject,
    parse_dicom,
    transfer_syntax,
)
from core.imaging.refusals import check_frame_count, check_picture_size, damaged, shown_name
from core.masks_in.values import BACKGROUND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydicom.dataset import Dataset

    from core.imaging import Budget
    from core.imaging.dicom_geometry import Placement

_LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.7"
# A segmentation has a frame for each slice and segment: so many times those of an image.
_SEGMENTS = 16


@dataclass(frozen=True, eq=False)
class SegFrame:
    """One frame.

    Attributes:
        index: In the file, from 0.
        segment: Number of its segment; 0 in a label map, whose frames have all.
        placement: Where it lies.
        sources: SOP Instance UID and frame number from 1 of the images that it was drawn on; the
            frame number is 0 where it holds for all.
    """

    index: int
    segment: int
    placement: Placement
    sources: frozenset[tuple[str, int]] = field(repr=False)


@dataclass(frozen=True, eq=False)
class SegHeader:
    """The whole file.

    Attributes:
        rows: Of every frame, as stored.
        columns: Of every frame, as stored.
        label_map: Pixels are numbers of segments.
        segments: Numbers of the segments of each name.
        frames: In the order of the file.
        space: Frame of Reference UID, or "".
        uids: SOP Instance UIDs of all images that it refers to.
    """

    rows: int
    columns: int
    label_map: bool
    segments: Mapping[str, tuple[int, ...]]
    frames: tuple[SegFrame, ...]
    space: str = field(repr=False)
    uids: frozenset[str] = field(repr=False)


def read_seg_header(data: bytes, name: str, budget: Budget) -> tuple[DicomObject, SegHeader]:
    """Parse a segmentation without decoding a frame.

    Args:
        data: The whole file.
        name: Its name, for sentences.
        budget: Limits for one frame; there may be 16 times as many frames as of an image.

    Raises:
        NoPixels: It is another kind of DICOM object.
        ImageError: It is over the budget, or its header makes no sense.
    """
    dataset = parse_dicom(data, name, budget)
    kind = str(dataset.get("SOPClassUID") or "")
    if kind not in SEGMENTATIONS:
        raise NoPixels(
            f"{shown_name(name)} is a DICOM file and no segmentation (SEG).",
            "Give a DICOM segmentation, or masks as PNG, TIFF or NIfTI.",
        )
    rows, columns = integer_of(dataset, "Rows"), integer_of(dataset, "Columns")
    if rows < 1 or columns < 1:
        raise damaged(name, "its header gives no number of rows and columns")
    check_picture_size(name, columns, rows, budget)
    found = DicomObject(dataset, transfer_syntax(dataset, name)[0])
    limits = replace(budget, max_frames=budget.max_frames * _SEGMENTS)
    check_frame_count(name, found.frames, limits)
    frames = tuple(_frame(dataset, index) for index in range(found.frames))
    segments = _segments(dataset)
    if not segments:
        raise damaged(name, "its header names no segment")
    return found, SegHeader(
        rows,
        columns,
        label_map=kind == _LABEL_MAP,
        segments=segments,
        frames=frames,
        space="".join(words_of(dataset, "FrameOfReferenceUID")[:1]),
        uids=frozenset(uid for uid, _ in _all_sources(dataset, frames)),
    )


def _segments(dataset: Dataset) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    names: dict[str, str] = {}
    for item in items_of(dataset, "SegmentSequence"):
        number = integer_of(item, "SegmentNumber")
        name = " ".join(words_of(item, "SegmentLabel")[:1])
        for code in items_of(item, "SegmentedPropertyTypeCodeSequence")[:1]:
            name = name or " ".join(words_of(code, "CodeMeaning")[:1])
        name = name or f"segment {number}"
        if name.casefold() not in BACKGROUND:
            key = names.setdefault(name.casefold(), name)
            found[key] = (*found.get(key, ()), number)
    return found


def _frame(dataset: Dataset, index: int) -> SegFrame:
    segment = 0
    for layer in layers_of(dataset, index, "SegmentIdentificationSequence"):
        segment = segment or integer_of(layer, "ReferencedSegmentNumber")
    groups = items_of(dataset, "PerFrameFunctionalGroupsSequence")
    own = groups[index] if index < len(groups) else dataset
    shared = items_of(dataset, "SharedFunctionalGroupsSequence")
    sources = [*_sources(own), *(one for group in shared for one in _sources(group))]
    return SegFrame(index, segment, read_placement(dataset, index), frozenset(sources))


def _sources(group: Dataset) -> Iterator[tuple[str, int]]:
    for derivation in items_of(group, "DerivationImageSequence"):
        for source in items_of(derivation, "SourceImageSequence"):
            yield from _reference(source)


def _reference(item: Dataset) -> Iterator[tuple[str, int]]:
    uid = "".join(words_of(item, "ReferencedSOPInstanceUID")[:1])
    numbers = words_of(item, "ReferencedFrameNumber")
    if uid:
        yield from ((uid, int(n) if n.isdecimal() else 0) for n in numbers or ("0",))


def _all_sources(dataset: Dataset, frames: tuple[SegFrame, ...]) -> Iterator[tuple[str, int]]:
    for frame in frames:
        yield from frame.sources
    for series in items_of(dataset, "ReferencedSeriesSequence"):
        for instance in items_of(series, "ReferencedInstanceSequence"):
            yield from _reference(instance)
