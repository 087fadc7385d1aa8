"""What is known about one batch, as it is kept in ``job.json`` from one run to the next."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

import orjson

from core.errors import InputError
from core.export.results import ExportFile, write_files

if TYPE_CHECKING:
    from pathlib import Path

JOB_FILE = "job.json"
_VERSION = 1


class Step(StrEnum):
    """How far a batch is; each names what is done."""

    PREPARED = "prepared"
    UPLOADED = "uploaded"
    ASKED = "asked"  # the job may have been started, but its name has not come back
    STARTED = "started"
    FINISHED = "finished"
    FETCHED = "fetched"
    DECODED = "decoded"


@dataclass(frozen=True)
class Item:
    """One image that was prepared.

    Attributes:
        number: From 1, in the order of the folder or the queue.
        name: Path below the folder, with ``/``; it never leaves this machine.
        phrases: What to look for.
        sha256: SHA-256 (hex) of the file.
        picture_sha256: SHA-256 (hex) of the picture that is sent, uint8 (1024, 1024, 3).
        file: Name of the input file that holds it.
        row: Position in that file, from 0.
        warnings: What the user should look at before it is sent.
    """

    number: int
    name: str
    phrases: tuple[str, ...]
    sha256: str
    picture_sha256: str
    file: str
    row: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """One image that could not be prepared, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Store:
    """The container that pictures and predictions pass through.

    Attributes:
        datastore: Name of the datastore in the workspace.
        account: Name of the storage account.
        url: Address of the account.
        container: Name of the container.
        identity_only: True when the workspace keeps no key for it.
    """

    datastore: str
    account: str
    url: str
    container: str
    identity_only: bool = False


@dataclass(frozen=True)
class Batch:
    """One batch. No secret is in it.

    Attributes:
        endpoint: Resource id of the batch endpoint.
        request: SHA-256 (hex) of what was asked for: folder, phrases, rows a file.
        token: A random word under which everything of this batch lies in the container.
        items: What was prepared.
        left_out: What could not be.
        step: How far it is.
        attempt: Counts the jobs that were started on purpose, from 1.
        store: Where it was uploaded, or None.
        request_id: Sent with the start; the same when a start is repeated.
        job_name: Name of the job, or empty.
        past_jobs: Names of the jobs of earlier attempts.
        studio_url: Page of the job in Azure ML studio, or empty.
        failure: What the job said when it failed, or empty.
        blob: Name of the predictions in the container, or empty.
        etag: Version of the predictions that are being fetched, or empty.
    """

    endpoint: str
    request: str
    token: str
    items: tuple[Item, ...]
    left_out: tuple[LeftOut, ...] = ()
    step: Step = Step.PREPARED
    attempt: int = 1
    store: Store | None = None
    request_id: str = ""
    job_name: str = ""
    past_jobs: tuple[str, ...] = ()
    studio_url: str = ""
    failure: str = ""
    blob: str = ""
    etag: str = ""

    @property
    def prefix(self) -> str:
        """Where everything of this batch lies in the container."""
        return f"mip-batch/{self.token}"

    @property
    def inputs(self) -> str:
        """Where its input files lie."""
        return f"{self.prefix}/inputs"

    @property
    def outputs(self) -> str:
        """Where the job writes its predictions."""
        return f"{self.prefix}/outputs-{self.attempt}"

    @property
    def wanted_job_name(self) -> str:
        """The name that the job is asked to have."""
        return f"mip-{self.token}-{self.attempt}"

    @property
    def rows_of(self) -> dict[str, int]:
        """Number of rows of each input file."""
        rows: dict[str, int] = {}
        for item in self.items:
            rows[item.file] = rows.get(item.file, 0) + 1
        return rows

    def anew(self) -> Self:
        """The same batch before its next job."""
        return replace(
            self,
            step=Step.UPLOADED,
            attempt=self.attempt + 1,
            request_id="",
            job_name="",
            past_jobs=(*self.past_jobs, self.job_name),
            studio_url="",
            failure="",
            blob="",
            etag="",
        )


@dataclass(frozen=True)
class JobFolder:
    """The folder of one batch.

    Attributes:
        path: Given with ``--out``.
    """

    path: Path

    @property
    def inputs(self) -> Path:
        """Where the input files lie until they are no longer needed."""
        return self.path / "inputs"

    @property
    def predictions(self) -> Path:
        """What the job wrote, as it was fetched."""
        return self.path / "predictions.csv"

    def load(self) -> Batch | None:
        """What is known, or None when nothing was prepared here yet.

        Raises:
            InputError: The file cannot be read, or another version of this program wrote it.
        """
        file = self.path / JOB_FILE
        try:
            content = orjson.loads(file.read_bytes())
            return _read(content)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise InputError(
                f"{file} cannot be read, or it belongs to another version of this program.",
                "Choose another folder with --out.",
            ) from None

    def save(self, batch: Batch) -> None:
        """Write it down, whole or not at all.

        Raises:
            ExportError: The folder cannot be written to.
        """
        content = {"version": _VERSION, **asdict(batch)}
        text = orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        write_files([ExportFile(JOB_FILE, text)], self.path)


def _read(content: dict[str, Any]) -> Batch:
    if content.pop("version") != _VERSION:
        raise ValueError("another version")
    items = [_read_item(item) for item in content.pop("items")]
    left_out = [LeftOut(**entry) for entry in content.pop("left_out")]
    store = content.pop("store")
    return Batch(
        **{
            **content,
            "items": tuple(items),
            "left_out": tuple(left_out),
            "past_jobs": tuple(content["past_jobs"]),
            "step": Step(content["step"]),
            "store": Store(**store) if store else None,
        }
    )


def _read_item(content: dict[str, Any]) -> Item:
    texts = {name: tuple(content[name]) for name in ("phrases", "warnings")}
    return Item(**{**content, **texts})
