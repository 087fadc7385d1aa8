"""What the viewer sends: exact, once, and never more memory than the budget."""

from __future__ import annotations

import json
import zlib

import cv2
import numpy as np

from components.viewer.packets import PacketCache, pack_library, pack_mask, pack_picture


def opened(packet: bytes) -> tuple[dict[str, object], bytes]:
    head, _, body = packet.partition(b"\n")
    return json.loads(head), body


def test_a_picture_is_sent_without_loss(grey_frame):
    head, body = opened(pack_picture("i1", grey_frame.rgb))
    assert head == {"hash": "i1"}
    assert np.array_equal(cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)[..., ::-1],
                          grey_frame.rgb)  # fmt: skip


def test_a_mask_is_sent_without_loss(rng):
    # A view with gaps between its rows is packed like any other array.
    probability = rng.integers(0, 256, (31, 40), dtype=np.uint8)[:, ::2]
    head, body = opened(pack_mask("m1", probability))
    assert head == {"hash": "m1", "height": 31, "width": 20}
    assert zlib.decompress(body) == probability.tobytes()


def test_the_code_is_named_after_its_content():
    head, body = opened(pack_library())
    assert len(str(head["hash"])) == 24
    assert b"export {" in body


def test_a_packet_is_made_once():
    cache = PacketCache()
    made = []
    for _ in range(3):
        cache.get("a", lambda: made.append(1) or b"packet")
    assert made == [1]


def test_the_cache_keeps_what_was_used_last_and_stays_within_its_budget():
    cache = PacketCache(budget=100)
    for key in ("a", "b"):
        cache.get(key, lambda: bytes(40))
    cache.get("a", bytes)
    cache.get("c", lambda: bytes(40))
    assert cache.size == 80
    assert cache.get("a", bytes) == bytes(40)
    assert cache.get("b", lambda: b"made again") == b"made again"


def test_one_packet_above_the_budget_is_still_sent():
    cache = PacketCache(budget=10)
    assert cache.get("a", lambda: bytes(40)) == bytes(40)
