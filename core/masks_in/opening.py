"""Files of masks, opened by their content."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from core.errors import ImageError, WorkbenchError
from core.imaging.archive_members import Members
from core.imaging.budget import budget_from
from core.imaging.model import Notice
from core.imaging.refusals import check_file_size, read_or_refuse, shown_name, unknown
from core.imaging.sniff import Kind, describe_other, sniff
from core.imaging.unpacking import GZIP, unpack
from core.masks_in.classes import read_classes
from core.masks_in.coco import CocoMasks, is_coco
from core.masks_in.json_file import read_json
from core.masks_in.planes import PlaneMasks
from core.masks_in.seg import SegMasks
from core.masks_in.values import Classes, ClassIndex, Opened
from core.masks_in.volumes import VolumeMasks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from core.imaging import Budget
    from core.masks_in.values import MaskFile

_LIST_ENDINGS = (".csv", ".tsv", ".txt")


def open_masks(
    data: bytes, name: str, classes: Classes | None = None, *, budget: Budget | None = None
) -> MaskFile:
    """Open one file of masks.

    Args:
        data: The whole file: PNG, TIFF or another picture, NIfTI, COCO or a DICOM segmentation.
        name: The name as the user gave it.
        classes: What values and colours stand for, or None.
        budget: Limits; None takes those of the environment.

    Raises:
        ImageError: It holds no masks, is over the limits, or cannot be decoded.
        SettingsError: A limit in the environment makes no sense.
    """
    limits = budget if budget is not None else budget_from(os.environ)
    check_file_size(name, len(data), limits)
    return read_or_refuse(
        name, partial(_open, data, name, ClassIndex(classes or Classes()), limits)
    )


def open_mask_files(
    files: Iterable[tuple[str, bytes]],
    classes: Classes | None = None,
    *,
    budget: Budget | None = None,
) -> Opened:
    """Open several files, and what is in ZIP archives among them.

    A class list among the files, such as the ``dataset.json`` of nnU-Net, is used where none is
    given. A file that cannot be used is left out with a notice; the others go on.

    Args:
        files: Name and content of each.
        classes: What values and colours stand for, or None.
        budget: Limits for each file; None takes those of the environment.

    Raises:
        SettingsError: A limit in the environment makes no sense.
    """
    limits = budget if budget is not None else budget_from(os.environ)
    notices: list[Notice] = []
    masks: list[tuple[str, bytes]] = []
    for name, data in _unpacked(files, limits, notices):
        if not _is_list(data, name):
            masks.append((name, data))
        elif classes is not None:
            text = f"{shown_name(name)} is not used: there is another class list."
            notices.append(Notice("left_out", text, "warning"))
        else:
            try:
                classes = read_classes(data, name)
            except WorkbenchError as problem:
                notices.append(_left_out(problem))
    found = []
    for name, data in masks:
        try:
            found.append(open_masks(data, name, classes, budget=limits))
        except WorkbenchError as problem:
            notices.append(_left_out(problem))
    return Opened(tuple(found), classes or Classes(), tuple(notices))


def _open(data: bytes, name: str, index: ClassIndex, budget: Budget) -> MaskFile:
    kind = sniff(data)
    if kind is Kind.GZIP:
        inside = unpack(data, name, budget, wbits=GZIP)
        check_file_size(name, len(inside), budget)
        kind, data = sniff(inside), inside
    if kind in (Kind.ZIP, Kind.GZIP):
        raise unknown(name, "an archive", "Give what is in it, or a ZIP without archives in it.")
    if kind is Kind.DICOM:
        return SegMasks(data, name, budget)
    if kind in (Kind.NIFTI, Kind.NIFTI_GZ):
        return VolumeMasks(data, name, kind, index, budget)
    if kind is not None:
        return PlaneMasks(data, name, index, budget)
    if _starts_json(data) and is_coco(found := read_json(data, name)):
        return CocoMasks(found, name, budget)
    what, next_step = describe_other(data)
    raise unknown(
        name,
        what or "not a file of masks in a format that is read here",
        next_step or "Give PNG, TIFF, NIfTI, COCO (JSON) or a DICOM segmentation.",
    )


def _starts_json(data: bytes) -> bool:
    return data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def _is_list(data: bytes, name: str) -> bool:
    """Whether a file can only be a class list: JSON that is not COCO, or a text table."""
    if sniff(data or b"\0") is not None:
        return False
    if _starts_json(data):
        try:
            return not is_coco(read_json(data, name))
        except ImageError:
            return False
    return name.lower().endswith(_LIST_ENDINGS)


def _unpacked(
    files: Iterable[tuple[str, bytes]], budget: Budget, notices: list[Notice]
) -> Iterator[tuple[str, bytes]]:
    """Each file, and each member of an archive by its path in it."""
    for name, data in files:
        if not data or sniff(data) is not Kind.ZIP:
            yield name, data
            continue
        try:
            check_file_size(name, len(data), budget)
            members = read_or_refuse(name, partial(Members, data, name, budget))
        except ImageError as problem:
            notices.append(_left_out(problem))
            continue
        for entry in members.left_out:
            text = f"{shown_name(entry.name)} is left out: {entry.why}."
            notices.append(Notice("left_out", text, "warning"))
        for member in members.names:
            try:
                yield member, read_or_refuse(member, partial(members.read, member))
            except ImageError as problem:
                notices.append(_left_out(problem))


def _left_out(problem: WorkbenchError) -> Notice:
    return Notice("left_out", problem.what, "warning")
