"""What was found when a file of weights was checked, kept beside it, so that a change shows."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from core.errors import ExportError

if TYPE_CHECKING:
    from pathlib import Path

Source = Literal["hub", "given", "nothing"]
"""From where the hash came that the file's was compared with."""

_SOURCES: tuple[Source, ...] = ("hub", "given", "nothing")


@dataclass(frozen=True)
class Record:
    """What a check has found.

    Attributes:
        size: Of the file, in bytes.
        modified_ns: When the file was last written, in nanoseconds since 1970.
        sha256: Of the file, in hexadecimal.
        checked_at: When the check was made, with its time zone.
        source: From where the hash came that it was compared with.
        revision: The hub's revision that has this hash, or empty.
        parameters: Parameters of the network in the file, all there and all finite; 0 when
            nobody could look, since PyTorch is not installed.
        values: Numbers in them.
    """

    size: int
    modified_ns: int
    sha256: str
    checked_at: datetime
    source: Source = "nothing"
    revision: str = ""
    parameters: int = 0
    values: int = 0

    def is_of(self, file: Path) -> bool:
        """Whether a file still has the size and time of the check; its content is not read."""
        found = file.stat()
        return (found.st_size, found.st_mtime_ns) == (self.size, self.modified_ns)


def record_of(file: Path) -> Record | None:
    """What the last check of a file has found; None when there was none, or it cannot be read."""
    try:
        found = json.loads(_beside(file).read_text(encoding="utf-8"))
        record = Record(**found | {"checked_at": datetime.fromisoformat(found["checked_at"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return record if record.source in _SOURCES else None


def keep(record: Record, file: Path) -> None:
    """Write down what a check has found.

    Raises:
        ExportError: The folder cannot be written to.
    """
    values = asdict(record) | {"checked_at": record.checked_at.isoformat()}
    try:
        _beside(file).write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    except OSError as problem:
        raise ExportError(
            "What the check of the weights has found could not be written beside them: "
            f"{problem.strerror or 'unknown reason'}.",
            "Make their folder writable, or name a file in another one with MIP_LOCAL_WEIGHTS.",
        ) from None


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.json")
