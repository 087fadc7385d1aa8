import pytest

from core.prompts import TOKEN_LIMIT, hints_for, token_count


@pytest.mark.parametrize("typed", ["H&E", "nuclei in h & e section", "neoplastic cells & H&E"])
def test_a_stain_with_an_ampersand_gets_a_hint(typed):
    (hint,) = hints_for(typed)
    assert "H&E" in hint
    assert "pathology" in hint


@pytest.mark.parametrize("typed", ["head & neck", "tumor in Head&Neck CT"])
def test_a_place_with_an_ampersand_gets_a_hint(typed):
    (hint,) = hints_for(typed)
    assert "head-neck" in hint


@pytest.mark.parametrize("typed", ["", "liver & tumor", "head & liver", "the & echo"])
def test_usual_text_gets_none(typed):
    assert hints_for(typed) == ()


def test_a_long_phrase_is_warned_about_with_both_numbers():
    (hint,) = hints_for("liver & " + "irregular hypodense mass " * 12)
    assert "about" in hint
    assert str(TOKEN_LIMIT) in hint


@pytest.mark.parametrize(
    ("phrase", "tokens"),
    # Counted with the tokenizer of CLIP, its start and end mark included.
    [("liver", 3), ("left kidney", 4), ("COVID-19 infection", 8), ("lower-grade glioma", 7)],
)
def test_the_estimate_is_close_to_the_tokenizers_count(phrase, tokens):
    assert abs(token_count(phrase) - tokens) <= 2
