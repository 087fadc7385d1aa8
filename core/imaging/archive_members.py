"""What is in a ZIP archive: each member taken in memory, or left out with a reason."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from core.errors import TooLarge
from core.imaging.budget import MEBI
from core.imaging.refusals import damaged, shown_name

if TYPE_CHECKING:
    from core.imaging.budget import Budget

# Files that computers add on their own; leaving them out is not worth a word.
_CLUTTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_ENCRYPTED = 0x1
_DRIVE = re.compile(r"^[A-Za-z]:")
# How many members an archive may list for every frame of the budget.
_MEMBERS_PER_FRAME = 5
_START = 4096
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class LeftOut:
    """A member that is not used.

    Attributes:
        name: Its name in the archive.
        why: A few words.
        too_large: True when the limits are the reason.
    """

    name: str
    why: str
    too_large: bool = False


class Members:
    """The members of an archive that may be read; nothing is ever written to disk.

    Args:
        data: The whole archive.
        name: Its file name, for sentences.
        budget: The limits.

    Raises:
        DamagedFile: It is no ZIP archive that can be listed.
        TooLarge: It lists too many members, or they unpack to too many bytes.
    """

    def __init__(self, data: bytes, name: str, budget: Budget) -> None:
        self._name, self._budget = name, budget
        self._check_count(_entries(data))
        self._archive = _open(data, name)
        infos = [info for info in self._archive.infolist() if not info.is_dir()]
        infos = [info for info in infos if not _CLUTTER.search(info.filename)]
        self._check_size(infos)
        self.left_out: list[LeftOut] = []
        self._infos: dict[str, zipfile.ZipInfo] = {}
        for info in sorted(infos, key=lambda entry: _natural(entry.filename)):
            found = self._obstacle(info)
            if found is None:
                self._infos[info.filename] = info
            else:
                self.left_out.append(found)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the members to read, in natural order (2 before 10)."""
        return tuple(self._infos)

    def read(self, member: str) -> bytes:
        """Unpack one member.

        Raises:
            Exception: Of any class, where the member is damaged.
        """
        info = self._infos[member]
        with self._archive.open(info) as stream:
            content = stream.read(info.file_size)
            if len(content) != info.file_size or stream.read(1):
                raise zipfile.BadZipFile
        return content

    def start_of(self, member: str) -> bytes:
        """The first bytes of a member, enough to tell what it is."""
        with self._archive.open(self._infos[member]) as stream:
            return stream.read(_START)

    def _check_count(self, count: int) -> None:
        most = self._budget.max_frames * _MEMBERS_PER_FRAME
        if count > most:
            raise TooLarge(
                f"{shown_name(self._name)} holds {count} files; the limit is {most}.",
                "Pack fewer files, such as one series at a time.",
            )

    def _check_size(self, infos: list[zipfile.ZipInfo]) -> None:
        size = sum(info.file_size for info in infos)
        if size > self._budget.max_unpacked_bytes:
            raise TooLarge(
                f"{shown_name(self._name)} unpacks to {size / MEBI:.0f} MB; the limit is "
                f"{self._budget.max_unpacked_bytes / MEBI:.0f} MB.",
                "Pack fewer or smaller files, or have the limit raised (MIP_MAX_FILE_MB).",
            )

    def _obstacle(self, info: zipfile.ZipInfo) -> LeftOut | None:
        name = info.filename
        if _leads_outside(name):
            return LeftOut(name, "its path leads outside the archive")
        if info.flag_bits & _ENCRYPTED:
            return LeftOut(name, "encrypted")
        if info.file_size > self._budget.max_file_bytes:
            return LeftOut(name, f"unpacks to {info.file_size / MEBI:.0f} MB", too_large=True)
        if name in self._infos:
            return LeftOut(name, "listed twice")
        return None


def _open(data: bytes, name: str) -> zipfile.ZipFile:
    """The archive, open for reading from memory; several threads may read it."""
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        pass
    raise damaged(name, "its list of files is cut off or damaged")


def _entries(data: bytes) -> int:
    """How many members there are, before they are listed: from the end record (APPNOTE 4.3.16).

    Where 16 bits are too few, the headers of the central directory are counted.
    """
    end = data.rfind(b"PK\x05\x06")
    count = int.from_bytes(data[end + 10 : end + 12], "little") if end >= 0 else 0
    return count if count < 0xFFFF else data.count(b"PK\x01\x02")


def _leads_outside(name: str) -> bool:
    path = name.replace("\\", "/")
    absolute = path.startswith("/") or bool(_DRIVE.match(path))
    return absolute or ".." in PurePosixPath(path).parts


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort key in which numbers count as numbers."""
    parts = _DIGITS.split(name.lower())
    return [(int(part[:18]) if n % 2 else 0, part) for n, part in enumerate(parts)]
