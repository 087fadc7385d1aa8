"""A workspace on this machine, a folder of different images, and a command that is run on both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from core.arm import ArmClient, ResourceId
from core.backends.retry import Clock
from core.batch.cloud import Cloud
from core.batch.inputs import write_inputs
from core.batch.run import Run, Talk
from core.batch.state import Batch, JobFolder
from core.batch.wanted import from_folder
from core.settings.hosts import AllowedHosts
from tests.standin.batch_service import ENDPOINT, BatchService

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PHRASES = "liver & tumor"


class Source:
    """A sign-in whose tokens are numbered."""

    way = "cli"

    def __init__(self) -> None:
        self.number = 1

    def token(self, scope: str) -> str:
        return f"token-{self.number}-for-{scope}"

    def forget(self, _scope: str, _token: str) -> None:
        self.number += 1

    def close(self) -> None:
        self.number = 0


class FastClock:
    """Time that passes only in pauses."""

    def __init__(self) -> None:
        self.slept_s = 0.0

    def now(self) -> float:
        return self.slept_s

    def sleep(self, seconds: float) -> None:
        self.slept_s += seconds


@dataclass
class Bench:
    """One batch at a workspace; every call of :meth:`go` is like the command run again.

    Attributes:
        service: The workspace.
        images: Folder with the images.
        job: Folder of the batch.
        said: What was told to the user.
        shown: What was shown before anything was sent.
        agrees: Whether the user agrees to that.
    """

    service: BatchService
    images: Path
    job: JobFolder
    source: Source = field(default_factory=Source)
    said: list[str] = field(default_factory=list)
    shown: list[object] = field(default_factory=list)
    agrees: bool = True
    rows: int = 1

    def batch(self) -> Batch:
        """What is written down, or a new batch."""
        found = self.job.load()
        if found is None:
            wanted = from_folder(self.images, PHRASES, leave=self.job.path)
            items, left_out = write_inputs(
                self.images,
                wanted,
                self.job.inputs,
                rows_per_file=self.rows,
                on_progress=lambda _done, _total: None,
            )
            found = Batch(ENDPOINT, "request", "0123456789abcdef", tuple(items), tuple(left_out))
            self.job.save(found)
        return found

    def run(self, **options: object) -> Run:
        """The command, about to be run."""
        arm = ArmClient(self.source, self.service.url)
        endpoint = ResourceId.parse(ENDPOINT)
        cloud = Cloud(arm, endpoint, self.source, AllowedHosts())
        talk = Talk(self.said.append, lambda what, done, total: None, self._agree)
        time = FastClock()
        clock = Clock(time.now, time.sleep)
        return Run(self.job, self.images, cloud, talk, clock=clock, **options)

    def go(self, **options: object):
        """Run the command to its end."""
        run = self.run(**options)
        try:
            return run.finish(self.batch())
        finally:
            run.cloud.close()

    def _agree(self, sending: object) -> bool:
        self.shown.append(sending)
        return self.agrees


@pytest.fixture
def service() -> Iterator[BatchService]:
    with BatchService() as running:
        yield running


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Five images that no two masks could be mixed up on, one of them in a folder below."""
    folder = tmp_path / "images"
    (folder / "ward").mkdir(parents=True)
    rng = np.random.default_rng(11)
    for number, name in enumerate(["a", "b", "c", "ward/d", "Invented^Name"]):
        pixels = rng.integers(0, 256, (8 + number, 12, 3), np.uint8)
        big = pixels.repeat(8, axis=0).repeat(8, axis=1)
        Image.fromarray(big).save(folder / f"{name}.png")
    return folder


@pytest.fixture
def bench(service: BatchService, images: Path, tmp_path: Path) -> Bench:
    return Bench(service, images, JobFolder(tmp_path / "out"))
