"""Files in folders, written as they come: into a folder or a ZIP."""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from core.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.export.results import ExportFile

# The earliest time that ZIP knows, instead of now: the same files always give the same bytes.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_PACKED = (".png", ".pdf", ".gz")


def zip_into(files: Iterable[ExportFile], target: IO[bytes]) -> int:
    """Write files into one ZIP, one in memory at a time, and give their number.

    The same files always give the same bytes.
    """
    count = 0
    with zipfile.ZipFile(target, "w") as archive:
        for count, file in enumerate(files, start=1):  # noqa: B007 - the number is the result
            way = zipfile.ZIP_STORED if file.name.endswith(_PACKED) else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(file.name, _NO_TIME), file.content, way)
    return count


def zip_files(files: Iterable[ExportFile]) -> bytes:
    """Put files into one ZIP in memory, as :func:`zip_into` does."""
    buffer = io.BytesIO()
    zip_into(files, buffer)
    return buffer.getvalue()


def write_tree(files: Iterable[ExportFile], folder: Path) -> int:
    """Write files into a new folder, one in memory at a time, and give their number.

    The folder gets its name when all of them are written; what was written until then goes when
    something stands in the way.

    Raises:
        ExportError: The folder is there already, or cannot be made or written to.
    """
    if folder.exists():
        raise ExportError(f"{folder} is there already.", "Choose another name with --out.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.", suffix=".part"))
        try:
            count = _write(files, part)
            part.replace(folder)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
    except OSError as error:
        raise ExportError(
            f"The results could not be written: {error.strerror or 'the disk refused'}.",
            "Choose another folder with --out, or free some space.",
        ) from None
    return count


def _write(files: Iterable[ExportFile], folder: Path) -> int:
    count = 0
    for count, file in enumerate(files, start=1):  # noqa: B007 - the number is the result
        place = folder / file.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.content)
    return count
