"""The body of a ``/score`` request: checked as the real layers do, and taken apart."""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson
import pybase64

from core.backends.base import ModelInput
from core.errors import ImageError
from core.geometry import MODEL_SIDE, Letterbox
from core.imaging.model import Frame
from core.prompts.parse import MAX_LENGTH, SEPARATOR
from core.serve.picture import decode_picture
from core.serve.refusals import (
    EMPTY_BODY,
    NO_INPUT_DATA,
    NOT_A_DICTIONARY,
    SCORING_FAILED,
    Refused,
    model_error,
    too_large,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MOST_MASKS = 256
"""Masks of one request, over all of its pictures: 256 MB before, and 350 MB in the answer."""

MOST_ROWS = 64
"""Pictures of one request: 200 MB when decoded. Microsoft advises to stay in the dozens."""

_TOO_MANY = too_large(f"{MOST_ROWS} pictures and {MOST_MASKS} phrases in one request")


@dataclass(frozen=True, eq=False)
class ServedRow:
    """One picture that came in, and its phrases.

    Attributes:
        picture: uint8 (1024, 1024, 3) RGB, 0..255.
        phrases: At least one.
    """

    picture: npt.NDArray[np.uint8]
    phrases: tuple[str, ...]

    def as_input(self) -> ModelInput:
        """What a backend of this process takes: where the picture came from nobody knows here."""
        frame = Frame(values=self.picture, rgb=self.picture)
        letterbox = Letterbox.fit(MODEL_SIDE, MODEL_SIDE)
        return ModelInput(self.picture, self.phrases, frame, letterbox)


def read_rows(body: bytes) -> list[ServedRow]:
    """Check the body of a request and take it apart.

    What the real layers tolerate is tolerated: columns in any order and more of them, an index
    that is left out or holds anything, ``params``, base64 in lines.

    Args:
        body: JSON, as bytes.

    Raises:
        Refused: With the answer that the real layers would give.
    """
    if not body:
        raise Refused(EMPTY_BODY, "no body")
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        text = f"POST body could not be decoded as JSON: {problem}"
        raise Refused(model_error(400, text), "the body is no JSON") from None
    if not isinstance(request, dict):
        raise Refused(NOT_A_DICTIONARY, f"the body is {_kind_of(request)}")
    if "input_data" not in request:
        raise Refused(NO_INPUT_DATA, "no input_data")
    cells = _read_table(request["input_data"])
    # All phrases before the first picture: what is too much is not decoded.
    phrases = [_read_phrases(text) for _, text in cells]
    if sum(map(len, phrases)) > MOST_MASKS:
        raise Refused(_TOO_MANY, f"{sum(map(len, phrases))} phrases")
    return [
        ServedRow(_read_picture(image), wanted)
        for (image, _), wanted in zip(cells, phrases, strict=True)
    ]


def _read_table(table: object) -> list[tuple[object, object]]:
    """The cells image and text of every row, as the data frame would hold them."""
    if not isinstance(table, dict):
        raise _failed(f"input_data is {_kind_of(table)}")
    columns, data = table.get("columns"), table.get("data")
    if not isinstance(columns, list) or not {"image", "text"} <= {*map(str, columns)}:
        raise _failed("the column image or text is missing")
    if not isinstance(data, list) or not data:
        raise _failed("data is no list with rows")
    if not all(isinstance(row, list) and len(row) == len(columns) for row in data):
        raise _failed("a row does not fit the columns")
    count = len(data) if (index := table.get("index")) is None else _length_of(index, len(data))
    if count > MOST_ROWS:
        raise Refused(_TOO_MANY, f"{count} pictures")
    image, text = columns.index("image"), columns.index("text")
    # A single row is repeated for every entry of a longer index, as in the real layer.
    rows = data * count if len(data) == 1 else data
    return [(row[image], row[text]) for row in rows]


def _length_of(index: object, rows: int) -> int:
    """How many rows an index makes of those that are there."""
    if not isinstance(index, list):
        raise _failed(f"index is {_kind_of(index)}")
    if len(index) != rows and (rows > 1 or not index):
        raise _failed(f"{len(index)} index values for {rows} rows")
    return len(index)


def _read_phrases(text: object) -> tuple[str, ...]:
    if not isinstance(text, str):
        raise _failed(f"text is {_kind_of(text)}")
    phrases = tuple(part.strip() for part in text.split(SEPARATOR))
    if not all(phrases):
        raise _failed("a phrase is empty")
    if max(map(len, phrases)) > MAX_LENGTH:
        raise _failed(f"a phrase has more than {MAX_LENGTH} characters")
    return phrases


def _read_picture(image: object) -> npt.NDArray[np.uint8]:
    if not isinstance(image, str):
        raise _failed(f"image is {_kind_of(image)}")
    try:
        content = pybase64.b64decode("".join(image.split()), validate=True)
    except (binascii.Error, ValueError):
        raise _failed("image is not base64") from None
    try:
        return decode_picture(content)
    except ImageError as error:
        raise _failed(error.what) from None


def _failed(reason: str) -> Refused:
    """Any exception in the scoring script looks the same from outside."""
    return Refused(SCORING_FAILED, reason)


def _kind_of(value: object) -> str:
    """What a JSON value is, without its content."""
    return type(value).__name__
