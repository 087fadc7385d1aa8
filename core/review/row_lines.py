"""Rows as lines of JSON, and back, with every value checked against its column."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, PrimaryKeyConstraint, UniqueConstraint

from core.review.rows import TABLES, ProjectRows
from core.review.tables import DecisionRow, EditRow, LabelRow, ProjectRow, ReadingRow, Table, Utc

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Column
    from sqlalchemy import Table as Described

# What every kind of database can keep.
_LARGEST_INT = 2**31 - 1


def to_lines(rows: Iterable[Table]) -> bytes:
    """Write rows as UTF-8, one JSON object a line; times are ISO 8601 with their zone."""
    lines = (
        json.dumps(
            {column.key: _plain(getattr(row, column.key)) for column in _columns(type(row))},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for row in rows
    )
    return "".join(f"{line}\n" for line in lines).encode()


def from_lines(table: type[Table], data: bytes) -> list[Table]:
    """Read rows of one table; they are in no session.

    Raises:
        ValueError: A line is no such row.
    """
    return [table(**_fields(table, line)) for line in data.decode().splitlines()]


def check_references(rows: ProjectRows) -> None:
    """See that the rows are one project and fit together, as the database would demand it.

    Raises:
        ValueError: They do not; the text names the table.
    """
    if len(rows.of[ProjectRow]) != 1:
        raise ValueError(ProjectRow.__tablename__)
    for table in TABLES:
        if not (_is_unique(table, rows) and _is_complete(table, rows)):
            raise ValueError(table.__tablename__)
    read = {row.id: row.item_id for row in rows.all(ReadingRow)}
    shown = {row.id: row.item_id for row in rows.all(LabelRow)}
    pairs = [(row.reading_id, row.id) for row in rows.all(LabelRow) if row.reading_id]
    pairs += [(row.reading_id, row.label_id) for row in rows.all(EditRow)]
    pairs += [(row.reading_id, row.label_id) for row in rows.all(DecisionRow)]
    if any(read[reading] != shown[label] for reading, label in pairs):
        raise ValueError(ReadingRow.__tablename__)


def _columns(table: type[Table]) -> list[Column[Any]]:
    return list(_described(table).columns)


def _described(table: type[Table]) -> Described:
    return Table.metadata.tables[table.__tablename__]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _fields(table: type[Table], line: str) -> dict[str, object]:
    fields = json.loads(line, parse_constant=_refuse)
    columns = {column.key: column for column in _columns(table)}
    if not isinstance(fields, dict) or fields.keys() != columns.keys():
        raise ValueError(table.__tablename__)
    return {name: _value(columns[name], value) for name, value in fields.items()}


def _value(column: Column[Any], value: object) -> object:
    kind = _kind(column)
    if value is None and column.nullable:
        return None
    if kind is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return moment
    elif (kind is float and type(value) in {float, int}) or (
        type(value) is kind and _fits(column, value)
    ):
        return value
    raise ValueError(column.key)


def _kind(column: Column[Any]) -> type:
    """What a column holds in Python; SQLAlchemy does not say it for JSON and for types of ours."""
    if isinstance(column.type, Utc):
        return datetime
    return dict if isinstance(column.type, JSON) else column.type.python_type


def _fits(column: Column[Any], value: object) -> bool:
    if isinstance(value, int):
        return abs(value) <= _LARGEST_INT
    # Half of a pair of UTF-16 is no text, and fails to be written here.
    text = json.dumps(value, ensure_ascii=False).encode()
    return len(text) <= (getattr(column.type, "length", None) or len(text)) + 2


def _refuse(constant: str) -> None:
    """JSON knows no NaN."""
    raise ValueError(constant)


def _is_unique(table: type[Table], rows: ProjectRows) -> bool:
    """Whether primary keys and other sets of columns differ from row to row where they must."""
    for constraint in _described(table).constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint):
            names = [column.key for column in constraint.columns]
            keys = {tuple(getattr(row, name) for name in names) for row in rows.of[table]}
            if len(keys) < len(rows.of[table]):
                return False
    return True


def _is_complete(table: type[Table], rows: ProjectRows) -> bool:
    """Whether all that the rows refer to is there."""
    called = {_described(each): each for each in TABLES}
    for key in _described(table).foreign_keys:
        known = {getattr(row, key.column.key) for row in rows.of[called[key.column.table]]}
        if not {getattr(row, key.parent.key) for row in rows.of[table]} <= known | {None}:
            return False
    return True
