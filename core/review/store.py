"""The review store: a database for rows, a folder for images and masks.

SQLite in a folder of this machine by default, PostgreSQL by URL for a team. Every change is one
transaction that also writes its entry into the audit log; files are safe on the disk before the
row that names them is committed.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from core.errors import AccessRefused, SettingsError, StoreUnreachable, WorkbenchError
from core.review.schema import bring_up_to_date
from core.review.tables import ProjectRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg

    from core.review.blobs import Blobs

# How long a change waits for another one, in seconds.
_BUSY_S = 20


@dataclass(frozen=True, eq=False)
class Store:
    """Where reviews are kept.

    Attributes:
        engine: Of the database.
        blobs: Images and masks by content hash.
    """

    engine: Engine
    blobs: Blobs

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that changes nothing.

        Raises:
            StoreUnreachable: The database does not answer.
        """
        with _told(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def change(self, project_id: str) -> Iterator[tuple[Session, ProjectRow]]:
        """A transaction on one project, which is locked until it ends; all of it or nothing.

        Raises:
            AccessRefused: There is no such project.
            StoreUnreachable: The database does not answer.
        """
        with self.create() as session:
            project = session.get(ProjectRow, project_id, with_for_update=True)
            if project is None:
                raise AccessRefused.project()
            yield session, project

    @contextmanager
    def create(self) -> Iterator[Session]:
        """A transaction that makes something new: a project or a reader.

        Raises:
            StoreUnreachable: The database does not answer.
        """
        writer = self.engine.execution_options(writes=True)
        with _told(), Session(writer, expire_on_commit=False) as session, session.begin():
            yield session


def open_store(url: str, blobs: Blobs) -> Store:
    """Open the store at a database URL, such as ``sqlite:///review.db``; makes its tables.

    Raises:
        SettingsError: The URL makes no sense, the driver of the database is not installed, or the
            database is of a newer program.
        StoreUnreachable: The database does not answer.
    """
    try:
        parsed = make_url(url)
        prepare, options = _KINDS[parsed.get_backend_name()]
        engine = create_engine(parsed, pool_pre_ping=True, connect_args=options)
    except (ArgumentError, NoSuchModuleError, ImportError, KeyError) as error:
        raise SettingsError(
            "The address of the review database cannot be used.",
            "Set MIP_REVIEW_DATABASE to sqlite:///FILE, or to postgresql+psycopg://HOST/NAME after "
            "pip install -r requirements-postgres.txt.",
            details=type(error).__name__,
        ) from error
    prepare(engine)
    try:
        with _told():
            bring_up_to_date(engine)
    except WorkbenchError:
        engine.dispose()
        raise
    return Store(engine, blobs)


def _prepare_sqlite(engine: Engine) -> None:
    """WAL, so that readers do not wait for a writer; changes lock from their beginning."""

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        _use_wal(connection)
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Without IMMEDIATE a change that has read cannot write when another one was faster.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch a new database to WAL: the one thing for which SQLite does not wait for others."""
    end = time.monotonic() + _BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


def _prepare_postgresql(engine: Engine) -> None:
    """A change that waits too long for another one gives up, as with SQLite."""

    @event.listens_for(engine, "connect")
    def _connect(connection: psycopg.Connection, _record: object) -> None:
        connection.execute(f"SET lock_timeout = '{_BUSY_S}s'")
        connection.commit()


_KINDS: dict[str, tuple[Callable[[Engine], None], dict[str, Any]]] = {
    "sqlite": (_prepare_sqlite, {"timeout": _BUSY_S}),
    "postgresql": (_prepare_postgresql, {"connect_timeout": 10}),
}


@contextmanager
def _told() -> Iterator[None]:
    """Turn what a driver says into a sentence; its own words may name hosts and users."""
    try:
        yield
    except (DBAPIError, NoConnection) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise StoreUnreachable(
            "The review database did not take the change or did not answer.",
            "Nothing was half written. See that the database runs and can be reached, then try "
            "again.",
            details=type(cause).__name__,
        ) from error
