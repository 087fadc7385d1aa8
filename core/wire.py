"""MedImageParse's request and response: bytes to arrays and back, and nothing about HTTP.

The request is one JSON object with a base64 PNG and one string of phrases a picture; the response
is a JSON list in which every picture's masks are base64 inside a JSON string inside JSON.
"""

from __future__ import annotations

import ast
import binascii
import io
import re
from typing import TYPE_CHECKING

import cv2
import numpy as np
import orjson
import pybase64

from core.backends.base import ModelReply
from core.errors import InvalidReply
from core.geometry import MODEL_SIDE
from core.imaging.model import Notice
from core.png import SIGNATURE, encode_png
from core.prompts import join_phrases
from core.reply_json import kind_of, parse_reply

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Uint8 = npt.NDArray[np.uint8]

_NPY = b"\x93NUMPY"
# The member "data" and the quote that opens its value, whatever the depth of JSON-in-JSON escapes.
_DATA = re.compile(rb"""\\*["']data\\*["']\s*:\s*\\*(["'])""")
_LONGEST_CATEGORY = 100
# Shorter strings are no mask of a million pixels; they are left to the JSON parser.
_WORTH_LIFTING = 1024


def encode_request(pictures: Sequence[Uint8], phrases: Sequence[Sequence[str]]) -> bytes:
    """Write the body of a ``/score`` request.

    Args:
        pictures: One or more uint8 (1024, 1024, 3) RGB pictures, 0..255.
        phrases: The phrases of each picture, in the same order.

    Returns:
        JSON as UTF-8: columns image and text, ``index`` as a list, base64 without line breaks.
    """
    rows = []
    for picture, wanted in zip(pictures, phrases, strict=True):
        image = pybase64.b64encode(encode_png(picture))
        rows.append(b'["%b", %b]' % (image, orjson.dumps(join_phrases(wanted))))
    index = b", ".join(b"%d" % row for row in range(len(rows)))
    return (
        b'{"input_data": {"columns": ["image", "text"], "index": [%b], "data": [%b]}}'
        % (index, b", ".join(rows))
    )  # fmt: skip


def decode_response(body: bytes, phrases: Sequence[Sequence[str]]) -> list[ModelReply]:
    """Read the body of a ``/score`` response.

    Accepts ``image_features`` as a JSON string, a Python literal or an object; a whole body that is
    JSON inside a JSON string; ``data`` that holds raw values, a PNG or an ``.npy`` file; boolean,
    integer and float masks; one mask without the phrase axis; and any number of categories.

    Args:
        body: The bytes received.
        phrases: The phrases that were sent for each picture.

    Returns:
        One reply per picture, masks as uint8 (N, 1024, 1024) where 128 and above is foreground.

    Raises:
        InvalidReply: Anything else, with what was found.
    """
    skeleton, payloads = _lift_payloads(body)
    rows = parse_reply(skeleton, _invalid)
    if isinstance(rows, str):
        rows = _parse_literal(rows)
    if not isinstance(rows, list):
        raise _invalid(f"Instead of a list of results it holds {kind_of(rows)}.")
    if len(rows) != len(phrases):
        raise _invalid(f"It holds {len(rows)} results for {len(phrases)} pictures.")
    return [
        _read_row(row, wanted, payloads) for row, wanted in zip(rows, phrases, strict=True)
    ]  # fmt: skip


def _lift_payloads(body: bytes) -> tuple[bytes, list[memoryview]]:
    """Take the long base64 strings out, so that JSON is parsed without megabytes in it.

    Each is replaced by ``@0``, ``@1`` and so on, which :func:`_payload` puts back. A string with
    escapes inside stays where it is: the JSON parser knows how to undo them.
    """
    view = memoryview(body)
    kept: list[bytes | memoryview] = []
    payloads: list[memoryview] = []
    position = 0
    while match := _DATA.search(body, position):
        start = match.end()
        end = body.find(match.group(1), start)
        if end < 0:
            break
        while end > start and body[end - 1 : end] == b"\\":
            end -= 1
        kept.append(view[position:start])
        if end - start < _WORTH_LIFTING or body.find(b"\\", start, end) >= 0:
            kept.append(view[start:end])
        else:
            kept.append(b"@%d" % len(payloads))
            payloads.append(view[start:end])
        position = end
    kept.append(view[position:])
    return b"".join(kept), payloads


def _parse_literal(text: str) -> object:
    """Read JSON, or failing that a Python literal (single quotes), as some servers write."""
    try:
        parsed: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        try:
            parsed = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
    return parsed


def _read_row(row: object, phrases: Sequence[str], payloads: list[memoryview]) -> ModelReply:
    if not isinstance(row, dict) or "image_features" not in row:
        raise _invalid(f"A result has no image_features; it holds {kind_of(row)}.")
    features = row["image_features"]
    if isinstance(features, str):
        features = _parse_literal(features)
    if not isinstance(features, dict) or "data" not in features:
        raise _invalid(f"image_features has no data; it holds {kind_of(features)}.")
    values = _read_values(features, payloads)
    masks, notices = _to_levels(_to_stack(values, len(phrases)))
    categories, more = _read_categories(row.get("text_features"), len(phrases))
    return ModelReply(masks, categories, (*notices, *more))


