"""Kill the server at random moments and look what is lost: ``python bench/review_kill.py``.

A process of its own edits and decides as fast as it can, and says each time what the store has
acknowledged. It is killed (SIGKILL) at a random moment and started again, 50 times. After every
kill all that was acknowledged must be in the store, the audit log must hold, every row must have
its entry and every entry its row, and every file must be there with its content.

A process that dies takes nothing along that the system has been given; what a power cut does is
up to ``synchronous=FULL`` and ``fsync``, which are on, and to the disk.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.review_work import Look, Saved, decide, look, new_project, save_edit
from core.review.blobs import LocalBlobs
from core.review.desk import Desk
from core.review.people import reader_of
from core.review.store import open_store
from core.review.values import Rules
from tests.database import Postgres, postgres_programs

if TYPE_CHECKING:
    from core.review.store import Store

KILLS = 50
LONGEST_S = 2.0
ITEMS = 5
READER = "reader"


@dataclass(frozen=True)
class Killed:
    """What came of a run.

    Attributes:
        kills: How often the process was killed.
        edits: Acknowledged edits.
        decisions: Acknowledged decisions.
        end: What was found after the last kill.
        scraps: Files that were being written when the process was killed; nothing names them.
    """

    kills: int
    edits: int
    decisions: int
    end: Look
    scraps: int


def kill_often(url: str, folder: Path, kills: int, seed: int = 0) -> Killed:
    """Run, kill and look, again and again.

    Args:
        url: Of an empty database.
        folder: For files.
        kills: How often.
        seed: Of the moments and of the work.

    Raises:
        RuntimeError: Something acknowledged was lost, or the database itself is damaged.
        StoreDamaged: Something is half written.
    """
    rng = np.random.default_rng(seed)
    store = open_store(url, LocalBlobs(folder))
    project_id = new_project(store, ITEMS, [READER], Rules())
    saved: list[Saved] = []
    for number in range(kills):
        saved += _until_killed([url, str(folder), project_id, str(number)], rng)
        end = look(store, project_id, saved)
        if end.lost:
            message = f"kill {number + 1}: {end}"
            raise RuntimeError(message)
    _check_database(store)
    store.engine.dispose()
    edits = sum(each.kind == "edit" for each in saved)
    scraps = len(list(folder.rglob("*.tmp")))
    return Killed(kills, edits, len(saved) - edits, end, scraps)


def _until_killed(arguments: list[str], rng: np.random.Generator) -> list[Saved]:
    """Start the working process, kill it, and give what it said until then."""
    command = [sys.executable, str(Path(__file__)), "--work", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, text=True) as process:  # noqa: S603 - this very file
        process.stdout.readline()
        time.sleep(rng.uniform(0, LONGEST_S))
        process.send_signal(signal.SIGKILL)
        said = process.stdout.read()
    # What comes after the last line end was cut off by the kill: nobody has read it.
    lines = said[: said.rfind("\n") + 1].splitlines()
    return [Saved(**json.loads(line)) for line in lines]


def _work(url: str, folder: str, project_id: str, seed: str) -> None:
    """Edit and decide for ever."""
    rng = np.random.default_rng([int(seed), 7])
    store = open_store(url, LocalBlobs(Path(folder)))
    desk = Desk(store, project_id, reader_of(store, f"local:{READER}", READER))
    items = [entry.item_id for entry in desk.queue()]
    print("ready", flush=True)
    while True:
        reading = desk.open(items[rng.integers(len(items))])
        for label in reading.item.labels:
            edit, decision = reading.edits.get(label.id), reading.decisions.get(label.id)
            for work, newest in ((save_edit, edit), (decide, decision)):
                done = work(desk, reading.id, label.id, rng, newest.revision if newest else 0)
                print(json.dumps(asdict(done)), flush=True)


def _check_database(store: Store) -> None:
    if store.engine.dialect.name == "sqlite":
        with store.engine.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
        if found != "ok":
            raise RuntimeError(found)


def main() -> None:
    """Run on both kinds of database and print a table."""
    with tempfile.TemporaryDirectory() as folder, Postgres(postgres_programs(), safe=True) as team:
        place = Path(folder)
        urls = {"SQLite": f"sqlite:///{place / 'review.db'}", "PostgreSQL": team.new_database()}
        print("| database | kills | edits | decisions | lost | stored, answer lost | scraps |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for name, url in urls.items():
            k = kill_often(url, place / name, KILLS)
            cells = (name, k.kills, k.edits, k.decisions, k.end.lost, k.end.unanswered, k.scraps)
            print(f"| {' | '.join(map(str, cells))} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        _work(*sys.argv[2:])
    else:
        main()
