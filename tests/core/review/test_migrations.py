"""Tables are made and changed by Alembic, whoever comes first."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from core.errors import SettingsError
from core.review.blobs import LocalBlobs
from core.review.people import reader_of
from core.review.projects import create_project, projects_of
from core.review.schema import MIGRATIONS, bring_up_to_date, newest_revision
from core.review.store import open_store
from core.review.tables import Table

ROOT = Path(__file__).resolve().parents[3]
NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "0999"
down_revision = "{newest}"


def upgrade() -> None:
    with op.batch_alter_table("project") as project:
        project.add_column(sa.Column("ward", sa.String(), nullable=False, server_default="none"))
"""


@pytest.fixture
def newer(tmp_path):
    """The migrations of a program to come: one more revision, which changes a table."""
    folder = shutil.copytree(MIGRATIONS, tmp_path / "50%_newer")
    (folder / "versions" / "0999_ward.py").write_text(NEXT.format(newest=newest_revision()))
    return folder


def test_migrations_make_the_very_tables_that_the_program_works_with(any_store):
    with any_store.engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Table.metadata) == []


def test_a_database_of_an_older_program_keeps_its_projects_and_gets_the_new_tables(
    any_store, newer
):
    anna = reader_of(any_store, "local:anna", "Anna")
    project = create_project(any_store, anna, "Lungs")
    bring_up_to_date(any_store.engine, newer)
    with any_store.engine.begin() as connection:
        assert connection.execute(text("SELECT id, ward FROM project")).one() == (project, "none")
        assert MigrationContext.configure(connection).get_current_revision() == "0999"


def test_a_migration_that_fails_leaves_the_database_as_it_was(any_store, newer):
    file = newer / "versions" / "0999_ward.py"
    file.write_text(file.read_text() + "    op.execute('SELECT no_such_column FROM project')\n")
    anna = reader_of(any_store, "local:anna", "Anna")
    create_project(any_store, anna, "Lungs")
    with pytest.raises(Exception, match="no_such_column"):
        bring_up_to_date(any_store.engine, newer)
    assert [project.name for project in projects_of(any_store, anna)] == ["Lungs"]
    bring_up_to_date(any_store.engine)


def test_a_database_of_a_newer_program_is_refused(any_store, newer, database_url, tmp_path):
    bring_up_to_date(any_store.engine, newer)
    with pytest.raises(SettingsError) as refused:
        open_store(database_url, LocalBlobs(tmp_path))
    assert refused.value.what == (
        "The review database is of a newer program: revision 0999, and this one knows "
        f"{newest_revision()}."
    )


def test_a_database_of_another_program_is_left_alone(any_store, database_url, tmp_path):
    with any_store.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(SettingsError, match="holds a table assignment of another program"):
        open_store(database_url, LocalBlobs(tmp_path))


def test_servers_that_start_at_once_make_the_tables_once(database_url, tmp_path):
    program = (
        "import sys; from core.review.store import open_store; print('ready', flush=True);"
        "sys.stdin.readline(); open_store(sys.argv[1], None).engine.dispose()"
    )
    servers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", program, database_url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    assert [server.stdout.readline() for server in servers] == ["ready\n"] * 4
    for server in servers:
        server.stdin.write("go\n")
        server.stdin.flush()
    said = [server.communicate(timeout=60)[1] for server in servers]
    assert said == [""] * 4
    assert [server.returncode for server in servers] == [0] * 4
