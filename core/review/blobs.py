"""Images and masks by the hash of their content: written once, checked when read."""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from core.errors import SettingsError, StoreDamaged, StoreUnreachable
from core.review.whole_file import flush_folder, whole_file

if TYPE_CHECKING:
    from collections.abc import Iterator

_HASH = re.compile(r"[0-9a-f]{64}")


class Blobs(Protocol):
    """A folder of files that are named by their SHA-256."""

    def put(self, data: bytes) -> str:
        """Keep bytes for good and give their SHA-256 (hex); they are safe when this returns.

        Raises:
            StoreUnreachable: They cannot be written.
        """
        ...

    def get(self, digest: str) -> bytes:
        """Give bytes back.

        Raises:
            StoreDamaged: They are missing, or are not what was put.
            StoreUnreachable: They cannot be read.
        """
        ...


def open_blobs(place: str) -> Blobs:
    """Open a folder, or a URL of shared storage that fsspec knows, such as ``s3://bucket/folder``.

    Args:
        place: A path, a ``file://`` URL, or a URL whose backend for fsspec is installed. How to
            sign in there is set as that backend wants it.

    Raises:
        SettingsError: fsspec does not know such URLs, or what it needs for them is not installed.
        StoreUnreachable: The storage does not answer.
    """
    if "://" not in place:
        return LocalBlobs(Path(place).expanduser())
    # Only shared storage needs it.
    from fsspec.core import url_to_fs  # noqa: PLC0415
    from fsspec.implementations.local import LocalFileSystem  # noqa: PLC0415

    try:
        storage, folder = url_to_fs(place)
    except (ImportError, ValueError) as error:
        raise SettingsError(
            f"Storage at {place.partition('://')[0][:20]}:// cannot be used.",
            "Set MIP_REVIEW_BLOBS to a folder, or install the package that fsspec names for it.",
            details=str(error),
        ) from error
    except Exception as error:
        raise _unreachable(error) from error
    if isinstance(storage, LocalFileSystem):
        return LocalBlobs(Path(folder))
    return SharedBlobs(storage, folder)


def named(data: bytes) -> str:
    """The name of bytes: their SHA-256 (hex)."""
    return hashlib.sha256(data).hexdigest()


def checked(digest: str, data: bytes) -> bytes:
    """The bytes, if they have this hash.

    Raises:
        StoreDamaged: They have another.
    """
    if named(data) != digest:
        raise StoreDamaged(
            f"A stored file is not what was stored: {digest[:12]}.",
            "Restore the project from its last backup.",
        )
    return data


class LocalBlobs:
    """Blobs in a folder of this machine.

    Args:
        folder: Made when it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Write beside the place, flush to the disk, and move into place."""
        digest = named(data)
        place = self._folder / _under(digest)
        with _told():
            if not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                with whole_file(place) as file:
                    file.write(data)
            # Also where another process has just moved it there: its name may not be safe yet.
            flush_folder(place.parent)
            flush_folder(self._folder)
        return digest

    def get(self, digest: str) -> bytes:
        """Read and check."""
        place = self._folder / _under(digest)
        with _told(digest):
            data = place.read_bytes()
        return checked(digest, data)


class SharedBlobs:
    """Blobs in shared storage.

    Object stores show a file when it is whole. Where a file grows as it is written, one that a
    killed server has left half-way has another size and is written again.

    Args:
        storage: A file system of fsspec.
        folder: Path in it.
    """

    def __init__(self, storage: Any, folder: str) -> None:  # noqa: ANN401 - fsspec has no types
        self._storage, self._folder = storage, folder.rstrip("/")

    def put(self, data: bytes) -> str:
        """Write, unless it is there."""
        digest = named(data)
        place = f"{self._folder}/{_under(digest)}"
        with _told():
            if not self._is_whole(place, len(data)):
                self._storage.makedirs(place.rpartition("/")[0], exist_ok=True)
                self._storage.pipe_file(place, data)
        return digest

    def get(self, digest: str) -> bytes:
        """Read and check."""
        place = f"{self._folder}/{_under(digest)}"
        with _told(digest):
            data = self._storage.cat_file(place)
        return checked(digest, data)

    def _is_whole(self, place: str, size: int) -> bool:
        try:
            return bool(self._storage.info(place)["size"] == size)
        except FileNotFoundError:
            return False


def _under(digest: str) -> str:
    """Where a blob lies in its folder.

    Raises:
        ValueError: It is no SHA-256.
    """
    if not _HASH.fullmatch(digest):
        message = f"{digest!r} is no SHA-256"
        raise ValueError(message)
    return f"{digest[:2]}/{digest}"


@contextmanager
def _told(digest: str = "") -> Iterator[None]:
    """Turn what a disk or a service says into a sentence; its own words may hold addresses."""
    try:
        yield
    except Exception as error:
        if digest and isinstance(error, FileNotFoundError):
            raise StoreDamaged(
                f"A stored file is missing: {digest[:12]}.",
                "Restore the project from its last backup.",
            ) from error
        raise _unreachable(error) from error


def _unreachable(error: Exception) -> StoreUnreachable:
    return StoreUnreachable(
        "The images and masks of the review cannot be reached.",
        "See that MIP_REVIEW_BLOBS names a place that can be read and written and has room.",
        details=(isinstance(error, OSError) and error.strerror) or type(error).__name__,
    )
