"""A service on Ray Serve in processes of its own, which are all gone afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from core.wire import encode_request

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[4]
TOKEN = "the-token-of-this-test"
START_S = 120.0


@dataclass(frozen=True)
class Service:
    """A service that runs.

    Attributes:
        url: Its scoring URL.
        process: The one that was started; all others descend from it.
        folder: Everything that Ray writes.
        started_s: Seconds until it answered.
    """

    url: str
    process: subprocess.Popen[str]
    folder: Path
    started_s: float

    def score(self, pictures, phrases, *, token=TOKEN):
        """Ask as a client would; returns the response whatever its status."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        body = encode_request(pictures, phrases)
        return requests.post(self.url, data=body, headers=headers, timeout=60)

    def processes(self):
        """Process ids and command lines of all that belongs to it."""
        return {pid: _command(pid) for pid in descendants(self.process.pid)}

    def replicas(self):
        """Process ids of the replicas that hold a model."""
        name = "ray::ServeReplica:medimageparse:model"
        return {pid for pid, command in self.processes().items() if command.startswith(name)}

    def wait_for_replicas(self, count, *, without=frozenset(), seconds=60.0):
        """Wait until there are as many, none of them one of ``without``; returns the seconds."""
        begin = time.monotonic()
        while len(found := self.replicas()) != count or found & without:
            if time.monotonic() - begin > seconds:
                pytest.fail(f"there are {len(found)} replicas, not {count}")
            time.sleep(0.05)
        return time.monotonic() - begin


@contextlib.contextmanager
def running(**options: object) -> Iterator[Service]:
    """Start a service, and leave none of its processes and files behind, whatever happens."""
    # Ray's sockets lie in it, and the name of a socket has room for about 100 characters.
    folder = Path(tempfile.mkdtemp(prefix="mip", dir="/tmp"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        told = {**options, "port": free.getsockname()[1]}
    begin = time.monotonic()
    with (folder / "stderr").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.core.serve.cluster.driver", json.dumps(told)],
            cwd=ROOT,
            env={
                **os.environ,
                "RAY_TMPDIR": str(folder),
                "HOME": str(folder),
                "MIP_SERVE_TOKEN": TOKEN,
            },
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    try:
        url = _first_line(process, folder)
        yield Service(url, process, folder, time.monotonic() - begin)
    finally:
        # Without the seconds that Ray Serve takes to end in peace.
        _kill({pid: _command(pid) for pid in descendants(process.pid)})
        process.wait()
        process.stdout.close()
        shutil.rmtree(folder, ignore_errors=True)


def descendants(ancestor):
    """Process ids of a process that runs, and of all that it and its children started."""
    children = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            after_name = (entry / "stat").read_text().rpartition(")")[2].split()
            children.setdefault(int(after_name[1]), []).append(int(entry.name))
    found, new = set(), [ancestor]
    while new:
        found.update(new)
        new = [child for pid in new for child in children.get(pid, ())]
    return found


def _command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:  # it has ended meanwhile
        return ""


def _first_line(process, folder):
    watch = time.monotonic() + START_S
    os.set_blocking(process.stdout.fileno(), False)
    while time.monotonic() < watch:
        if line := process.stdout.readline():
            if line.startswith("http"):
                return line.strip()
        elif process.poll() is not None:
            break
        time.sleep(0.05)
    pytest.fail("the service did not start:\n" + (folder / "stderr").read_text()[-3000:])


def _kill(commands):
    """End processes for good, as far as they are still those that had these commands."""
    for pid in still_running(commands):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def still_running(commands):
    """Those of the processes that have not ended.

    The title of a worker says after a dot what it does just now; what stands before it stays.
    """
    return {
        pid
        for pid, command in commands.items()
        if command and _command(pid).split(".")[0] == command.split(".")[0]
    }
