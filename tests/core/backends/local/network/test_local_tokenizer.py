"""Phrases become CLIP's tokens, from the vocabulary that comes with the program."""

import numpy as np
import pytest

from core.backends.local.network.tokenizer import CONTEXT, VOCABULARY, Tokenizer

START, END = 49_406, 49_407


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer()


@pytest.mark.parametrize(
    ("phrase", "ids"),
    [
        ("neoplastic cells", [557, 36270, 1561, 8890]),
        ("liver", [12639]),
        ("left heart ventricle", [1823, 1936, 1240, 9511, 579]),
        ("", []),
    ],
)
def test_phrases_have_the_tokens_of_the_reference(tokenizer, phrase, ids):
    tokens = tokenizer([phrase])
    assert tokens.ids.tolist() == [[START, *ids, END]]
    assert tokens.present.all()
    assert tokens.ends.tolist() == [len(ids) + 1]


def test_the_tokens_of_the_golden_file_are_found(tokenizer, shared):
    golden = np.load(shared / "facts" / "biomedparse" / "golden.npz")
    names = [name for name in golden if name.startswith("tokens.")]
    assert len(names) == 3
    for name in names:
        assert tokenizer([name.removeprefix("tokens.")]).ids[0].tolist() == golden[name].tolist()


def test_capitals_and_spaces_make_no_difference(tokenizer):
    assert tokenizer(["  Left   HEART ventricle "]).ids.tolist() == (
        tokenizer(["left heart ventricle"]).ids.tolist()
    )


def test_shorter_phrases_are_filled_up_and_their_ends_are_known(tokenizer):
    tokens = tokenizer(["liver", "left heart ventricle"])
    assert tokens.ids.tolist()[0] == [START, 12639, END, END, END, END, END]
    assert tokens.present.tolist() == [[True] * 3 + [False] * 4, [True] * 7]
    assert tokens.ends.tolist() == [2, 6]


def test_a_phrase_that_is_too_long_is_cut_and_still_ends(tokenizer):
    tokens = tokenizer(["liver " * 200])
    assert tokens.ids.shape == (1, CONTEXT)
    assert tokens.ids[0, -1] == END
    assert tokens.ends.tolist() == [CONTEXT - 1]


@pytest.mark.parametrize(
    "phrase", ["Leber größer", "肝臓", "🫀", "\ud800", "a\x00b", "<|endoftext|>"]
)
def test_any_text_has_tokens_inside_the_vocabulary(tokenizer, phrase):
    ids = tokenizer([phrase]).ids
    assert ids.shape[1] >= 3
    assert ids.min() >= 0
    assert ids.max() < VOCABULARY
