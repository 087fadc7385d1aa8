"""Twenty readers at once on PostgreSQL: ``python bench/review_team.py``.

Each reader has a thread with connections of its own, spread over four processes. They claim items,
draw, decide and finish as fast as they can, for 30 seconds, and twice as many of them want an item
as may have it. Now and then a reader saves two masks on the same revision at once, as from two
tabs: one must be stored and the other one refused. In the end all that was acknowledged must be
there, and no item may have more readers than it wants.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.review_work import Look, Saved, decide, look, new_project, save_edit
from core.errors import EditConflict, ItemTaken
from core.review.blobs import LocalBlobs
from core.review.desk import Desk
from core.review.people import reader_of
from core.review.store import open_store
from core.review.values import Rules
from tests.database import Postgres, postgres_programs

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

READERS = 20
PROCESSES = 4
SECONDS = 30.0
READS = 2
ITEMS = 400
TWO_TABS = 0.1


@dataclass
class Done:
    """What a reader has done.

    Attributes:
        saved: What the store has acknowledged.
        waits: Seconds of each call, by what it was.
        taken: Claims that others were faster with.
        refused: Second tabs that were refused, as they must be.
        both: Second tabs that were not: lost updates.
    """

    saved: list[Saved] = field(default_factory=list)
    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    taken: int = 0
    refused: int = 0
    both: int = 0

    def add(self, other: Done) -> None:
        """Take in what another reader has done."""
        self.saved += other.saved
        for name, waits in other.waits.items():
            self.waits[name] += waits
        self.taken += other.taken
        self.refused += other.refused
        self.both += other.both


@dataclass(frozen=True)
class Team:
    """What came of a run.

    Attributes:
        readers: How many.
        seconds: From the first call to the last.
        done: What all of them did.
        end: What was found afterwards.
    """

    readers: int
    seconds: float
    done: Done
    end: Look


class _Worker:
    """One reader at work."""

    def __init__(self, url: str, folder: str, project_id: str, name: str) -> None:
        self._store = open_store(url, LocalBlobs(Path(folder)))
        self._desk = Desk(self._store, project_id, reader_of(self._store, f"local:{name}", name))
        self._rng = np.random.default_rng(list(name.encode()))
        self._done = Done()

    def work_until(self, end: float) -> Done:
        """Take item after item, until the time (:func:`time.time`) or the queue is over."""
        while time.time() < end:
            queue = self._timed("queue", self._desk.queue)
            free = [e.item_id for e in queue if e.state in {"open", "mine"}]
            if not free:
                break
            # All of them want one of the same few.
            self._read(free[self._rng.integers(min(len(free), READERS // 2))])
        self._store.engine.dispose()
        return self._done

    def _read(self, item_id: str) -> None:
        try:
            reading = self._timed("claim", self._desk.open, item_id)
        except ItemTaken:
            self._done.taken += 1
            return
        for label in reading.item.labels:
            if self._rng.random() < TWO_TABS:
                self._save_twice(reading.id, label.id)
            else:
                self._save("edit", save_edit, reading.id, label.id)
            self._save("decide", decide, reading.id, label.id)
        self._timed("finish", self._desk.finish, reading.id)

    def _save(self, name: str, work: Callable[..., Saved], reading_id: str, label_id: str) -> None:
        args = (self._desk, reading_id, label_id, self._rng, 0)
        self._done.saved.append(self._timed(name, work, *args))

    def _save_twice(self, reading_id: str, label_id: str) -> None:
        """Two tabs at once."""

        def tab(seed: int) -> Saved | None:
            try:
                rng = np.random.default_rng(seed)
                return save_edit(self._desk, reading_id, label_id, rng, 0)
            except EditConflict:
                return None

        with ThreadPoolExecutor(2) as tabs:
            saved = [each for each in tabs.map(tab, self._rng.integers(2**31, size=2)) if each]
        self._done.saved += saved
        self._done.refused += len(saved) == 1
        self._done.both += len(saved) != 1

    def _timed(self, name: str, call: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
        start = time.perf_counter()
        try:
            return call(*args, **more)
        finally:
            self._done.waits[name].append(time.perf_counter() - start)


def run_team(
    url: str,
    folder: Path,
    *,
    readers: int = READERS,
    processes: int = PROCESSES,
    seconds: float = SECONDS,
    items: int = ITEMS,
) -> Team:
    """Let readers work side by side and look what came of it.

    Args:
        url: Of an empty database.
        folder: For files.
        readers: How many.
        processes: How many processes they are spread over.
        seconds: How long.
        items: How many items there are.

    Raises:
        StoreDamaged: Something is half written.
    """
    names = [f"reader-{n:02}" for n in range(readers)]
    store = open_store(url, LocalBlobs(folder))
    project_id = new_project(store, items, names, Rules(reads=READS))
    done = Done()
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        # Nobody begins before everybody is there.
        list(pool.map(_ready, range(processes * 2)))
        start = time.time()
        rest = (url, str(folder), project_id, start + seconds)
        for one in [pool.submit(_share, names[n::processes], *rest) for n in range(processes)]:
            done.add(one.result())
    seconds = time.time() - start
    end = look(store, project_id, done.saved)
    store.engine.dispose()
    return Team(readers, seconds, done, end)


def _ready(_number: int) -> None:
    time.sleep(1)  # long enough for every process to be given one


def _share(names: list[str], url: str, folder: str, project_id: str, end: float) -> Done:
    """The readers of one process."""
    done = Done()
    workers = [_Worker(url, folder, project_id, name) for name in names]
    with ThreadPoolExecutor(len(workers)) as threads:
        for one in threads.map(lambda worker: worker.work_until(end), workers):
            done.add(one)
    return done


def main() -> None:
    """Run and print tables."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Postgres(postgres_programs(), safe=True) as server,
    ):
        team = run_team(server.new_database(), Path(folder))
    done, end = team.done, team.end
    calls = sum(len(waits) for waits in done.waits.values())
    print(
        f"{team.readers} readers, {team.seconds:.0f} s, {calls / team.seconds:.0f} calls a second"
    )
    print(
        f"edits and decisions: {len(done.saved)} acknowledged, {end.kept} stored, {end.lost} lost"
    )
    print(f"second tabs: {done.refused} refused, {done.both} stored over the first")
    print(f"items: {done.taken} claimed by somebody faster, {end.crowded} with too many readers\n")
    print("| call | how many | median | 95 of 100 within | longest |")
    print("| --- | --- | --- | --- | --- |")
    for name, waits in sorted(done.waits.items()):
        half, most, longest = (1000 * np.percentile(waits, p) for p in (50, 95, 100))
        print(f"| {name} | {len(waits)} | {half:.0f} ms | {most:.0f} ms | {longest:.0f} ms |")


if __name__ == "__main__":
    main()
