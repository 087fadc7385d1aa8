"""What a case comes to: majorities, STAPLE against another computation, and who needs a third."""

from __future__ import annotations

import sys
from itertools import product

import numpy as np
import pytest
from read_cases import Pile, box

from core.analysis.consensus import consensus_of, majority, majority_verdict, staple
from core.errors import SettingsError
from core.review.values import VERDICTS, Rules

TWO, THREE = Rules(reads=2, quorum=2), Rules(reads=3, quorum=2)


@pytest.fixture
def pile():
    return Pile()


def noisy_readers(seed=5, side=60):
    """A disc, and how four readers of different care mark it."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side]
    truth = np.hypot(y - side / 2, x - side / 2) < side / 4
    wrong = (0.02, 0.05, 0.1, 0.3)
    return truth, np.stack([truth ^ (generator.random(truth.shape) < share) for share in wrong])


def staple_by_patterns(masks, rounds=300):
    """Warfield's expectation maximisation over the patterns of answers, each with its count."""
    answers = np.array(list(product((0, 1), repeat=len(masks))))
    codes = np.tensordot(2 ** np.arange(len(masks))[::-1], masks.astype(int), 1)
    counts = np.bincount(codes.ravel(), minlength=len(answers))
    prior = masks.mean()
    p = q = np.full(len(masks), 0.99999)
    for _ in range(rounds):
        yes = prior * np.prod(np.where(answers, p, 1 - p), axis=1)
        no = (1 - prior) * np.prod(np.where(answers, 1 - q, q), axis=1)
        chance = yes / (yes + no)
        p = (counts * chance) @ answers / (counts @ chance)
        q = (counts * (1 - chance)) @ (1 - answers) / (counts @ (1 - chance))
    return chance[codes] >= 0.5, p, q


def test_staple_is_that_of_another_computation():
    truth, masks = noisy_readers()
    found = staple(masks)
    mask, sensitivities, specificities = staple_by_patterns(masks)
    assert found.mask.dtype == np.bool_
    assert np.array_equal(found.mask, mask)
    assert found.sensitivities == pytest.approx(sensitivities, abs=1e-3)
    assert found.specificities == pytest.approx(specificities, abs=1e-3)
    assert np.mean(found.mask == truth) > np.mean(majority(masks, 3) == truth)


def test_staple_knows_who_is_careful():
    _, masks = noisy_readers()
    assert list(staple(masks).sensitivities) == sorted(staple(masks).sensitivities, reverse=True)


@pytest.mark.parametrize("fill", [box(2, 2), np.zeros((4, 4), bool), np.ones((4, 4), bool)])
def test_staple_of_masks_that_are_the_same_is_that_mask(fill):
    found = staple(np.stack([fill] * 3))
    assert np.array_equal(found.mask, fill)
    assert found.sensitivities == found.specificities == (1.0, 1.0, 1.0)


def test_staple_without_its_package_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "SimpleITK", None)
    with pytest.raises(SettingsError) as told:
        staple(np.stack([box(2, 2), box(3, 3)]))
    assert told.value.next_step == "Run: pip install -r requirements-staple.txt"


def test_the_majority_marks_what_enough_readers_mark():
    masks = np.stack([box(0, 0), box(0, 2), box(2, 2)])
    for quorum in (1, 2, 3):
        found = majority(masks, quorum)
        assert found.tolist() == [[bool(n >= quorum) for n in row] for row in masks.sum(0).tolist()]


@pytest.mark.parametrize(
    ("verdicts", "quorum", "expected"),
    [
        (["accept", "accept"], 2, "accept"),
        (["accept", "change"], 2, "change"),
        (["accept", "change", "reject"], 2, "change"),
        (["reject", "reject", "accept"], 2, "reject"),
        (["reject", "absent"], 2, None),
        (["accept", "absent"], 1, None),
        (["accept", "accept", "absent", "absent"], 2, None),
        (["accept", "reject", "flag"], 2, None),
        (["flag", "flag"], 2, "flag"),
        (["absent"], 1, "absent"),
        (["accept"], 2, None),
        ([], 1, None),
    ],
)
def test_a_verdict_needs_a_quorum_and_no_rival(verdicts, quorum, expected):
    assert majority_verdict(verdicts, quorum) == expected


@pytest.mark.parametrize("verdict", VERDICTS)
def test_one_reader_who_is_enough_has_it_decided(verdict):
    assert majority_verdict([verdict], 1) == verdict


def test_readers_who_agree_leave_nothing_to_a_third(pile):
    a, b = box(2, 2, 6, 6), box(2, 3, 6, 6)
    case = pile.case(("Ada", "accept", a), ("Bert", "change", b))
    found = consensus_of(case, pile.load, TWO)
    assert (found.method, found.verdict, found.agreed, found.why) == (
        "majority", "change", True, "",
    )  # fmt: skip
    assert np.array_equal(found.mask, a & b)


