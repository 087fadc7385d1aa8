import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.prompts import search, vocabulary


def targets(text):
    return [found.target for found in search(text)]


def test_every_trained_phrase_is_found_first_by_its_own_name():
    for name in vocabulary().trained:
        assert targets(name)[0] == name
        assert targets(name.upper())[0] == name


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("fegato", "liver"),
        ("OPACITÀ", "lung opacity"),
        ("opacita", "lung opacity"),
        ("ivc", "postcava"),
        ("hippo", "anterior hippocampus"),
        ("ct liver", "liver tumor"),
        ("liver ct", "liver tumor"),
        ("rx torace", "left lung"),
        ("risonanza cervello", "whole tumor"),
        ("flair", "edema"),
        ("covid", "COVID-19 infection"),
        ("fundus", "optic cup"),
        ("eye", "optic disc"),
    ],
)
def test_a_phrase_is_found_by_site_kind_of_image_and_other_names(text, target):
    assert target in targets(text)


def test_what_was_asked_for_comes_first():
    assert targets("liver")[0] == "liver"
    assert search("liver pathology")[0].kinds[0] == "pathology liver"
    assert search("fegato")[0].other_name == "fegato"


def test_all_words_must_fit():
    assert "left lung" not in targets("right lung")
    assert targets("liver fundus") == []
    assert targets("") == targets("   ") == targets("zzz") == []


@given(st.text(max_size=30))
def test_any_text_can_be_searched_for(text):
    found = search(text)
    assert len({hit.target for hit in found}) == len(found)
