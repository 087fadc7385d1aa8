"""Bodies of requests: the oddities of the real layers, and limits that keep memory bounded."""

import json

import numpy as np
import pytest

from core.serve.refusals import SCORING_FAILED, Refused
from core.serve.rows import MOST_MASKS, MOST_ROWS, read_rows
from core.wire import encode_request
from tests.core.serve.served import picture


@pytest.fixture(scope="module")
def image():
    return json.loads(encode_request([picture(9)], [["lung"]]))["input_data"]["data"][0][0]


def table(rows, **changes):
    content = {"columns": ["image", "text"], "index": list(range(len(rows))), "data": rows}
    return json.dumps({"input_data": content | changes}).encode()


def refused(body):
    with pytest.raises(Refused) as caught:
        read_rows(body)
    return caught.value


def test_what_our_client_writes_is_read_back():
    phrases = [("left kidney", "tumor"), ("H",)]
    rows = read_rows(encode_request([picture(3), picture(200)], phrases))
    assert [row.phrases for row in rows] == phrases
    assert [int(row.picture[5, 5, 0]) for row in rows] == [3, 200]


def test_a_row_is_a_frame_of_its_own_without_padding():
    (row,) = read_rows(encode_request([picture(3)], [["lung"]]))
    asked = row.as_input()
    assert asked.phrases == ("lung",)
    assert asked.letterbox.restore(np.zeros((1024, 1024), np.uint8)).shape == (1024, 1024)
    assert (asked.letterbox.top, asked.letterbox.left, asked.letterbox.scale) == (0, 0, 1)
    np.testing.assert_array_equal(asked.frame.rgb, row.picture)


def test_a_single_row_is_repeated_for_every_entry_of_a_longer_index(image):
    rows = read_rows(table([[image, "lung"]], index=["a", "b", "b"]))
    assert [row.phrases for row in rows] == [("lung",)] * 3


def test_repeated_and_odd_phrases_each_get_a_mask(image):
    (row,) = read_rows(table([[image, " Lung &lung&  inflammatory cells. "]]))
    assert row.phrases == ("Lung", "lung", "inflammatory cells.")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"index": []}, "0 index values for 1 rows"),
        ({"index": {"0": 0}}, "index is dict"),
        ({"columns": "image"}, "the column image or text is missing"),
        ({"columns": [["image"], "text"]}, "the column image or text is missing"),
        ({"data": [["a"]]}, "a row does not fit the columns"),
        ({"data": [{"image": "a", "text": "b"}]}, "a row does not fit the columns"),
    ],
)
def test_a_table_that_does_not_fit_says_why_in_the_log(image, changes, reason):
    found = refused(table([[image, "lung"]], **changes))
    assert found.refusal is SCORING_FAILED
    assert found.reason == reason


def test_reasons_hold_nothing_of_the_request(image):
    for cell in ("Doe & & x", "Doe" * 200):
        assert "Doe" not in refused(table([[image, cell]])).reason
    assert "Doe" not in refused(b'{"input_data": {"Doe": 1}}').reason
    assert "Doe" not in refused(b'{"input_data": Doe}').reason


def test_too_many_pictures_are_refused_before_any_is_decoded(image):
    for body in (
        table([["no picture", "lung"]] * (MOST_ROWS + 1)),
        table([["no picture", "lung"]], index=[0] * 10_000_000),
    ):
        found = refused(body)
        assert found.refusal.status == 413
        assert f"{MOST_ROWS} pictures" in found.refusal.body


def test_too_many_phrases_are_refused_before_any_picture_is_decoded():
    text = "&".join(["a"] * (MOST_MASKS // 2 + 1))
    found = refused(table([["no picture", text]] * 2))
    assert found.refusal.status == 413
    assert f"{MOST_MASKS} phrases" in found.refusal.body
