"""Ways to ask, and what they cost before anything is asked."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.stability import KINDS, cost, names_a_side, phrases_of, plan
from core.errors import PhraseError
from core.imaging.model import PlaneLayout


def backend(workers=2, max_rows=8, *, leaves_machine=True):
    return SimpleNamespace(workers=workers, max_rows=max_rows, leaves_machine=leaves_machine)


def codes(variants):
    return [variant.code for variant in variants]


def test_the_first_way_is_the_phrase_alone_in_the_picture_as_it_is():
    first = plan("liver", ["kidney", "liver"], ["hepatic tissue"])[0]
    assert first.code == "base"
    assert first.phrases == ("liver",)
    assert first.turn == PlaneLayout()
    assert first.tone is None


def test_everything_that_can_be_changed_is_changed_once():
    variants = plan("liver", ["kidney", "liver"], ["hepatic tissue", "fegato"])
    assert codes(variants) == [
        "base",
        "together",
        "wording",
        "wording",
        "turn90",
        "turn180",
        "turn270",
        "mirror_lr",
        "mirror_tb",
        "lighter",
        "darker",
        "more_contrast",
        "less_contrast",
    ]


def test_with_the_others_the_phrases_keep_the_order_of_the_run():
    (_, together) = plan("Liver", ["kidney", "liver", "spleen"], kinds=["together"])
    assert together.phrases == ("kidney", "Liver", "spleen")
    assert together.asked == "Liver"


def test_another_wording_takes_the_place_of_the_phrase_and_repetitions_are_dropped():
    variants = plan("liver", wordings=["Liver", "hepatic", "HEPATIC"], kinds=["wording"])
    assert [(v.phrases, v.asked) for v in variants[1:]] == [(("hepatic",), "hepatic")]


def test_no_change_leaves_the_base_alone():
    assert codes(plan("liver", ["liver"], [], [])) == ["base"]
    assert codes(plan("liver", ["liver"], [], ["together", "wording"])) == ["base"]


@pytest.mark.parametrize(
    "phrase", ["left kidney", "kidney, RIGHT", "rene sinistro", "polmone destro"]
)
def test_a_phrase_that_names_a_side_is_not_asked_of_a_mirror_picture(phrase):
    assert names_a_side(phrase)
    assert codes(plan(phrase, kinds=["flip"])) == ["base"]
    assert "turn90" in codes(plan(phrase))


@pytest.mark.parametrize("phrase", ["cleft", "bright spot", "liver", "destruction"])
def test_a_word_that_only_contains_a_side_names_none(phrase):
    assert not names_a_side(phrase)


def test_a_phrase_without_a_word_is_refused():
    with pytest.raises(PhraseError):
        plan(" & ")


def test_more_phrases_than_one_question_takes_are_refused_with_their_number():
    others = [f"organ {n}" for n in range(14)]
    with pytest.raises(PhraseError, match="18 phrases and wordings"):
        plan("liver", others, ["a", "b", "c"])
    plan("liver", others, ["a"])


def test_every_phrase_that_is_sent_is_named_once():
    variants = plan("liver", ["kidney", "liver"], ["hepatic"])
    assert phrases_of(variants) == ("liver", "kidney", "hepatic")


def test_pictures_with_the_same_phrase_share_requests():
    variants = plan("liver", kinds=["rotation", "flip", "tone"])
    assert len(variants) == 10
    price = cost(variants, backend(workers=1))
    assert (price.pictures, price.requests, price.masks) == (10, 2, 10)


def test_a_wording_and_the_company_are_requests_of_their_own():
    variants = plan("liver", ["kidney", "liver"], ["hepatic", "fegato"])
    price = cost(variants, backend(workers=1))
    assert (price.pictures, price.requests, price.masks) == (13, 2 + 3, 14)


def test_on_this_computer_every_picture_is_a_run():
    price = cost(plan("liver"), backend(1, leaves_machine=False))
    assert price.requests == price.pictures == 10


@given(
    st.sets(st.sampled_from(KINDS)),
    st.lists(st.sampled_from(["kidney", "spleen", "Liver", "aorta"]), max_size=4),
    st.lists(st.sampled_from(["hepatic", "fegato", "LIVER"]), max_size=3),
)
def test_no_way_to_ask_comes_twice_and_each_asks_for_something(kinds, together, wordings):
    variants = plan("liver", together, wordings, kinds)
    assert len(set(variants)) == len(variants)
    assert all(variant.asked in variant.phrases for variant in variants)
