"""JSON from strangers, parsed within limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from core.errors import TooLarge
from core.imaging.refusals import damaged, shown_name

if TYPE_CHECKING:
    from typing import Any

# Values that a parsed file may have: each takes some 60 bytes, whatever it took in the file.
_MOST_VALUES = 6_000_000
_SEPARATORS = (b",", b"[", b"{")


def read_json(data: bytes, name: str) -> Any:  # noqa: ANN401 - callers look at what they are given
    """Parse a file whose number of values is bounded before it is parsed.

    Depth is bounded by orjson, which refuses more than 1024 levels.

    Args:
        data: The whole file, in UTF-8, its size within the budget.
        name: Its name, for sentences.

    Raises:
        TooLarge: It has too many values.
        DamagedFile: It is no JSON.
    """
    values = sum(data.count(separator) for separator in _SEPARATORS)
    if values > _MOST_VALUES:
        raise TooLarge(
            f"{shown_name(name)} has about {values:,} values; the limit is {_MOST_VALUES:,}.",
            "Split it into parts, such as one for each hundred images.",
        )
    try:
        return orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        pass
    raise damaged(name, "it is no JSON in UTF-8")
