"""Stores for the tests of this folder: SQLite in a temporary folder, and a real PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from review_history import copy_of, lived_in

from core.review.blobs import LocalBlobs
from core.review.store import Store, open_store
from tests.database import Postgres, postgres_programs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from review_scene import Scene


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for the session."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip("no database: PostgreSQL is not installed")
    with Postgres(programs) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'review.db'}"
    return request.getfixturevalue("postgres").new_database()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store on SQLite."""
    yield from _opened(f"sqlite:///{tmp_path / 'review.db'}", tmp_path)


@pytest.fixture(scope="module")
def kept_scene(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, Path]:
    """A project in which everything has happened, and its closed store's folder; for copies."""
    folder = tmp_path_factory.mktemp("kept")
    opened = open_store(f"sqlite:///{folder / 'review.db'}", LocalBlobs(folder / "blobs"))
    scene = lived_in(opened)
    opened.engine.dispose()
    return scene, folder


@pytest.fixture
def scene(kept_scene: tuple[Scene, Path], tmp_path: Path) -> Iterator[Scene]:
    """A project in which everything has happened."""
    twin = copy_of(*kept_scene, tmp_path)
    yield twin
    twin.store.engine.dispose()


@pytest.fixture
def any_store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    """A store on each kind of database in turn."""
    yield from _opened(database_url, tmp_path)


def _opened(url: str, folder: Path) -> Iterator[Store]:
    opened = open_store(url, LocalBlobs(folder / "blobs"))
    yield opened
    opened.engine.dispose()
