"""The JSON of an endpoint's answer, read without letting its content into an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.errors import InvalidReply

_LONGEST_FOUND = 80


def parse_reply(text: bytes | str, invalid: Callable[[str, str], InvalidReply]) -> object:
    """Read JSON.

    Args:
        text: Of the answer, or of a part of it.
        invalid: Makes the error from a sentence and details.

    Raises:
        InvalidReply: It is no complete JSON.
    """
    try:
        parsed: object = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        problem = f"{error.msg}, {len(text)} bytes"
    else:
        return parsed
    # Raised here and not above: the parser's exception holds the whole text it could not read.
    raise invalid("It is not complete JSON, so the connection was probably cut.", problem)


def kind_of(value: object) -> str:
    """Say what a JSON value is, without its content."""
    if isinstance(value, dict):
        names = ", ".join(sorted(map(str, value))[:5])[:_LONGEST_FOUND]
        return f"an object with {names or 'no members'}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return {str: "text", type(None): "nothing"}.get(type(value), "a number")
