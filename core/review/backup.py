"""Backups: a whole project as one ZIP archive, verified completely before a row is restored.

The archive holds ``manifest.json``, ``rows/<table>.jsonl`` for each table, and ``blobs/<SHA-256>``
for each image and mask. Nothing in it is compressed: images are already, and so an archive cannot
unpack to more than it is. The same project gives the same bytes.
"""

from __future__ import annotations

import json
import re
import zipfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from typing import IO, TYPE_CHECKING

from sqlalchemy import select

from core import about
from core.errors import ImageError, InputError, StoreDamaged
from core.review.blobs import checked, named
from core.review.row_lines import check_references, from_lines, to_lines
from core.review.rows import TABLES, ProjectRows, project_rows
from core.review.schema import newest_revision
from core.review.tables import ProjectRow, ReaderRow
from core.review.verify import Head, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from core.review.store import Store

_FORMAT = "medimageparse-review-backup"
_VERSION = 1
_MANIFEST = "manifest.json"
_BLOB = re.compile(r"blobs/([0-9a-f]{64})")
_ROWS = {table: f"rows/{table.__tablename__}.jsonl" for table in TABLES}
_ENCRYPTED = 0x1
_USE_ANOTHER = "Use another backup, or copy this one again from where it was made."


def export_project(store: Store, project_id: str, file: IO[bytes]) -> Head:
    """Write a project as it is now, and give the head of its audit log.

    Names and sign-ins of the readers and names of files are in the archive.

    Args:
        store: Where the project is.
        project_id: Of the project.
        file: Open for writing; one image or mask at a time is held in memory.

    Raises:
        AccessRefused: There is no such project.
        StoreDamaged: Something is not as it was written, so that it could not be restored.
        StoreUnreachable: The database or a file cannot be read.
    """
    with store.change(project_id) as (session, _):
        rows = project_rows(session, project_id)
    head = verify(rows, store.blobs.get)
    lines = {name: to_lines(rows.of[table]) for table, name in _ROWS.items()}
    manifest = _Manifest(
        project=project_id,
        head=asdict(head),
        rows={name: named(data) for name, data in lines.items()},
        tables=newest_revision(),
    )
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        _add(archive, _MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
        for name, data in lines.items():
            _add(archive, name, data)
        for digest in sorted(rows.blobs()):
            _add(archive, f"blobs/{digest}", store.blobs.get(digest))
    return head


def import_project(store: Store, file: IO[bytes]) -> str:
    """Restore a project from a backup, under the ids it had, and give its id.

    Everything is verified first: each member's hash, the references between rows, and all that
    :func:`core.review.verify.verify` looks at. Readers that the store knows keep their names.

    Args:
        store: Where it is to be.
        file: Open for reading, and seekable.

    Raises:
        InputError: It is no backup, it is damaged or was changed, it is of another version of the
            program, or the project is there already.
        StoreUnreachable: The database or the folder cannot be written.
    """
    with _opened(file) as backup:
        rows = backup.rows()
        with store.read() as session:
            _refuse_known(session, rows)
        for digest in sorted(rows.blobs()):
            store.blobs.put(backup.blob(digest))
    with store.create() as session:
        _refuse_known(session, rows)
        for table in TABLES:
            session.add_all(_new(session, rows) if table is ReaderRow else rows.of[table])
            session.flush()
    return rows.project.id


@dataclass(frozen=True)
class _Manifest:
    """What stands in the manifest.

    Attributes:
        project: Id of the project.
        head: Of its audit log, see :class:`core.review.verify.Head`.
        rows: SHA-256 (hex) of each member with rows, by name.
        tables: Revision of the tables.
        format: That it is a backup.
        version: Of the format.
        program: What wrote it.
    """

    project: object
    head: object
    rows: object
    tables: object
    format: object = _FORMAT
    version: object = _VERSION
    program: object = f"{about.NAME} {about.VERSION}"


class _Backup:
    """An archive whose members are those of a backup.

    Args:
        archive: Open for reading.
        size: Bytes of the whole archive.

    Raises:
        ValueError: It is no backup, or is damaged; the text names the member.
        InputError: It is a backup of another version.
    """

    def __init__(self, archive: zipfile.ZipFile, size: int) -> None:
        self._archive = archive
        infos = archive.infolist()
        for info in infos:
            stored = info.compress_type == zipfile.ZIP_STORED
            if not stored or info.file_size != info.compress_size or info.flag_bits & _ENCRYPTED:
                raise ValueError(info.filename)
        names = [info.filename for info in infos]
        self._blobs = {found[1] for name in names if (found := _BLOB.fullmatch(name))}
        wanted = {_MANIFEST, *_ROWS.values(), *(f"blobs/{digest}" for digest in self._blobs)}
        whole = sum(info.file_size for info in infos) <= size
        if not whole or set(names) != wanted or len(names) != len(wanted):
            raise ValueError(_MANIFEST)
        self._manifest = _manifest(archive)

    def rows(self) -> ProjectRows:
        """The rows, verified, as all files that they name are.

        Raises:
            ValueError: Something is not what was exported; the text names it.
            StoreDamaged: The same.
            ImageError: The same.
        """
        lines = {name: self._archive.read(name) for name in _ROWS.values()}
        if self._manifest.rows != {name: named(data) for name, data in lines.items()}:
            raise ValueError(_MANIFEST)
        rows = ProjectRows({t: from_lines(t, lines[name]) for t, name in _ROWS.items()})
        check_references(rows)
        if rows.blobs() != self._blobs:
            raise ValueError("blobs")
        head = verify(rows, self.blob)
        if (self._manifest.head, self._manifest.project) != (asdict(head), rows.project.id):
            raise ValueError(_MANIFEST)
        return rows

    def blob(self, digest: str) -> bytes:
        """A file by its hash, checked."""
        return checked(digest, self._archive.read(f"blobs/{digest}"))


@contextmanager
def _opened(file: IO[bytes]) -> Iterator[_Backup]:
    """Open an archive; whatever is wrong with it becomes one sentence."""
    try:
        size = file.seek(0, 2)
        with zipfile.ZipFile(file) as archive:
            if _MANIFEST not in archive.namelist():
                raise InputError(
                    "The file is no backup of a review project.",
                    "Choose a file that was saved as a backup of one.",
                )
            yield _Backup(archive, size)
    except zipfile.BadZipFile as error:
        raise InputError(
            "The file is no backup of a review project, or not a whole one.", _USE_ANOTHER
        ) from error
    except (ValueError, EOFError, RuntimeError) as error:
        raise _changed(str(error)) from error
    except (StoreDamaged, ImageError) as error:
        raise _changed(error.what) from error


def _manifest(archive: zipfile.ZipFile) -> _Manifest:
    found = json.loads(archive.read(_MANIFEST))
    if not isinstance(found, dict) or found.get("format") != _FORMAT:
        raise ValueError(_MANIFEST)
    if (found.get("version"), found.get("tables")) != (_VERSION, newest_revision()):
        raise InputError(
            "The backup was made by another version of this program.",
            "Restore it with that version.",
            details=str(found.get("program")),
        )
    if found.keys() != {field.name for field in fields(_Manifest)}:
        raise ValueError(_MANIFEST)
    return _Manifest(**found)


def _changed(details: str) -> InputError:
    return InputError(
        "The backup is damaged or was changed, so nothing was restored.",
        _USE_ANOTHER,
        details=details,
    )


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Add a member that looks the same whenever it is written."""
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o600 << 16
    archive.writestr(info, data)


def _refuse_known(session: Session, rows: ProjectRows) -> None:
    if session.get(ProjectRow, rows.project.id) is not None:
        raise InputError(
            "The project is in this store already.",
            "Restore it into another one: set MIP_DATA_FOLDER to an empty folder.",
        )
    ids = {row.subject: row.id for row in rows.all(ReaderRow)}
    known = select(ReaderRow).where(ReaderRow.id.in_(ids.values()) | ReaderRow.subject.in_(ids))
    for reader in session.scalars(known):
        if ids.get(reader.subject) != reader.id:
            raise InputError(
                f"The reader {reader.name} of the backup is somebody else in this store.",
                "Restore it into another one: set MIP_DATA_FOLDER to an empty folder.",
            )


def _new(session: Session, rows: ProjectRows) -> list[ReaderRow]:
    """The readers that the store does not know."""
    return [row for row in rows.all(ReaderRow) if session.get(ReaderRow, row.id) is None]
