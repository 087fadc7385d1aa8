"""A real PostgreSQL server for tests and benchmarks: started in a temporary folder, gone after.

It listens on a Unix socket in that folder and nowhere else. PostgreSQL refuses to run as root, so
that root starts it as the user ``postgres``, or ``nobody`` where there is none.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, text

if TYPE_CHECKING:
    from typing import Self

_DEBIAN = Path("/usr/lib/postgresql")
_START_SECONDS = 30


def postgres_programs() -> Path | None:
    """The folder with ``initdb`` and ``postgres``, or None where PostgreSQL is not installed."""
    found = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


class Postgres:
    """A server, from entering the ``with`` statement to leaving it.

    Args:
        programs: Folder of :func:`postgres_programs`.
        safe: Whether it flushes to the disk as a real one does; tests do without, for time.
    """

    def __init__(self, programs: Path, *, safe: bool = False) -> None:
        self._programs, self._safe = programs, safe
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))
        user = _user()
        if user:
            os.chown(self._folder, user["user"], user["group"])
        data = str(self._folder / "data")
        options = ["-A", "trust", "-U", "tester", "-E", "UTF8", "--locale=C", "--no-sync"]
        self._run("initdb", ["-D", data, *options], user)
        switch = "on" if self._safe else "off"
        with (self._folder / "log").open("wb") as log:
            self._server = subprocess.Popen(
                [
                    *(self._programs / "postgres", "-D", data, "-k", self._folder),
                    *("-c", "listen_addresses=", "-c", f"fsync={switch}"),
                    *("-c", "max_connections=200"),
                ],
                cwd=self._folder,
                stdout=log,
                stderr=log,
                **user,
            )
        self._wait()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.send_signal(signal.SIGINT)  # ends connections and stops
        self._server.wait(_START_SECONDS)
        shutil.rmtree(self._folder)

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{next(self._numbers)}"
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self._url(name)

    def _url(self, database: str) -> str:
        return f"postgresql+psycopg://tester@/{database}?host={self._folder}"

    def _wait(self) -> None:
        end = time.monotonic() + _START_SECONDS
        while subprocess.run(
            [self._programs / "pg_isready", "-q", "-h", self._folder], check=False
        ).returncode:
            if self._server.poll() is not None or time.monotonic() > end:
                raise RuntimeError((self._folder / "log").read_text())
            time.sleep(0.1)

    def _run(self, program: str, arguments: list[str], user: dict[str, Any]) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments],
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
            **user,
        )
        if done.returncode:
            raise RuntimeError(done.stderr)


def _user() -> dict[str, Any]:
    """Whom to start the server as: root takes another user, everybody else themselves."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
