"""Answers are those of the real server, to the byte."""

import json

import numpy as np

from core.backends.base import ModelReply
from core.serve.reply import response_body
from core.wire import decode_response


def test_the_masks_of_the_wire_sample_become_the_bytes_of_the_wire_sample(shared):
    sample = (shared / "facts" / "wire-samples" / "response.json").read_bytes()
    assert response_body(decode_response(sample, [["liver", "tumor"]])) == sample


def test_our_client_reads_back_what_was_answered(rng):
    masks = rng.integers(0, 256, (3, 1024, 1024), dtype=np.uint8)
    replies = [
        ModelReply(masks, ("liver", None, 'an "odd" œdema')),
        ModelReply(masks[::-1][:1], ("other",)),
    ]
    body = response_body(replies)
    read = decode_response(body, [["a", "b", "c"], ["d"]])
    for reply, back in zip(replies, read, strict=True):
        np.testing.assert_array_equal(back.probabilities, reply.probabilities)
        assert back.categories == reply.categories
        assert not back.notices
    assert body == json.dumps(json.loads(body)).encode()


def test_a_probability_of_next_to_nothing_is_not_taken_for_a_certain_yes():
    faint = np.zeros((2, 1024, 1024), np.uint8)
    faint[0, 3:9] = 1
    (read,) = decode_response(response_body([ModelReply(faint, ("a", "b"))]), [["a", "b"]])
    assert not read.probabilities.any()
    faint[1, 0, 0] = 2
    (read,) = decode_response(response_body([ModelReply(faint, ("a", "b"))]), [["a", "b"]])
    np.testing.assert_array_equal(read.probabilities, faint)
