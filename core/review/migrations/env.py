"""Run by Alembic: brings the database at the other end of a connection to a revision.

The connection, in whose transaction all is done, comes from :mod:`core.review.schema`.
"""

from __future__ import annotations

from alembic import context

from core.review.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    # SQLite changes a table by copying it.
    render_as_batch=True,
)
context.run_migrations()