def _read_values(
    features: dict[str, object], payloads: list[memoryview]
) -> npt.NDArray[np.generic]:
    """Decode ``data`` into an array of whatever shape and type it says it has."""
    content = _decode_base64(features["data"], payloads)
    if content[:8] == SIGNATURE:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
        if picture is None:
            raise _invalid("The PNG inside it is damaged.")
        return np.asarray(picture)
    if content[:6] == _NPY:
        try:
            return np.asarray(np.load(io.BytesIO(content), allow_pickle=False))
        except (ValueError, EOFError, OSError):
            raise _invalid("The npy array inside it is damaged.") from None
    return _read_raw(content, features.get("shape"), features.get("dtype", "uint8"))


def _decode_base64(data: object, payloads: list[memoryview]) -> bytes:
    if not isinstance(data, str):
        raise _invalid(f"data is {kind_of(data)} instead of base64 text.")
    lifted = re.fullmatch(r"@(\d{1,6})", data)
    source: str | memoryview = "".join(data.split())
    if lifted and int(lifted[1]) < len(payloads):
        source = payloads[int(lifted[1])]
    try:
        return pybase64.b64decode(source, validate=True)
    except (binascii.Error, ValueError):
        raise _invalid("The mask data is not valid base64.") from None


def _read_raw(content: bytes, shape: object, dtype: object) -> npt.NDArray[np.generic]:
    try:
        kind = np.dtype(str(dtype))
    except TypeError:
        raise _invalid(f"It names an unknown number type, {str(dtype)[:40]!r}.") from None
    if kind.kind not in "buif":
        raise _invalid(f"It names a number type that is no mask, {kind}.")
    if not (isinstance(shape, list | tuple) and all(type(n) is int and n >= 0 for n in shape)):
        raise _invalid(f"It gives no usable shape ({str(shape)[:60]}).")
    wanted = int(np.prod(shape, dtype=object)) * kind.itemsize
    if wanted != len(content):
        text = "x".join(map(str, shape))
        raise _invalid(f"Masks of {text} {kind} need {wanted} bytes, but {len(content)} came.")
    return np.frombuffer(content, kind).reshape(shape)


def _to_stack(values: npt.NDArray[np.generic], count: int) -> npt.NDArray[np.generic]:
    """Bring the array to (N, 1024, 1024), one mask a phrase."""
    found = "x".join(map(str, values.shape))
    while values.ndim > 3 and 1 in values.shape[:-2]:
        values = values.squeeze(axis=values.shape.index(1))
    if values.ndim == 2:
        values = values[None]
    if values.ndim != 3 or values.shape[1:] != (MODEL_SIDE, MODEL_SIDE):
        raise _invalid(f"The masks are {found} instead of {count}x{MODEL_SIDE}x{MODEL_SIDE}.")
    if len(values) != count:
        raise _invalid(f"It holds {len(values)} masks for {count} phrases.")
    return values


def _to_levels(values: npt.NDArray[np.generic]) -> tuple[Uint8, tuple[Notice, ...]]:
    """Bring masks of any number type to uint8 levels 0..255.

    Probabilities 0..1 and hard masks 0/1 are scaled by 255; integers above 1 are levels already.
    """
    if values.dtype.kind == "f":
        return _floats_to_levels(np.asarray(values, dtype=np.float32)), ()
    if values.dtype == np.bool_:
        return np.multiply(values, 255, dtype=np.uint8, casting="unsafe"), ()
    lowest = 0 if values.dtype == np.uint8 else int(values.min())
    highest = int(values.max())
    if lowest < 0 or highest > 255:
        raise _invalid(f"The mask values run from {lowest} to {highest} instead of 0 to 255.")
    levels = values.astype(np.uint8, copy=False)
    if highest == 1:
        notice = Notice(
            "hard_01_masks",
            "The endpoint sent masks of zeros and ones, so there is no probability to threshold.",
        )
        return levels * np.uint8(255), (notice,)
    return levels, ()


def _floats_to_levels(values: npt.NDArray[np.float32]) -> Uint8:
    lowest, highest = float(values.min()), float(values.max())
    # NaN fails this comparison too.
    if not (lowest >= 0.0 and highest <= 255.0):
        raise _invalid(f"The mask values run from {lowest:g} to {highest:g}, not 0 to 1 or 255.")
    scale = 255.0 if highest <= 1.0 else 1.0
    levels: Uint8 = np.rint(values * np.float32(scale)).astype(np.uint8)
    return levels


def _read_categories(
    value: object, count: int
) -> tuple[tuple[str | None, ...], tuple[Notice, ...]]:
    """Read ``text_features``: a list, its Python text, or one bare category."""
    if isinstance(value, str):
        literal = _parse_literal(value)
        value = literal if isinstance(literal, list | tuple) else [value]
    if not isinstance(value, list | tuple):
        value = []
    found = [
        str(item)[:_LONGEST_CATEGORY] if item not in (None, "") else None for item in value
    ]  # fmt: skip
    notices: tuple[Notice, ...] = ()
    if len(found) != count:
        notices = (
            Notice(
                "category_count",
                f"The endpoint named {len(found)} categories for {count} phrases; "
                "they are shown in order as far as they go.",
                "warning",
            ),
        )
    return tuple((found + [None] * count)[:count]), notices


def _invalid(what: str, details: str = "") -> InvalidReply:
    return InvalidReply(
        f"The endpoint's answer cannot be read. {what}",
        "Run it again; if it stays, check that the address is a MedImageParse endpoint.",
        details=details,
    )
