"""Masks from a picture and phrases: deterministic, soft, and no medicine at all."""

from __future__ import annotations

import base64
import io
import json
import zlib
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from tests.standin.behaviour import Reply
    from tests.standin.contract import Row

    Uint8 = npt.NDArray[np.uint8]

_WORDS = {
    "lung": "lung",
    "liver": "liver",
    "kidney": "kidney",
    "pancreas": "pancreas",
    "heart": "heart anatomies",
    "ventricle": "heart anatomies",
    "brain": "brain anatomies",
    "optic": "eye anatomies",
    "retina": "eye anatomies",
    "vessel": "vessel",
    "tumor": "tumor",
    "mass": "tumor",
    "infection": "infection",
    "lesion": "other lesion",
    "edema": "fluid disturbance",
    "nodule": "other abnormality",
    "cell": "histology structure",
    "nuclei": "histology structure",
    "gland": "histology structure",
    "spleen": "other organ",
}


def soft_masks(picture: Uint8, phrases: Sequence[str]) -> Uint8:
    """One band of brightness a phrase, soft at its edges.

    The rank of each pixel among all that are not black runs from 0 to 1; a phrase picks a rank by
    its checksum, and the mask falls off linearly from there, through 128 at 0.15 away. Black
    padding is never part of it.

    Args:
        picture: uint8 (1024, 1024, 3).
        phrases: N phrases.

    Returns:
        uint8 (N, 1024, 1024).
    """
    grey = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (9, 9), 0)
    counts = np.bincount(grey.ravel(), minlength=256).astype(np.float64)
    counts[0] = 0
    rank = (np.cumsum(counts) - counts / 2) / max(counts.sum(), 1)
    tables = [_table(rank, phrase) for phrase in phrases]
    return np.stack([cv2.LUT(grey, table) for table in tables])


def category_of(phrase: str) -> str:
    """One of the model's 16 categories, by a word in the phrase."""
    lower = phrase.lower()
    return next((category for word, category in _WORDS.items() if word in lower), "other")


def response_body(rows: Sequence[Row], reply: Reply) -> bytes:
    """The body of a 200, byte for byte in the shape in which the real server writes it."""
    items = [_item(row, reply) for row in rows]
    text = json.dumps(items)
    if reply.twice_encoded:
        text = json.dumps(text)
    return text[: round(len(text) * reply.keep)].encode()


def _table(rank: npt.NDArray[np.float64], phrase: str) -> Uint8:
    """Grey level to mask level for one phrase."""
    centre = 0.2 + 0.7 * (zlib.crc32(phrase.strip().lower().encode()) / 2**32)
    level = 255 * np.clip(1 - np.abs(rank - centre) / 0.3, 0, 1)
    level[0] = 0
    return np.rint(level).astype(np.uint8)


def _item(row: Row, reply: Reply) -> dict[str, object]:
    masks = _with_count(soft_masks(row.picture, row.phrases), reply.more_masks)
    masks = _with_levels(masks, reply.levels)
    if reply.flat:
        masks = masks[0]
    data = _payload(masks, reply)
    encode = base64.encodebytes if reply.line_breaks else base64.b64encode
    features = {
        "data": encode(data).decode(),
        "shape": list(masks.shape),
        "dtype": str(masks.dtype),
    }
    as_written = {"string": json.dumps(features), "repr": repr(features), "object": features}
    categories = [category_of(phrase) for phrase in row.phrases]
    categories = (categories + ["background"] * 16)[: len(categories) + reply.more_categories]
    return {
        "image_features": as_written[reply.features],
        "text_features": categories if reply.categories == "list" else repr(categories),
    }


def _with_count(masks: Uint8, more: int) -> Uint8:
    """More or fewer masks than there are phrases."""
    if more <= 0:
        return masks[: len(masks) + more]
    return np.concatenate([masks, np.repeat(masks[-1:], more, axis=0)])


def _with_levels(masks: Uint8, levels: str) -> npt.NDArray[np.generic]:
    inside = masks >= 128
    if levels == "0/1":
        return inside.astype(np.uint8)
    if levels == "0/255":
        return inside.astype(np.uint8) * np.uint8(255)
    if levels == "bool":
        return inside
    if levels == "float":
        return (masks / np.float32(255)).astype(np.float32)
    return masks


def _payload(masks: npt.NDArray[np.generic], reply: Reply) -> bytes:
    if reply.payload == "png":
        return cv2.imencode(".png", masks.reshape(masks.shape[-2:]))[1].tobytes()
    if reply.payload == "npy":
        file = io.BytesIO()
        np.save(file, masks)
        return file.getvalue()
    return masks.tobytes()
