"""What the editor's page gets from a browser, which may send anything."""

from __future__ import annotations

import hashlib
import json
import zlib
from base64 import b64encode

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components.viewer.arrival import LONGEST_TEXT, MOST_ENTRIES, events_of, unpack_mask
from components.viewer.editing import EditorEvents, acknowledge, arrived
from core.errors import EditDamaged
from core.review.masks import mask_sha256

HEIGHT, WIDTH = 61, 83  # neither they nor their product are multiples of eight


@pytest.fixture
def mask(rng):
    return rng.random((HEIGHT, WIDTH)) > 0.5


@pytest.fixture
def session():
    yield st.session_state
    for name in list(st.session_state):
        del st.session_state[name]


def packed(mask: np.ndarray) -> str:
    return b64encode(zlib.compress(np.packbits(mask).tobytes())).decode()


def edit(drawn: np.ndarray, **changes: object) -> dict[str, object]:
    told = {"sha256": mask_sha256(drawn), "mask": packed(drawn)}
    return {"label": "a" * 32, "base": 0, **told, **changes}


def decision(**changes: object) -> dict[str, object]:
    words = {"verdict": "accept", "difficulty": None, "reason": "", "comment": "", "base": 0}
    return {"label": "a" * 32, **words, **changes}


def message(**parts: object) -> dict[str, object]:
    return {"number": 1, "reading": "b" * 32, **parts}


def read(sent: object) -> EditorEvents:
    # What Streamlit hands over has been JSON.
    return events_of(json.loads(json.dumps(sent)), HEIGHT, WIDTH)


def test_everything_that_was_sent_is_read(mask):
    events = read(
        message(
            edits=[edit(mask, base=3)],
            decisions=[decision(verdict="flag", difficulty=2, reason="Wrong", comment="x", base=1)],
            action="finish",
            labels=["cyst"],
            pins=[{"row": 0, "column": WIDTH - 1, "text": "here"}],
            unpins=["c" * 32],
            seconds=12.5,
        )
    )
    assert (events.number, events.reading, events.action) == (1, "b" * 32, "finish")
    assert np.array_equal(events.edits[0].mask, mask)
    assert (events.edits[0].base, events.edits[0].sha256) == (3, mask_sha256(mask))
    assert vars(events.decisions[0]) == decision(
        verdict="flag", difficulty=2, reason="Wrong", comment="x", base=1
    )
    assert (events.labels, events.unpins) == (("cyst",), ("c" * 32,))
    assert events.pins == ((0, WIDTH - 1, "here"),)
    assert events.seconds == 12.5


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 8), (3, 3), (16, 8), (200, 333)])
def test_a_mask_of_any_size_arrives_bit_by_bit(rng, height, width):
    drawn = rng.random((height, width)) > 0.3
    assert np.array_equal(unpack_mask(packed(drawn), height, width), drawn)


def test_a_mask_of_noise_at_the_largest_size_is_taken(rng):
    drawn = rng.random((4096, 4096)) > 0.5
    assert np.array_equal(unpack_mask(packed(drawn), 4096, 4096), drawn)


def test_one_pixel_that_differs_is_noticed(mask):
    other = mask.copy()
    other[7, 11] ^= True
    with pytest.raises(EditDamaged, match="not the one that was drawn"):
        read(message(edits=[edit(mask, mask=packed(other))]))


def test_a_mask_of_exchanged_sides_is_noticed(mask):
    with pytest.raises(EditDamaged, match="not the one that was drawn"):
        read(message(edits=[edit(mask.T)]))


def deflated(content: bytes) -> str:
    return b64encode(zlib.compress(content)).decode()


SIZE = (HEIGHT * WIDTH + 7) // 8


@pytest.mark.parametrize(
    "text",
    [
        None,
        17,
        "",
        "no base64 at all!",
        b64encode(b"not deflated").decode(),
        deflated(bytes(SIZE - 1)),
        deflated(bytes(SIZE + 1)),
        deflated(bytes(SIZE))[:-8],
        b64encode(zlib.compress(bytes(SIZE)) + b"more").decode(),
        "A" * 100_000,
    ],
)
def test_a_text_that_is_no_mask_is_refused(text):
    with pytest.raises(EditDamaged, match="cannot be read"):
        unpack_mask(text, HEIGHT, WIDTH)


def test_a_small_text_that_unpacks_to_gigabytes_is_not_unpacked():
    bomb = b64encode(zlib.compress(bytes(3_000_000))).decode()
    assert len(bomb) < 5000
    with pytest.raises(EditDamaged, match="cannot be read"):
        unpack_mask(bomb, 200, 200)


