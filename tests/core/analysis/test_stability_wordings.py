"""Other wordings that are proposed for a phrase."""

from __future__ import annotations

import pytest

from core.analysis.stability_wordings import MOST, other_wordings
from core.prompts import vocabulary
from core.prompts.meaning import meaning_of


def test_a_trained_phrase_gets_other_english_names():
    names = other_wordings("liver")
    assert "hepatic parenchyma" in names
    assert "fegato" not in names
    assert "liver" not in names


def test_another_name_gets_the_trained_one_first():
    assert other_wordings("fegato")[0] == "liver"


def test_the_place_in_a_phrase_stays_in_its_wordings():
    names = other_wordings("liver in abdomen CT")
    assert names
    assert all(name.endswith(" in abdomen CT") for name in names)


@pytest.mark.parametrize("phrase", ["a thing that nobody knows", "", "left"])
def test_a_phrase_that_stands_for_nothing_known_gets_none(phrase):
    assert other_wordings(phrase) == ()


def test_every_proposal_means_the_same_as_the_phrase_and_spells_it_out():
    for target in vocabulary().trained:
        names = other_wordings(target)
        assert len(names) <= MOST
        for name in names:
            assert meaning_of(name).target == meaning_of(target).target
            assert not name.isupper()
