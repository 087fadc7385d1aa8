"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "project",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("audit_count", sa.Integer(), nullable=False),
        sa.Column("audit_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_project"),
    )
    op.create_table(
        "reader",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reader"),
        sa.UniqueConstraint("subject", name="uq_reader_subject"),
    )
    op.create_table(
        "audit",
        sa.Column("project_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=False),
        sa.Column("after", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_audit_project_id_project"),
        sa.PrimaryKeyConstraint("project_id", "number", name="pk_audit"),
    )
    op.create_table(
        "item",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("project_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("image", sa.String(length=64), nullable=False),
        sa.Column("frame", sa.JSON(), nullable=False),
        sa.Column("frame_sha256", sa.String(length=64), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("modality", sa.String(), nullable=False),
        sa.Column("spacing_row", sa.Double(), nullable=True),
        sa.Column("spacing_column", sa.Double(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_item_project_id_project"),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
        sa.UniqueConstraint("project_id", "position", name="uq_item_project_id"),
    )
    op.create_table(
        "member",
        sa.Column("project_id", sa.String(length=32), nullable=False),
        sa.Column("reader_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name="fk_member_project_id_project"
        ),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name="fk_member_reader_id_reader"),
        sa.PrimaryKeyConstraint("project_id", "reader_id", name="pk_member"),
    )
    op.create_table(
        "assignment",
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("reader_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_assignment_item_id_item"),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["reader.id"], name="fk_assignment_reader_id_reader"
        ),
        sa.PrimaryKeyConstraint("item_id", "reader_id", name="pk_assignment"),
    )
    op.create_table(
        "reading",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("reader_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_reading_item_id_item"),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name="fk_reading_reader_id_reader"),
        sa.PrimaryKeyConstraint("id", name="pk_reading"),
        sa.UniqueConstraint("item_id", "reader_id", name="uq_reading_item_id"),
    )
    op.create_table(
        "label",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("phrase", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("ai", sa.String(length=64), nullable=True),
        sa.Column("cut_sha256", sa.String(length=64), nullable=False),
        sa.Column("presence", sa.String(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("reading_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_label_item_id_item"),
        sa.ForeignKeyConstraint(["reading_id"], ["reading.id"], name="fk_label_reading_id_reading"),
        sa.PrimaryKeyConstraint("id", name="pk_label"),
    )
    op.create_index("ix_label_item", "label", ["item_id"])

    op.create_table(
        "pin",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("reading_id", sa.String(length=32), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("column", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["reading_id"], ["reading.id"], name="fk_pin_reading_id_reading"),
        sa.PrimaryKeyConstraint("id", name="pk_pin"),
    )
    op.create_index("ix_pin_reading", "pin", ["reading_id"])

    op.create_table(
        "decision",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("reading_id", sa.String(length=32), nullable=False),
        sa.Column("label_id", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("difficulty", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("mask", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["label_id"], ["label.id"], name="fk_decision_label_id_label"),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["reading.id"], name="fk_decision_reading_id_reading"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        sa.UniqueConstraint("reading_id", "label_id", "revision", name="uq_decision_reading_id"),
    )
    op.create_table(
        "edit",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("reading_id", sa.String(length=32), nullable=False),
        sa.Column("label_id", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("mask", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["label_id"], ["label.id"], name="fk_edit_label_id_label"),
        sa.ForeignKeyConstraint(["reading_id"], ["reading.id"], name="fk_edit_reading_id_reading"),
        sa.PrimaryKeyConstraint("id", name="pk_edit"),
        sa.UniqueConstraint("reading_id", "label_id", "revision", name="uq_edit_reading_id"),
    )
    op.create_table(
        "outcome",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("label_id", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("mask", sa.String(length=64), nullable=True),
        sa.Column("reader_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["label_id"], ["label.id"], name="fk_outcome_label_id_label"),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name="fk_outcome_reader_id_reader"),
        sa.PrimaryKeyConstraint("id", name="pk_outcome"),
        sa.UniqueConstraint("label_id", "revision", name="uq_outcome_label_id"),
    )
