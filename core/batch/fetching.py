"""From the container to ``predictions.csv``, going on where an earlier run broke off."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from core.batch.state import Step
from core.errors import ExportError, InvalidReply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from core.batch.cloud_job import CloudJob
    from core.batch.container import Container, Held
    from core.batch.state import Batch, JobFolder

FILE_NAME = "predictions.csv"
"""As Microsoft's notebook for MedImageParse configures the deployment."""


def is_same(held: Held | None, file: Path) -> bool:
    """Whether a blob is there and is what the file is, by size and MD5.

    Raises:
        ExportError: The file is gone.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ExportError(
            f"{file} could not be read: {error.strerror or 'unknown reason'}.",
            "Choose another folder with --out, so that it is prepared anew.",
        ) from None
    if held is None:
        return False
    md5 = base64.b64encode(hashlib.md5(data).digest()).decode()  # noqa: S324 - Azure's checksum
    return held.size == len(data) and held.md5 == md5


def fetch_predictions(
    job: JobFolder,
    batch: Batch,
    container: Container,
    read: Callable[[Batch], CloudJob],
    on_progress: Callable[[str, int, int], None],
) -> Batch:
    """Fetch what the job wrote.

    Args:
        job: Where it goes.
        batch: Whose job has ended well.
        container: Where it lies.
        read: Asks for the job, should the predictions lie elsewhere than they were ordered to.
        on_progress: Gets a word, the bytes that are there, and all of them.

    Returns:
        The batch after this step.

    Raises:
        InvalidReply: There are no predictions.
        BackendError: The storage account could not be asked.
        ExportError: They could not be written.
    """
    part = job.path / f"{FILE_NAME}.part"
    name, found = _predictions(batch, container, read)
    if (batch.blob, batch.etag) != (name, found.etag):
        part.unlink(missing_ok=True)
        batch = replace(batch, blob=name, etag=found.etag)
        job.save(batch)
    if not part.exists() or part.stat().st_size < found.size:
        container.fetch(
            name, found.etag, part, lambda there: on_progress("bytes fetched", there, found.size)
        )
    if part.stat().st_size != found.size:
        part.unlink()
        raise InvalidReply(
            "The predictions did not arrive whole.", "Run the same command again to fetch them."
        )
    try:
        part.replace(job.predictions)
    except OSError as error:
        raise ExportError(
            f"{job.predictions} could not be written: {error.strerror or 'unknown reason'}.",
            "Close the programs that have it open, then run the same command again.",
        ) from None
    return replace(batch, step=Step.FETCHED)


def _predictions(
    batch: Batch, container: Container, read: Callable[[Batch], CloudJob]
) -> tuple[str, Held]:
    """Name and properties of the blob with the predictions."""
    found = _chosen(batch.outputs, container.held(batch.outputs))
    if found is None and (elsewhere := _path_of(batch, read(batch).output)):
        found = _chosen(elsewhere, container.held(elsewhere))
    if found is None:
        raise InvalidReply(
            f"The job {batch.job_name} ended well, but left no {FILE_NAME} under {batch.outputs}.",
            "Check on its page in Azure Machine Learning studio where its output named score is: "
            "the deployment has to append rows to that file.",
        )
    return found


def _chosen(folder: str, held: Mapping[str, Held]) -> tuple[str, Held] | None:
    """The file of the usual name, else the only CSV file, in a folder or as that path itself."""
    inside = {
        name: blob for name, blob in held.items() if name == folder or name.startswith(f"{folder}/")
    }
    usual = [name for name in inside if name.endswith(f"/{FILE_NAME}")]
    tables = [name for name in inside if name == folder or name.endswith(".csv")]
    for candidates in (usual, tables):
        if len(candidates) == 1:
            return candidates[0], inside[candidates[0]]
    return None


def _path_of(batch: Batch, uri: str) -> str:
    """The path in our own datastore that a URI names, or nothing."""
    _, found, rest = uri.partition("/datastores/")
    name, _, path = rest.partition("/paths/")
    ours = batch.store is not None and name == batch.store.datastore
    return path.strip("/") if found and ours else ""
