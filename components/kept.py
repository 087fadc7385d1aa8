"""The last value of each name in a browser session, made once from the same things.

Every stroke and every press reruns the page: what asks a database or decodes files is kept here.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

_KEY = "_kept"
_LATELY_S = 10

Kept = TypeVar("Kept")


def kept(name: str, key: Hashable, make: Callable[[], Kept]) -> Kept:
    """The last value of this name where the key is the same, else a new one in its place.

    Args:
        name: One for each kind of value.
        key: What the value depends on.
        make: Gives the value; what it raises is not kept.
    """
    return last_of(st.session_state.setdefault(_KEY, {}), name, key, make)


def last_of(
    values: dict[str, tuple[Hashable, Any]], name: str, key: Hashable, make: Callable[[], Kept]
) -> Kept:
    """The same among values that are themselves kept, and so go together.

    Args:
        values: By name, each with its key.
        name: One for each kind of value.
        key: What the value depends on.
        make: Gives the value; what it raises is not kept.
    """
    if name not in values or values[name][0] != key:
        # It may be large: it goes before another one is made.
        values.pop(name, None)
        values[name] = (key, make())
    found: Kept = values[name][1]
    return found


def forget(*names: str) -> None:
    """Have the values of these names made anew when they are next asked for."""
    values = st.session_state.get(_KEY, {})
    for name in names:
        values.pop(name, None)


def lately() -> int:
    """A part of keys that is another one every ten seconds: for what other people change, too."""
    return int(time.monotonic() // _LATELY_S)