ZEROS = np.zeros((HEIGHT, WIDTH), np.bool_)


@pytest.mark.parametrize(
    "sent",
    [
        "work",
        ["work"],
        {},
        message(number=0),
        message(number=2**53),
        message(number=True),
        message(number="1"),
        message(number=1.5),
        message(reading=None),
        message(reading="../secret"),
        message(reading="b" * 65),
        message(edits={}),
        message(edits=[edit(ZEROS)] * (MOST_ENTRIES + 1)),
        message(edits=["mask"]),
        message(edits=[edit(ZEROS, label="")]),
        message(edits=[edit(ZEROS, base=-1)]),
        message(edits=[edit(ZEROS, sha256="0" * 63)]),
        message(edits=[edit(ZEROS, sha256=None)]),
        message(decisions=[decision(verdict="approve")]),
        message(decisions=[decision(verdict="")]),
        message(decisions=[decision(verdict=["accept"])]),
        message(decisions=[decision(difficulty=4)]),
        message(decisions=[decision(difficulty="2")]),
        message(decisions=[decision(comment=None)]),
        message(decisions=[decision(comment="x" * (LONGEST_TEXT + 1))]),
        message(action="delete"),
        message(action=["next"]),
        message(labels=[3]),
        message(pins=[{"row": HEIGHT, "column": 0, "text": "x"}]),
        message(pins=[{"row": 0, "column": -1, "text": "x"}]),
        message(pins=[{"row": 0, "column": 0}]),
        message(unpins=["a/b"]),
        message(seconds="12"),
        message(seconds=None),
        message(seconds=float("nan")),
        message(seconds=float("inf")),
    ],
)
def test_what_no_editor_sends_is_refused_in_one_sentence(sent):
    with pytest.raises(EditDamaged, match="cannot be read") as caught:
        read(sent)
    assert caught.value.next_step == (
        "Nothing of it was stored: the browser sends it again by itself."
    )


@pytest.mark.parametrize(("sent", "counted"), [(-3, 0.0), (0, 0.0), (12, 12.0), (10**9, 3600.0)])
def test_time_is_counted_within_its_range(sent, counted):
    assert read(message(seconds=sent)).seconds == counted


def test_nothing_has_come_when_nothing_has_come(grey_frame, session):
    assert arrived("editor", grey_frame, "reading").number == 0


def test_what_was_sent_for_another_reading_is_left_alone(grey_frame, session):
    session["editor"] = {"work": message(reading="other", action="next")}
    assert arrived("editor", grey_frame, "reading").number == 0
    assert arrived("editor", grey_frame, "other").action == "next"


def test_what_was_acknowledged_is_not_done_a_second_time(grey_frame, session):
    session["editor"] = {"work": message(number=7, reading="r", action="next")}
    events = arrived("editor", grey_frame, "r")
    assert events.action == "next"
    acknowledge(events)
    assert arrived("editor", grey_frame, "r").number == 0
    # A run in which nothing has come takes nothing back.
    acknowledge(EditorEvents())
    assert arrived("editor", grey_frame, "r").number == 0


def page() -> None:
    import numpy as np
    import streamlit as st

    from components.viewer.editing import EditLayer, EditorSetup, editor
    from core.imaging.model import Frame
    from core.review.masks import mask_sha256
    from core.review.values import Pin

    rgb = np.zeros((5, 7, 3), np.uint8)
    empty = np.zeros((5, 7), bool)
    layer = EditLayer(
        id="a" * 32, phrase="cyst", category=None, note="", caution=False, colour="#e69f00",
        probability=np.zeros((5, 7), np.uint8), probability_sha256="0" * 64, threshold=128,
        mask=empty, sha256=mask_sha256(empty), revision=0, verdict="", difficulty=None, reason="",
        comment="", decision=0,
    )  # fmt: skip
    layers = [layer] if st.checkbox("With a label") else []
    setup = EditorSetup("r", reasons=("Wrong structure",), pins=(Pin("p", 1, 2, "x"),))
    editor(Frame(rgb, rgb), layers, setup, key="editor", engine="", file_stem="case")


def test_a_page_draws_it_with_labels_and_without():
    app = AppTest.from_function(page).run()
    assert not app.exception
    app.checkbox[0].check().run()
    assert not app.exception


def test_hashes_are_those_of_the_stored_masks(mask):
    pixels = f"{HEIGHT}x{WIDTH}:".encode() + mask.astype(np.uint8).tobytes()
    assert read(message(edits=[edit(mask)])).edits[0].sha256 == hashlib.sha256(pixels).hexdigest()
