"""ZIP archives: one series becomes a volume, several things become parts."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from core.errors import ImageError, NoPixels, TooLarge, UnknownFormat
from core.imaging.archive_members import LeftOut, Members
from core.imaging.dicom_image import DicomImage
from core.imaging.dicom_series import group_series, open_series, series_member
from core.imaging.model import Axis, Choices, Notice, Upload
from core.imaging.refusals import (
    check_frame_count,
    read_or_refuse,
    shown_name,
)
from core.imaging.sniff import Kind, sniff

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.imaging.budget import Budget
    from core.imaging.dicom_series import SeriesMember
    from core.imaging.model import Frame, Selection

    Opener = Callable[[bytes, str], Upload]

# Names that a sentence lists before it only counts.
_LISTED = 12


def open_archive(data: bytes, name: str, budget: Budget, open_one: Opener) -> ArchiveUpload:
    """Open the images in a ZIP archive.

    Members that are no images, lead outside the archive, are encrypted or too large are left
    out with a notice that names them. Nothing is written to disk.

    Args:
        data: The whole archive.
        name: Its file name.
        budget: The limits, for the archive and for each member.
        open_one: Opens a single file; never called for an archive.

    Raises:
        ImageError: There is no image in it, or it is over the budget.
    """
    return _Reader(data, name, budget, open_one).read()


class _Reader:
    """Goes through an archive once and sorts its members."""

    def __init__(self, data: bytes, name: str, budget: Budget, open_one: Opener) -> None:
        self._name, self._budget, self._open_one = name, budget, open_one
        self._members = Members(data, name, budget)
        self._left_out = list(self._members.left_out)
        self._slices: list[SeriesMember] = []
        self._parts: list[tuple[str, Upload]] = []
        self._instances: set[str] = set()

    def read(self) -> ArchiveUpload:
        for member in self._members.names:
            try:
                self._take(member)
            except ImageError as refused:
                self._leave_out(member, refused)
            check_frame_count(self._name, len(self._slices) + len(self._parts), self._budget)
        for group in group_series(self._slices):
            label = group[0].name if len(group) == 1 else f"series from {group[0].name}"
            try:
                upload = read_or_refuse(label, partial(open_series, label, group, self._budget))
            except ImageError as refused:
                self._leave_out(label, refused)
            else:
                self._parts.append((group[0].name, upload))
        if not self._parts:
            raise self._nothing()
        order = {member: n for n, member in enumerate(self._members.names)}
        self._parts.sort(key=lambda part: order[part[0]])
        parts = [part for _, part in self._parts]
        return ArchiveUpload(self._name, parts, self._notices(), self._budget)

    def _take(self, member: str) -> None:
        kind = sniff(read_or_refuse(member, partial(self._members.start_of, member)))
        if kind in (None, Kind.ZIP):
            why = "an archive inside the archive" if kind else "not an image"
            self._left_out.append(LeftOut(member, why))
            return
        content = read_or_refuse(member, partial(self._members.read, member))
        if kind is Kind.DICOM:
            self._take_dicom(member, content)
        else:
            self._parts.append((member, self._open_one(content, member)))

    def _take_dicom(self, member: str, content: bytes) -> None:
        """Remember a slice; an object with several frames is a part of its own."""
        image = read_or_refuse(member, partial(DicomImage, content, member, self._budget))
        if image.instance and image.instance in self._instances:
            self._left_out.append(LeftOut(member, "a copy of another file"))
            return
        self._instances.add(image.instance)
        if image.frames > 1:
            self._parts.append((member, self._open_one(content, member)))
            return

        def load() -> DicomImage:
            return DicomImage(self._members.read(member), member, self._budget)

        self._slices.append(series_member(member, image, load))

    def _leave_out(self, member: str, refused: ImageError) -> None:
        short = {UnknownFormat: "not an image", NoPixels: "no image in it"}
        why = next((words for kind, words in short.items() if isinstance(refused, kind)), "")
        too_large = isinstance(refused, TooLarge)
        why = why or ("over the limits" if too_large else "damaged, empty or too small")
        self._left_out.append(LeftOut(member, why, too_large))

    def _notices(self) -> tuple[Notice, ...]:
        if not self._left_out:
            return ()
        total = len(self._left_out)
        text = f"{total} of the files in the archive {'is' if total == 1 else 'are'} left out: "
        return (Notice("left_out", f"{text}{self._list()}.", "warning"),)

    def _list(self) -> str:
        listed = [f"{shown_name(entry.name)} ({entry.why})" for entry in self._left_out[:_LISTED]]
        more = len(self._left_out) - len(listed)
        return ", ".join(listed) + (f" and {more} more" if more else "")

    def _nothing(self) -> ImageError:
        found = f": {self._list()}" if self._left_out else ""
        what = f"{shown_name(self._name)} holds no image that can be read{found}."
        if any(entry.too_large for entry in self._left_out):
            return TooLarge(what, "Pack smaller files, or have the limits raised.")
        return UnknownFormat(
            what, "Pack images or the DICOM files of a series, without a password."
        )


class ArchiveUpload(Upload):
    """What an archive holds, as one upload; its frames run over all parts.

    Args:
        name: File name of the archive.
        parts: At least one upload.
        notices: About the archive as a whole. They name members, so that no frame carries them.
        budget: The limits.
    """

    def __init__(
        self, name: str, parts: list[Upload], notices: tuple[Notice, ...], budget: Budget
    ) -> None:
        self.name, self.media_type = name, Kind.ZIP.value
        self._parts = tuple(parts)
        only = parts[0] if len(parts) == 1 else None
        self.notices = (*notices, *(only.notices if only else ()))
        self.grid = only.grid if only else None
        self.body_part = only.body_part if only else ""
        self.parts = () if only else self._parts
        if only:
            self.choices = only.choices
            return
        self._places = [(part, n) for part in parts for n in range(part.frame_count)]
        check_frame_count(name, len(self._places), budget)
        self.choices = Choices(
            axes=(Axis("stack", len(self._places)),),
            frame_names=tuple(_label(part, n) for part, n in self._places),
        )

    def _frame(self, wanted: Selection) -> Frame:
        if self.parts:
            part, at = self._places[wanted.index]
            axis = None
        else:
            part, at, axis = self._parts[0], wanted.index, wanted.axis
        found = part.frame(at, wanted.window, wanted.channel, axis=axis, volume=wanted.volume)
        return replace(found, axis=wanted.axis, index=wanted.index)


def _label(part: Upload, index: int) -> str:
    return part.name if part.frame_count == 1 else f"{part.name}, {index + 1}"
