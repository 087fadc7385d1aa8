"""Reading ``predictions.csv``: which record belongs to which row that was sent, proved or refused.

A deployment of an MLflow model writes one record a row, without a header: the row's index in its
input file, the model's outputs, and the name of the input file (Microsoft Learn, "Deploy MLflow
models in batch deployments", Analyze outputs). Records come in whatever order the workers finish,
so their order means nothing here. ``docs/batch.md`` says why the rules are as they are.
"""

from __future__ import annotations

import csv
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import orjson

from core.errors import ExportError, InvalidReply

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

LARGEST_FIELD = 256 * 2**20
"""16 masks of 1024x1024 are 22 MB in base64; as 64-bit floats they would be 179 MB."""

LONGEST_CATEGORIES = 20_000
"""Longest text of categories that is parsed: 16 of 100 characters are a tenth of that."""

_FEATURES = ("data", "shape")


@dataclass(frozen=True, eq=False)
class Record:
    """One record of the file.

    Attributes:
        number: Its position in the file, from 0.
        cells: As read.
        features: Position of the cell that holds the masks, or None.
    """

    number: int
    cells: Sequence[str]
    features: int | None

    @property
    def others(self) -> list[str]:
        """Every cell but the masks."""
        return [cell for index, cell in enumerate(self.cells) if index != self.features]

    def body(self) -> bytes:
        """The record as the online endpoint would have answered it, for ``decode_response``."""
        assert self.features is not None  # noqa: S101 - only such records are matched
        after = self.features + 1
        categories = self.cells[after] if after < len(self.cells) else ""
        if len(categories) > LONGEST_CATEGORIES:
            categories = ""
        row = {"image_features": self.cells[self.features], "text_features": categories}
        return orjson.dumps([row])


@dataclass(frozen=True)
class Place:
    """Where a row lies in the input: name of the file, and position in it from 0."""

    file: str
    row: int


@dataclass
class _Found:
    """What the records say about one input file: the record of each row, and the row numbers."""

    records: dict[int, int] = field(default_factory=dict)
    numbers: set[int | None] = field(default_factory=set)


def read_records(path: Path) -> Iterator[Record]:
    """Go through the file, one record in memory at a time.

    Raises:
        InvalidReply: It is no CSV text.
        ExportError: It is not there.
    """
    try:
        with _large_fields(), path.open(encoding="utf-8", newline="") as file:
            for number, cells in enumerate(csv.reader(file, delimiter=_delimiter(path))):
                yield Record(number, cells, _features_in(cells))
    except (UnicodeDecodeError, csv.Error) as error:
        problem = type(error).__name__
    except OSError as error:
        raise ExportError(
            f"{path} could not be read: {error.strerror or 'unknown reason'}.",
            "Put it back, or make the batch anew with another --out.",
        ) from None
    else:
        return
    raise _unreadable("It is not the CSV text that a batch deployment writes.", problem)


def match(path: Path, rows_of: Mapping[str, int]) -> dict[Place, int]:
    """Find the record of every row that was sent.

    A record counts only where the file itself says whose it is:

    - It names its input file; when only one file was sent, there is no other.
    - With several rows in that file, it gives its row, and the file's rows are all there, 0 to
      n - 1. A file of one row needs no row number.
    - A row that came twice, as after a retry, counts once; but if other rows of its file are
      missing, nothing of that file counts.

    Args:
        path: The predictions.
        rows_of: Number of rows of each input file that was sent.

    Returns:
        Number of the record, by place; rows without a provable record are missing.

    Raises:
        InvalidReply: Records do not say which input they belong to, or name files that were never
            sent. No mask is taken from such a file.
    """
    found = {name: _Found() for name in rows_of}
    for record in read_records(path):
        if record.features is not None:
            name = _file_of(record, rows_of)
            _note(found[name], record, rows_of[name])
    return {
        Place(name, row): number
        for name, seen in found.items()
        if _is_proved(seen, rows_of[name])
        for row, number in seen.records.items()
    }


def _file_of(record: Record, rows_of: Mapping[str, int]) -> str:
    """Which input file a record names."""
    named = {PurePosixPath(cell.strip()).name for cell in record.others if cell.endswith(".csv")}
    known = named & rows_of.keys()
    if len(known) == 1 and len(named) == 1:
        return known.pop()
    if not named and len(rows_of) == 1:
        return next(iter(rows_of))
    if named:
        raise _unreadable("It names input files that this batch never sent.")
    raise _unreadable(
        "Its records do not say which input file they belong to, and they come in any order, so "
        "no mask can be given to an image safely."
    )


def _note(seen: _Found, record: Record, count: int) -> None:
    """Remember a record of a file that has ``count`` rows."""
    number = _row_of(record)
    seen.numbers.add(number)
    # In a file of one row the name alone settles whose it is.
    row = 0 if count == 1 else number
    if row is not None:
        seen.records.setdefault(row, record.number)


def _is_proved(seen: _Found, count: int) -> bool:
    """Whether every row of a file has a record of its own, and no record is of another row."""
    if count == 1:
        return len(seen.numbers) == 1
    return seen.numbers == set(range(count))


def _row_of(record: Record) -> int | None:
    """The row number before the masks."""
    first = record.cells[0].strip() if record.features else ""
    return int(first) if first.isascii() and first.isdigit() and len(first) < 10 else None


def _features_in(cells: Sequence[str]) -> int | None:
    """Position of the cell with the masks; None in a header or an empty line."""
    for index, cell in enumerate(cells):
        if cell.lstrip()[:1] == "{" and all(word in cell for word in _FEATURES):
            return index
    return None


def _delimiter(path: Path) -> str:
    """Comma, or the blank that scoring scripts of one's own often write.

    The first records are read both ways; the right way leaves the masks in one cell.
    """
    for delimiter in (",", " "):
        with path.open(encoding="utf-8", newline="") as file:
            first = islice(csv.reader(file, delimiter=delimiter), 2)
            if any(_features_in(cells) is not None and len(cells) > 1 for cells in first):
                return delimiter
    return ","


@contextmanager
def _large_fields() -> Iterator[None]:
    """Let the csv module read cells of many megabytes; its limit counts for the whole process."""
    before = csv.field_size_limit(LARGEST_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _unreadable(what: str, details: str = "") -> InvalidReply:
    return InvalidReply(
        f"The predictions cannot be used. {what}",
        "predictions.csv is kept as it came; check that the endpoint's deployment is an MLflow "
        "model that appends rows, as docs/batch.md describes.",
        details=details,
    )
