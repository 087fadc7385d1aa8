"""Class lists: what the values or colours of a mask stand for."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING

from core.errors import EmptyFile, InputError, WorkbenchError
from core.imaging.refusals import read_or_refuse, shown_name
from core.masks_in.json_file import read_json
from core.masks_in.values import ClassEntry, Classes
from core.review.items import tidy_phrase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.masks_in.values import Rgb

_MOST_BYTES = 2_000_000
_MOST_CLASSES = 4096
_MOST_VALUE = (1 << 31) - 1
_HEX = re.compile(r"#([0-9a-fA-F]{6})")
_COLOUR_KEYS = ("color", "colour", "rgb")
_VALUE_KEYS = ("value", "id", "label", "index")
_NAME_KEYS = ("name", "class", "label")


def read_classes(data: bytes, name: str) -> Classes:
    """Read a class list.

    JSON as ``{"1": "liver"}``, ``{"liver": 1}``, ``dataset.json`` of nnU-Net with ``labels``, a
    COCO file with ``categories``, or a list of ``{"value", "name", "color"}``; CSV with
    ``value,name`` or ``r,g,b,name``, with or without a header, separated by comma, semicolon or
    tab.

    Args:
        data: The whole file.
        name: Its name, for sentences.

    Raises:
        InputError: It is no class list.
    """
    if not data:
        raise EmptyFile(f"{shown_name(name)} is empty (0 bytes).", _NEXT)
    text = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if text in (b"{", b"["):
        # A COCO file is its own class list, and may be large.
        entries = read_or_refuse(name, lambda: list(_from_json(read_json(data, name))))
    elif len(data) > _MOST_BYTES:
        raise _refusal(name, f"It has {len(data):,} bytes, more than {_MOST_BYTES:,}.")
    else:
        entries = read_or_refuse(name, partial(_from_csv, data))
    return _checked(entries, name)


_NEXT = (
    "Give JSON with a name for each value, CSV with value,name or r,g,b,name, or the dataset.json "
    "of nnU-Net."
)


def _refusal(name: str, why: str) -> InputError:
    return InputError(f"{shown_name(name)} is no class list. {why}", _NEXT)


def _checked(entries: list[ClassEntry], name: str) -> Classes:
    """Entries with tidy names, those of one name joined."""
    if not entries:
        raise _refusal(name, "No class was found in it.")
    if len(entries) > _MOST_CLASSES:
        raise _refusal(name, f"It has {len(entries):,} classes, more than {_MOST_CLASSES:,}.")
    joined: dict[str, ClassEntry] = {}
    for entry in entries:
        try:
            tidy = tidy_phrase(entry.name)
        except WorkbenchError:
            raise _refusal(name, "A class has no name, or one that is too long.") from None
        if not all(0 <= value <= _MOST_VALUE for value in entry.values):
            raise _refusal(name, f"The class {tidy} has a value below 0 or above {_MOST_VALUE:,}.")
        if entry.rgb is not None and not all(0 <= level <= 255 for level in entry.rgb):
            raise _refusal(name, f"The colour of the class {tidy} is not from 0 to 255.")
        before = joined.get(tidy.casefold(), ClassEntry(tidy))
        values = tuple(dict.fromkeys((*before.values, *entry.values)))
        joined[tidy.casefold()] = ClassEntry(before.name, values, before.rgb or entry.rgb)
    return Classes(tuple(joined.values()))


def _from_json(found: object) -> Iterator[ClassEntry]:
    if isinstance(found, Mapping):
        inside = found.get("categories", found.get("labels", found))
        if isinstance(inside, Mapping):
            yield from _from_mapping(inside)
        else:
            yield from _from_json(inside if isinstance(inside, list) else None)
        return
    for number, entry in enumerate(found if isinstance(found, list) else ()):
        if isinstance(entry, str):
            yield ClassEntry(entry, (number,))
        elif isinstance(entry, Mapping):
            yield from _from_record(entry)


def _from_mapping(found: Mapping[str, object]) -> Iterator[ClassEntry]:
    """Names by value, or values by name: nnU-Net v1 has the one, v2 the other."""
    for key, entry in found.items():
        if isinstance(entry, str) and key.strip().isdecimal():
            yield ClassEntry(entry, (int(key[:18]),))
        elif isinstance(entry, int | list):
            values = entry if isinstance(entry, list) else [entry]
            yield ClassEntry(key, tuple(value for value in values if _is_whole(value)))
        elif isinstance(entry, Mapping) and key.strip().isdecimal():
            yield from _from_record({"value": int(key[:18]), **entry})


def _from_record(record: Mapping[str, object]) -> Iterator[ClassEntry]:
    name = next((v for k in _NAME_KEYS if isinstance(v := record.get(k), str)), "")
    value = next((v for k in _VALUE_KEYS if _is_whole(v := record.get(k))), None)
    rgb = next((c for k in _COLOUR_KEYS if (c := _rgb(record.get(k)))), None)
    if name and (value is not None or rgb):
        yield ClassEntry(name, () if not isinstance(value, int) else (value,), rgb)


def _rgb(value: object) -> Rgb | None:
    if isinstance(value, str) and (found := _HEX.fullmatch(value.strip())):
        red, green, blue = bytes.fromhex(found[1])
        return red, green, blue
    if isinstance(value, list) and len(value) in (3, 4) and all(map(_is_whole, value)):
        return value[0], value[1], value[2]
    return None


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _from_csv(data: bytes) -> list[ClassEntry]:
    text = data.decode("utf-8-sig", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    return list(_from_rows([cell.strip() for cell in row] for row in rows))


def _from_rows(rows: Iterable[list[str]]) -> Iterator[ClassEntry]:
    """Leading numbers are a value, a colour, or both; what follows them is the name.

    Rows that do not begin with a number, such as a header, are passed over.
    """
    for row in rows:
        numbers = [int(cell) for cell in takewhile(_is_number, row)]
        rest = row[len(numbers) :]
        if not rest or len(numbers) not in (1, 3, 4):
            continue
        behind = [int(cell) for cell in takewhile(_is_number, rest[1:])]
        colour = numbers[-3:] if len(numbers) > 1 else behind[:3]
        rgb = (colour[0], colour[1], colour[2]) if len(colour) == 3 else None
        yield ClassEntry(rest[0], () if len(numbers) == 3 else (numbers[0],), rgb)


def _is_number(cell: str) -> bool:
    return cell.isascii() and cell.isdecimal() and len(cell) < 19