def test_a_majority_that_gives_the_mask_of_the_ai_is_accepted_as_it_is(pile):
    a = box(2, 2, 6, 6)
    case = pile.case(("A", "accept", a), ("B", "accept", a), ("C", "change", box(2, 3, 6, 6)))
    found = consensus_of(case, pile.load, THREE)
    assert (found.verdict, found.agreed) == ("accept", True)
    assert np.array_equal(found.mask, a)


def test_what_most_reject_leaves_no_mask(pile):
    case = pile.case(("A", "reject", box(2, 2)), ("B", "reject"), ("C", "accept", box(2, 2)))
    found = consensus_of(case, pile.load, THREE)
    assert (found.verdict, found.mask, found.agreed) == ("reject", None, True)


def test_readers_who_differ_on_presence_need_a_third(pile):
    case = pile.case(("Ada", "change", box(2, 2)), ("Bert", "absent"))
    found = consensus_of(case, pile.load, TWO)
    assert (found.verdict, found.mask, found.agreed) == (None, None, False)
    assert found.why == "Readers differ on whether it is there: 1 yes, 1 no."


def test_readers_who_give_different_reasons_for_no_mask_need_a_third(pile):
    case = pile.case(("Ada", "reject"), ("Bert", "absent"))
    found = consensus_of(case, pile.load, TWO)
    assert found.why == "No decision has a majority with a quorum of 2."


def test_a_label_that_one_of_two_has_added_needs_a_third(pile):
    case = pile.case(("Ada", "change", box(2, 2)), wanted=2)
    found = consensus_of(case, pile.load, TWO)
    assert found.why == "Too few readers have decided on it: 1, with a quorum of 2."


def test_an_item_that_is_read_once_needs_no_quorum(pile):
    case = pile.case(("Ada", "change", box(2, 2)), wanted=1)
    found = consensus_of(case, pile.load, TWO)
    assert (found.verdict, found.agreed) == ("change", True)


def test_what_most_flag_needs_a_third(pile):
    case = pile.case(("A", "flag"), ("B", "flag"), ("C", "accept", box(2, 2)))
    found = consensus_of(case, pile.load, THREE)
    assert (found.verdict, found.mask, found.agreed) == ("flag", None, False)
    assert found.why == "It is flagged for a second look."


def test_masks_that_are_far_apart_need_a_third_by_a_limit_that_can_be_set(pile):
    case = pile.case(("Ada", "change", box(2, 2)), ("Bert", "change", box(2, 4)))
    found = consensus_of(case, pile.load, TWO)
    expected = "The masks of two readers agree with a Dice of 0.50 only, under 0.70."
    assert (found.verdict, found.why) == ("change", expected)
    assert np.array_equal(found.mask, box(2, 4, 4, 2))
    assert consensus_of(case, pile.load, TWO, dice_limit=0.5).agreed


def test_a_minority_that_sees_nothing_does_not_count_against_the_masks(pile):
    a, b = box(2, 2, 6, 6), box(2, 3, 6, 6)
    case = pile.case(("A", "change", a), ("B", "change", b), ("C", "absent"))
    found = consensus_of(case, pile.load, THREE)
    assert (found.verdict, found.agreed) == ("change", True)
    assert np.array_equal(found.mask, a & b)


def test_a_common_mask_that_is_empty_needs_a_third(pile):
    case = pile.case(("Ada", "change", box(0, 0)), ("Bert", "change", box(8, 8)))
    found = consensus_of(case, pile.load, TWO, dice_limit=0)
    assert found.why == "It is said to be there, but the common mask is empty."


def test_masks_are_merged_by_staple_when_it_is_asked_for(pile):
    masks = [box(2, 2, 6, 6), box(2, 3, 6, 6), box(3, 2, 6, 6)]
    case = pile.case(*zip("ABC", ["change"] * 3, masks, strict=True))
    found = consensus_of(case, pile.load, THREE, "staple", dice_limit=0)
    assert (found.method, found.verdict, found.agreed) == ("staple", "change", True)
    assert np.array_equal(found.mask, staple(np.stack(masks)).mask)


def test_an_adjudicated_outcome_wins_over_all_readers(pile):
    reads = [("Ada", "accept", box(2, 2)), ("Bert", "accept", box(2, 2))]
    outcome = pile.outcome("adjudicated", "change", box(5, 5))
    case = pile.case(*reads, ("Carla", "change", box(5, 5), "adjudicate"), outcome=outcome)
    found = consensus_of(case, pile.load, TWO, "staple")
    assert (found.method, found.verdict, found.agreed) == ("adjudicated", "change", True)
    assert np.array_equal(found.mask, box(5, 5))
    rejected = pile.case(*reads, outcome=pile.outcome("adjudicated", "reject", None))
    assert consensus_of(rejected, pile.load, TWO).mask is None


def test_an_outcome_by_rule_does_not_stand_against_a_new_rule(pile):
    reads = [("Ada", "accept", box(2, 2)), ("Bert", "accept", box(2, 2))]
    case = pile.case(*reads, outcome=pile.outcome("majority", "reject", None))
    assert consensus_of(case, pile.load, TWO).verdict == "accept"
