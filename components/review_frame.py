"""The picture of an item, decoded once a session and checked against the one that was put in."""

from __future__ import annotations

import os
from collections import OrderedDict
from typing import TYPE_CHECKING

import streamlit as st

from core.imaging import budget_from
from core.review.picture import picture_of

if TYPE_CHECKING:
    from core.imaging import Frame
    from core.review.desk import Desk
    from core.review.values import Item

_KEY = "_review_frames"
_KEPT = 4


def frame_of(desk: Desk, item: Item) -> Frame:
    """Decode the picture of an item, or take it from this session's last few.

    Raises:
        StoreDamaged: The file is missing or damaged, or is shown otherwise than it was put in.
        ImageError: The file cannot be decoded.
        StoreUnreachable: The store does not answer.
    """
    frames: OrderedDict[str, Frame] = st.session_state.setdefault(_KEY, OrderedDict())
    if item.id not in frames:
        frames[item.id] = picture_of(item, desk.image(item), budget_from(os.environ))[1]
        while len(frames) > _KEPT:
            frames.popitem(last=False)
    frames.move_to_end(item.id)
    return frames[item.id]
