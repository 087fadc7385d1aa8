"""What the editor in a browser sends, checked: a browser may send anything."""

from __future__ import annotations

import binascii
import math
import re
import zlib
from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from components.language import t
from core.errors import EditDamaged
from core.review.masks import mask_sha256
from core.review.values import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from core.review.values import Verdict

Action = Literal["", "next", "back", "finish", "reopen"]

MOST_ENTRIES = 64
"""Entries of one kind in one message, at most."""

LONGEST_TEXT = 4000
"""Characters of a comment, at most."""

LONGEST_SECONDS = 3600.0
"""Seconds that one message adds, at most."""

_LARGEST_NUMBER = 2**53 - 1  # the largest whole number that JavaScript tells from its neighbours
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, eq=False)
class ArrivedEdit:
    """A mask that was drawn.

    Attributes:
        label: Id of the label.
        mask: bool (H, W).
        sha256: Its hash, checked.
        base: Revision of the mask that it was drawn on.
    """

    label: str
    mask: npt.NDArray[np.bool_]
    sha256: str
    base: int


@dataclass(frozen=True)
class ArrivedDecision:
    """A decision that was made.

    Attributes:
        label: Id of the label.
        verdict: What was decided.
        difficulty: 1..3 or None.
        reason: Or ``""``.
        comment: Or ``""``.
        base: Revision of the decision that it replaces, 0 for none.
    """

    label: str
    verdict: Verdict
    difficulty: int | None
    reason: str
    comment: str
    base: int


@dataclass(frozen=True)
class EditorEvents:
    """What the browser has sent in one message.

    Attributes:
        number: Of the message; 0 when nothing has come.
        reading: Id of the reading that it is about.
        edits: Masks, in the order in which they are to be stored.
        decisions: Made on the masks as the edits leave them.
        action: What the reader wants next, after everything else is stored. ``"finish"`` is to
            finish the reading and to go on.
        labels: Phrases of new empty labels.
        pins: New comments at points, as (row, column, text).
        unpins: Ids of pins that are taken away.
        seconds: Time that the reader has worked since the last message, 0..3600.
    """

    number: int = 0
    reading: str = ""
    edits: tuple[ArrivedEdit, ...] = ()
    decisions: tuple[ArrivedDecision, ...] = ()
    action: Action = ""
    labels: tuple[str, ...] = ()
    pins: tuple[tuple[int, int, str], ...] = ()
    unpins: tuple[str, ...] = ()
    seconds: float = 0.0


def events_of(message: object, height: int, width: int) -> EditorEvents:
    """Read one message of the editor.

    Args:
        message: The value of the event "work", as JSON gives it.
        height: Pixel rows of the picture.
        width: Pixel columns of the picture.

    Raises:
        EditDamaged: It is not what an editor sends, is larger than one can be, or a mask is not
            the one that was drawn.
    """
    fields = _object(message)

    def each(name: str, read: Callable[[Any], Any]) -> tuple[Any, ...]:
        return tuple(read(entry) for entry in _list(fields, name))

    return EditorEvents(
        number=_whole(fields, "number", 1, _LARGEST_NUMBER),
        reading=_id(fields.get("reading")),
        edits=each("edits", lambda entry: _edit(_object(entry), height, width)),
        decisions=each("decisions", lambda entry: _decision(_object(entry))),
        action=_action(fields.get("action", "")),
        labels=each("labels", _text),
        pins=each("pins", lambda entry: _pin(_object(entry), height, width)),
        unpins=each("unpins", _id),
        seconds=_seconds(fields.get("seconds", 0)),
    )


def _edit(fields: dict[str, Any], height: int, width: int) -> ArrivedEdit:
    sha256 = fields.get("sha256")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise _damaged("sha256")
    mask = unpack_mask(fields.get("mask"), height, width)
    if mask_sha256(mask) != sha256:
        raise EditDamaged(
            t("A mask that arrived is not the one that was drawn."),
            t("Nothing of it was stored: the browser sends it again by itself."),
        )
    base = _whole(fields, "base", 0, _LARGEST_NUMBER)
    return ArrivedEdit(_id(fields.get("label")), mask, sha256, base)


def unpack_mask(text: object, height: int, width: int) -> npt.NDArray[np.bool_]:
    """Undo ``encodeMask`` of ``edit_codec.js``: base64 of deflated (zlib) bits.

    Args:
        text: What arrived.
        height: Pixel rows that it must have.
        width: Pixel columns that it must have.

    Returns:
        bool (H, W). The first pixel of the first row is the highest bit of the first byte.

    Raises:
        EditDamaged: It is no such text, or holds another number of pixels.
    """
    size = (height * width + 7) // 8
    # Bits that cannot be deflated grow by less than this, and by a third in base64.
    if not isinstance(text, str) or len(text) > (size + size // 1000 + 128) * 4 // 3 + 4:
        raise _damaged("mask")
    unpacking = zlib.decompressobj()
    try:
        packed = unpacking.decompress(b64decode(text, validate=True), size + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise _damaged("mask") from error
    if len(packed) != size or not unpacking.eof or unpacking.unused_data:
        raise _damaged("mask")
    bits = np.unpackbits(np.frombuffer(packed, np.uint8), count=height * width)
    return bits.astype(np.bool_).reshape(height, width)


def _decision(fields: dict[str, Any]) -> ArrivedDecision:
    verdict, difficulty = fields.get("verdict"), fields.get("difficulty")
    known = next((word for word in VERDICTS if word == verdict), None)
    if known is None:
        raise _damaged("verdict")
    return ArrivedDecision(
        label=_id(fields.get("label")),
        verdict=known,
        difficulty=None if difficulty is None else _whole(fields, "difficulty", 1, 3),
        reason=_text(fields.get("reason", "")),
        comment=_text(fields.get("comment", "")),
        base=_whole(fields, "base", 0, _LARGEST_NUMBER),
    )


def _pin(fields: dict[str, Any], height: int, width: int) -> tuple[int, int, str]:
    row, column = _whole(fields, "row", 0, height - 1), _whole(fields, "column", 0, width - 1)
    return row, column, _text(fields.get("text"))


def _action(value: object) -> Action:
    known: Action | None = next((word for word in get_args(Action) if word == value), None)
    if known is None:
        raise _damaged("action")
    return known


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _damaged("entry")
    return value


def _list(fields: dict[str, Any], name: str) -> list[Any]:
    entries = fields.get(name, [])
    if not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
        raise _damaged(name)
    return entries


def _whole(fields: dict[str, Any], name: str, least: int, most: int) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise _damaged(name)
    return value


def _seconds(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise _damaged("seconds")
    return min(max(float(value), 0.0), LONGEST_SECONDS)


def _id(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise _damaged("id")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise _damaged("text")
    return value


def _damaged(part: str) -> EditDamaged:
    return EditDamaged(
        t("What arrived from the browser cannot be read."),
        t("Nothing of it was stored: the browser sends it again by itself."),
        details=f"part: {part}",
    )
