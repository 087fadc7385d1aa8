"""Checks a request body as the scoring layers do, and says what they would say."""

from __future__ import annotations

import base64
import binascii
import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from tests.standin.behaviour import (
    EMPTY_BODY,
    NO_INPUT_DATA,
    NOT_A_DICTIONARY,
    SCORING_FAILED,
    WRONG_CONTENT_TYPE,
    Refusal,
    model_error,
)

if TYPE_CHECKING:
    import numpy.typing as npt

SIDE = 1024
_PNG = b"\x89PNG\r\n\x1a\n"


class Refused(Exception):
    """The request is not what the contract says.

    Attributes:
        refusal: What the client gets to see.
        reason: What the container's log would show, for whoever writes a test.
    """

    def __init__(self, refusal: Refusal, reason: str) -> None:
        super().__init__(reason)
        self.refusal = refusal
        self.reason = reason


@dataclass(frozen=True, eq=False)
class Row:
    """One picture, uint8 (1024, 1024, 3) RGB, and its phrases."""

    picture: npt.NDArray[np.uint8]
    phrases: tuple[str, ...]


def read_rows(content_type: str, body: bytes) -> list[Row]:
    """Check a ``/score`` request and take it apart.

    Raises:
        Refused: With the answer that the endpoint would give.
    """
    if content_type.split(";", maxsplit=1)[0].strip().lower() != "application/json":
        raise Refused(WRONG_CONTENT_TYPE, f"content type {content_type!r}")
    if not body:
        raise Refused(EMPTY_BODY, "no body")
    try:
        request = json.loads(body)
    except ValueError as problem:
        text = f"POST body could not be decoded as JSON: {problem}"
        raise Refused(model_error(400, text), text) from None
    if not isinstance(request, dict):
        raise Refused(NOT_A_DICTIONARY, f"body is {type(request).__name__}")
    if "input_data" not in request:
        raise Refused(NO_INPUT_DATA, "no input_data")
    return [_read_row(*cells) for cells in _read_table(request["input_data"])]


def _read_table(table: object) -> list[tuple[object, object]]:
    """The cells image and text of every row, as the data frame would hold them."""
    _require(isinstance(table, dict), "input_data is no object")
    columns, data = table.get("columns"), table.get("data")
    _require(isinstance(columns, list), "columns is no list")
    _require(isinstance(data, list) and data, "data is no list with rows")
    _require(all(isinstance(row, list) for row in data), "a row is no list")
    _require(all(len(row) == len(columns) for row in data), "a row does not fit the columns")
    _require({"image", "text"} <= set(columns), "the column image or text is missing")
    index = table.get("index")
    if index is not None:
        _require(isinstance(index, list), "index is no list")
        if len(data) == 1 and index:
            data = data * len(index)  # a quirk of the real layer: the row is repeated
        _require(len(index) == len(data), f"{len(index)} index values for {len(data)} rows")
    image, text = columns.index("image"), columns.index("text")
    return [(row[image], row[text]) for row in data]


def _read_row(image: object, text: object) -> Row:
    _require(isinstance(image, str), "image is no string")
    _require(isinstance(text, str), "text is no string")
    try:
        content = base64.b64decode("".join(image.split()), validate=True)
    except binascii.Error:
        raise Refused(SCORING_FAILED, "image is not base64") from None
    phrases = tuple(part.strip() for part in text.split("&"))
    _require(all(phrases), f"an empty phrase in {text!r}")
    return Row(_read_png(content), phrases)


def _read_png(content: bytes) -> npt.NDArray[np.uint8]:
    """Decode the picture; stricter than the real layer, so that a wrong client shows here."""
    _require(content[:8] == _PNG and len(content) > 33, "the image is no PNG")
    width, height, depth, colour = struct.unpack(">IIBB", content[16:26])
    found = f"{width}x{height}, {depth} bits, colour type {colour}"
    _require((width, height, depth, colour) == (SIDE, SIDE, 8, 2), f"the PNG is {found}")
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB)
    _require(picture is not None, "the PNG is damaged")
    return picture


def _require(condition: object, reason: str) -> None:
    """Any exception in the scoring script looks the same from outside."""
    if not condition:
        raise Refused(SCORING_FAILED, reason)
