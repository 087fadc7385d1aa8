"""Where the operator keeps reviews."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.data_folder import data_folder
from core.errors import StoreUnreachable
from core.review.blobs import open_blobs
from core.review.store import open_store
from core.settings.names import DATA_FOLDER, REVIEW_BLOBS, REVIEW_DATABASE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.review.store import Store


def open_review(environment: Mapping[str, str]) -> Store:
    """Open the store that the operator has set; on one machine that is a folder of the user.

    Args:
        environment: Environment variables; one that is missing or blank leaves the default.

    Raises:
        SettingsError: A setting makes no sense, or what it needs is not installed.
        StoreUnreachable: The database or the folder does not answer.
    """
    folder = environment.get(DATA_FOLDER.name, "").strip()
    data = data_folder(Path(folder).expanduser() if folder else None)
    url = environment.get(REVIEW_DATABASE.name, "").strip()
    blobs = environment.get(REVIEW_BLOBS.name, "").strip()
    if not (url and blobs):
        _make(data)
    return open_store(
        url or f"sqlite:///{data / 'review.db'}", open_blobs(blobs or str(data / "blobs"))
    )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnreachable(
            f"The folder for reviews cannot be made: {error.strerror}.",
            "Set MIP_DATA_FOLDER to a folder that can be written.",
        ) from error
