"""The tables of a database, brought up to what this program works with (Alembic).

Several servers may start at once: the first one in makes the tables while the others wait.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from core.errors import SettingsError
from core.review.tables import Table

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

MIGRATIONS = Path(__file__).parent / "migrations"

# Any number, the same for every server: "review" as digits on a telephone.
_LOCK = 738439


def newest_revision(folder: Path = MIGRATIONS) -> str:
    """The revision of the tables that this program works with."""
    return ScriptDirectory(str(folder)).get_current_head() or ""


def bring_up_to_date(engine: Engine, folder: Path = MIGRATIONS) -> None:
    """Make the tables, or change those of an older program; all of it or nothing.

    Args:
        engine: As :func:`core.review.store.open_store` has prepared it.
        folder: Alembic's folder.

    Raises:
        SettingsError: The database is of a newer program, or holds tables of another one.
    """
    scripts = ScriptDirectory(str(folder))
    newest = scripts.get_current_head()
    with engine.begin() as connection:
        if _revision(connection) == newest:
            return
    with engine.execution_options(writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        found = _revision(connection)
        known = {script.revision for script in scripts.walk_revisions()}
        if found is None:
            _check_empty(connection)
        elif found not in known:
            raise SettingsError(
                f"The review database is of a newer program: revision {found}, and this one knows "
                f"{newest}.",
                "Install the newer program, or set MIP_REVIEW_DATABASE to another database.",
            )
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _check_empty(connection: Connection) -> None:
    taken = sorted(set(inspect(connection).get_table_names()) & set(Table.metadata.tables))
    if taken:
        raise SettingsError(
            f"The database holds a table {taken[0]} of another program.",
            "Set MIP_REVIEW_DATABASE to a database of its own.",
        )
