import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PhraseError
from core.prompts import MAX_PHRASES, join_phrases, parse_phrases


@pytest.mark.parametrize(
    ("typed", "phrases"),
    [
        ("lung", ("lung",)),
        ("liver & tumor", ("liver", "tumor")),
        ("  left   lung&right lung & ", ("left lung", "right lung")),
        ("a & & b", ("a", "b")),
        ("Liver & liver & LIVER", ("Liver",)),
        ("COVID-19 infection", ("COVID-19 infection",)),
        ("liver\nin\tCT", ("liver in CT",)),
        (["liver", "tumor & vessel"], ("liver", "tumor", "vessel")),
    ],
)
def test_phrases_are_split_and_tidied_as_the_user_meant_them(typed, phrases):
    assert parse_phrases(typed) == phrases


@pytest.mark.parametrize("typed", ["", "   ", "&&", " & & ", "\n\t", "\x00"])
def test_nothing_to_look_for_is_refused(typed):
    with pytest.raises(PhraseError, match="no phrase"):
        parse_phrases(typed)


def test_forty_phrases_are_refused_with_both_numbers():
    with pytest.raises(PhraseError, match=rf"40 phrases .*\({MAX_PHRASES}\)"):
        parse_phrases(" & ".join(f"target {n}" for n in range(40)))


def test_a_novel_is_no_phrase():
    with pytest.raises(PhraseError, match="5000 characters"):
        parse_phrases("x" * 5000)


def test_the_models_own_separator_is_refused():
    with pytest.raises(PhraseError, match="SEP"):
        parse_phrases("liver [sep] tumor")


@given(st.text(max_size=200))
def test_what_was_read_reads_the_same_again(typed):
    try:
        phrases = parse_phrases(typed)
    except PhraseError:
        return
    assert parse_phrases(join_phrases(phrases)) == phrases
