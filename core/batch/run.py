"""A batch from where it is to its end, one step after another, each written down when it is done.

The command may end at any point; the next run takes ``job.json`` and goes on. Nothing is started
twice: before an order goes out that is noted, and an order without an answer is looked for.
"""

from __future__ import annotations

import shutil
import uuid
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from core.backends.base import RunControl
from core.backends.retry import Clock, pause
from core.batch.fetching import fetch_predictions, is_same
from core.batch.results import decode, write_summary
from core.batch.state import Batch, JobFolder, Step
from core.errors import (
    ArmRefused,
    BackendError,
    ConnectionFailed,
    EndpointNotFound,
    EndpointTimeout,
    InputError,
    InvalidReply,
    ModelFailed,
    ServiceFault,
    SignInRefused,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.batch.cloud import Cloud
    from core.batch.cloud_job import CloudJob
    from core.batch.results import Missing

_UPLOADS_AT_ONCE = 4
_LOOKS, _LOOK_PAUSE_S = 3, 5.0
_FIRST_PAUSE_S, _GROWTH, _LONGEST_PAUSE_S = 2.0, 1.5, 30.0
_MOST_LOST_POLLS = 20

# After these it is not known whether a job was started.
_UNCLEAR = (ServiceFault, ConnectionFailed, EndpointTimeout, InvalidReply)
_LOST = (ServiceFault, ConnectionFailed, EndpointTimeout)


@dataclass(frozen=True)
class Talk:
    """How a run speaks to whoever started it.

    Attributes:
        say: Gets one sentence.
        progress: Gets what is done, how much of it, and of how much.
        agree: Shown what would leave this machine; False leaves it here.
    """

    say: Callable[[str], None]
    progress: Callable[[str, int, int], None]
    agree: Callable[[Sending], bool]


@dataclass(frozen=True)
class Sending:
    """What would leave this machine.

    Attributes:
        address: Of the storage account.
        container: In it.
        pictures: How many.
        size: All files together, in bytes.
        texts: The different texts of phrases.
        warnings: Names of images, and what to look at before they are sent.
    """

    address: str
    container: str
    pictures: int
    size: int
    texts: tuple[tuple[str, ...], ...]
    warnings: tuple[tuple[str, str], ...] = ()


@dataclass
class Run:
    """One run of the command over one batch.

    Attributes:
        job: The folder of the batch.
        images: Where the images are.
        cloud: Azure.
        talk: To whoever started it.
        threshold: Level 0..255 from which a pixel is foreground.
        keep: Leave in the cloud what was uploaded and predicted.
        control: Stops the waiting.
        clock: Where the time of pauses comes from.
    """

    job: JobFolder
    images: Path
    cloud: Cloud
    talk: Talk
    threshold: int = 128
    keep: bool = False
    control: RunControl = field(default_factory=RunControl)
    clock: Clock = field(default_factory=Clock)

    def finish(self, batch: Batch) -> list[Missing]:
        """Do every step that is left.

        Returns:
            The images that got no masks, and why.

        Raises:
            InputError: What would be sent was not agreed to.
            WorkbenchError: A step failed; run it again to go on from there.
        """
        steps = {
            Step.PREPARED: self._upload,
            Step.UPLOADED: self._order,
            Step.ASKED: self._look,
            Step.STARTED: self._follow,
            Step.FINISHED: self._fetch,
        }
        while batch.step in steps:
            batch = steps[batch.step](batch)
            self.job.save(batch)
        return self._decode(batch)

    def cancel(self, batch: Batch) -> Batch:
        """Stop the cloud job, delete what was uploaded, and be where nothing was sent yet.

        Raises:
            BackendError: Azure could not be asked, or refuses.
        """
        if batch.step is Step.ASKED:
            found = self._search(batch)
            batch = replace(batch, job_name=found.name) if found else batch
        if batch.job_name and batch.step in {Step.ASKED, Step.STARTED} and not batch.failure:
            self.cloud.cancel(batch.job_name)
        if batch.store is not None:
            self.cloud.container(batch).delete(f"{batch.prefix}/")
        batch = replace(batch.anew(), step=Step.PREPARED, store=None)
        self.job.save(batch)
        return batch

    def _upload(self, batch: Batch) -> Batch:
        files = {name: self.job.inputs / name for name in batch.rows_of}
        if batch.store is None:
            batch = replace(batch, store=self.cloud.store())
            if not self.talk.agree(_sending(batch, [*files.values()])):
                raise InputError(
                    "Nothing was sent.",
                    "Run the same command again and answer y, or give --yes to send without "
                    "asking.",
                )
            self.job.save(batch)
        container = self.cloud.container(batch)
        held = container.held(f"{batch.inputs}/")
        names = {f"{batch.inputs}/{name}": path for name, path in files.items()}
        left = {name: path for name, path in names.items() if not is_same(held.get(name), path)}
        done = len(names) - len(left)
        with ThreadPoolExecutor(_UPLOADS_AT_ONCE) as pool:
            futures = [pool.submit(container.send, name, path) for name, path in left.items()]
            try:
                for future in as_completed(futures):
                    future.result()
                    self.control.checkpoint()
                    done += 1
                    self.talk.progress("uploaded", done, len(names))
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
        return replace(batch, step=Step.UPLOADED)

    def _order(self, batch: Batch) -> Batch:
        """Note that the order goes out, then send it."""
        batch = replace(batch, step=Step.ASKED, request_id=str(uuid.uuid4()))
        self.job.save(batch)
        return self._start(batch)

    def _look(self, batch: Batch) -> Batch:
        """An earlier run sent the order and ended before the answer: look before sending it."""
        self.talk.say("Looking for the job that was started before.")
        found = self._search(batch)
        return _adopted(batch, found) if found else self._start(batch)

    def _start(self, batch: Batch) -> Batch:
        try:
            name = self.cloud.start(batch)
        except (SignInRefused, EndpointNotFound, ArmRefused) as refused:
            if "HTTP 409" not in refused.details:
                self.job.save(replace(batch, step=Step.UPLOADED))
                raise
            unclear: BackendError = refused
        except _UNCLEAR as problem:
            unclear = problem
        else:
            self.talk.say(f"Started the job {name}.")
            return replace(batch, step=Step.STARTED, job_name=name)
        found = self._search(batch)
        if found is None:
            raise unclear
        return _adopted(batch, found)

    def _search(self, batch: Batch) -> CloudJob | None:
        """Look a few times: a new job may take a moment to be listed."""
        for look in range(_LOOKS):
            if look:
                pause(_LOOK_PAUSE_S, "Looking for the job.", self.control, self.clock)
            found = self.cloud.find(batch)
            if found is not None:
                return found
        return None

    def _follow(self, batch: Batch) -> Batch:
        """Wait for the end of the job, patient with a network that comes and goes."""
        if batch.failure:
            raise _failed(batch)
        said, pause_s, lost = "", _FIRST_PAUSE_S, 0
        while True:
            try:
                found = self.cloud.read(batch)
            except _LOST as problem:
                lost += 1
                if lost > _MOST_LOST_POLLS:
                    raise
                status = f"not to be asked for just now: {problem.what}"
            else:
                lost, status = 0, found.status
                batch = replace(batch, studio_url=found.studio_url or batch.studio_url)
                if found.ended_well:
                    return replace(batch, step=Step.FINISHED)
                if found.ended_badly:
                    batch = replace(batch, failure=f"{found.status}. {found.reason}".strip())
                    self.job.save(batch)
                    raise _failed(batch)
            if status != said:
                said = status
                self.talk.say(f"The job is {status}. {batch.studio_url}".strip())
            pause(pause_s, f"The job is {status}.", self.control, self.clock)
            pause_s = min(pause_s * _GROWTH, _LONGEST_PAUSE_S)

    def _fetch(self, batch: Batch) -> Batch:
        container = self.cloud.container(batch)
        return fetch_predictions(self.job, batch, container, self.cloud.read, self.talk.progress)

    def _decode(self, batch: Batch) -> list[Missing]:
        missing = decode(
            batch,
            self.job,
            self.images,
            label=self.cloud.label,
            threshold=self.threshold,
            on_progress=lambda done, total: self.talk.progress("decoded", done, total),
        )
        write_summary(batch, self.job, missing)
        if not missing and batch.step is not Step.DECODED:
            if not self.keep:
                deleted = self.cloud.container(batch).delete(f"{batch.prefix}/")
                self.talk.say(f"Deleted {deleted} files of this batch from the container.")
            shutil.rmtree(self.job.inputs, ignore_errors=True)
            self.job.save(replace(batch, step=Step.DECODED))
        return missing


def _sending(batch: Batch, files: list[Path]) -> Sending:
    assert batch.store is not None  # noqa: S101 - the caller has just set it
    texts = tuple(dict.fromkeys(item.phrases for item in batch.items))
    size = sum(file.stat().st_size for file in files)
    warnings = tuple((item.name, text) for item in batch.items for text in item.warnings)
    return Sending(batch.store.url, batch.store.container, len(batch.items), size, texts, warnings)


def _adopted(batch: Batch, found: CloudJob) -> Batch:
    return replace(batch, step=Step.STARTED, job_name=found.name, studio_url=found.studio_url)


def _failed(batch: Batch) -> ModelFailed:
    where = batch.studio_url or "the job's page in Azure Machine Learning studio"
    return ModelFailed(
        f"The job {batch.job_name} ended as {batch.failure}",
        f"Look at its logs on {where}; --again starts another job with the same files, --cancel "
        "deletes them.",
    )
