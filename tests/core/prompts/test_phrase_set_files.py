import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.prompts import dump_sets, load_sets, phrase_set
from core.prompts.sets import FORMAT


def file_with(*sets, **changed):
    whole = {"format": FORMAT, "version": 1, "sets": list(sets), **changed}
    return json.dumps(whole).encode()


def test_sets_come_back_from_their_file_as_they_were():
    sets = (phrase_set("Kidneys", "left kidney & right kidney"), phrase_set("Ä", ["fegato"]))
    assert load_sets(dump_sets(sets)) == sets


@given(st.lists(st.text(max_size=70), max_size=4), st.text(max_size=80))
def test_whatever_can_be_saved_can_be_opened(phrases, name):
    try:
        one = phrase_set(name, phrases)
    except InputError:
        return
    assert load_sets(dump_sets([one])) == (one,)


def test_of_two_sets_with_one_name_the_later_stays():
    data = file_with({"name": "A", "phrases": ["liver"]}, {"name": "a", "phrases": ["lung"]})
    assert [one.phrases for one in load_sets(data)] == [("lung",)]


GOOD = {"name": "A", "phrases": ["liver"]}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "cannot be read"),
        (b"\xff\xfe\x00", "cannot be read"),
        (b"[" * 100_000, "cannot be read"),
        (b"[]", "does not say"),
        (b"null", "does not say"),
        (file_with(GOOD, format="other"), "does not say"),
        (file_with(GOOD, version=2), "another version"),
        (file_with(), "no phrase set"),
        (file_with(GOOD, sets="liver"), "no phrase set"),
        (file_with(*[GOOD] * 201), "201 sets"),
        (file_with(GOOD, "liver"), "Set 2"),
        (file_with({"name": 1, "phrases": ["liver"]}), "Set 1"),
        (file_with({"name": "A", "phrases": "liver"}), "Set 1"),
        (file_with({"name": "A", "phrases": [1]}), "Set 1"),
        (file_with({"name": "A", "phrases": []}), "no phrase"),
        (file_with({"name": "A", "phrases": ["x" * 400]}), "400 characters"),
        (file_with({"name": " ", "phrases": ["liver"]}), "no name"),
        (file_with({"name": "n" * 61, "phrases": ["liver"]}), "61 characters"),
        (b" " * 1_000_001, "1,000,001 bytes"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(data, said):
    with pytest.raises(InputError, match=said) as refused:
        load_sets(data)
    assert refused.value.next_step


def test_a_name_loses_what_cannot_be_printed():
    assert phrase_set(" Kid\x00neys \n ", "kidney").name == "Kid neys"
