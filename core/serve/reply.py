"""The body of a 200, byte for byte as the real server writes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pybase64

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.backends.base import ModelReply


def response_body(replies: Sequence[ModelReply]) -> bytes:
    """Write masks as the contract has them: base64 in JSON in a string in JSON, ``data`` first.

    Base64 holds nothing that JSON would escape, so that the megabytes need no second look. Where
    the model named no category there is an empty text. Masks that nowhere exceed level 1 are sent
    as 0: some versions of the model answer 0 and 1, so that clients take a highest value of 1 for
    a certain yes, where it is a probability of 1/255 here.

    Args:
        replies: One a picture; masks uint8 (N, 1024, 1024), 0..255.
    """
    return b"".join([b"[", *_with_commas([_item(reply) for reply in replies]), b"]"])


def _item(reply: ModelReply) -> bytes:
    masks = np.ascontiguousarray(reply.probabilities)
    if masks.max(initial=0) == 1:
        masks = np.zeros_like(masks)
    # Escaped twice: the quotes of the inner JSON stand in a string of the outer one.
    rest = json.dumps({"shape": list(masks.shape), "dtype": str(masks.dtype)})
    inner = json.dumps(f'", {rest[1:]}')[1:-1]
    categories = json.dumps([category or "" for category in reply.categories])
    return b"".join(
        [
            rb'{"image_features": "{\"data\": \"',
            pybase64.b64encode(masks.data),
            inner.encode(),
            b'", "text_features": ',
            categories.encode(),
            b"}",
        ]
    )


def _with_commas(items: Sequence[bytes]) -> Iterator[bytes]:
    for position, item in enumerate(items):
        if position:
            yield b", "
        yield item
