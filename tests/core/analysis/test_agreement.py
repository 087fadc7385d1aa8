"""How far readers agree: masks, verdicts, presence, and which cases come first."""

from __future__ import annotations

import numpy as np
import pytest
from read_cases import Pile, box

from core.analysis.agreement import agreement_of, pair_dice
from core.analysis.kappa import cohen_kappa, fleiss_kappa
from core.analysis.votes import votes_of


@pytest.fixture
def pile():
    return Pile()


def by_pixel(a, b):
    """Dice by sets of pixels."""
    one, other = set(zip(*np.nonzero(a), strict=True)), set(zip(*np.nonzero(b), strict=True))
    return 2 * len(one & other) / (len(one) + len(other))


def test_the_dice_of_two_readers_is_that_of_their_masks(pile):
    a, b = box(2, 2), box(3, 4, 5, 6)
    found = agreement_of([pile.case(("Ada", "change", a), ("Bert", "accept", b))], pile.load)
    [case] = found.cases
    [pair] = case.pairs
    assert (pair.first.name, pair.second.name) == ("Ada", "Bert")
    assert pair.dice == case.dice == found.measures.dice.value == pytest.approx(by_pixel(a, b))


def test_three_readers_make_three_pairs_and_their_mean(pile):
    masks = [box(2, 2), box(2, 4), box(4, 2, 6, 6)]
    readers = ("Ada", "Bert", "Carla")
    case = pile.case(*zip(readers, ["change"] * 3, masks, strict=True))
    [row] = agreement_of([case], pile.load).cases
    expected = [by_pixel(masks[i], masks[j]) for i, j in ((0, 1), (0, 2), (1, 2))]
    assert [pair.dice for pair in row.pairs] == pytest.approx(expected)
    assert row.dice == pytest.approx(np.mean(expected))


@pytest.mark.parametrize("verdict", ["reject", "absent"])
def test_rejected_and_not_present_count_as_an_empty_mask(pile, verdict):
    case = pile.case(("Ada", "accept", box(2, 2)), ("Bert", verdict, box(2, 2)))
    [row] = agreement_of([case], pile.load).cases
    assert row.dice == 0


def test_a_flagged_reading_says_nothing_about_the_mask(pile):
    reads = [("Ada", "accept", box(2, 2)), ("Bert", "flag", box(9, 9)), ("Carla", "reject", None)]
    [row] = agreement_of([pile.case(*reads)], pile.load).cases
    assert [(p.first.name, p.second.name, p.dice) for p in row.pairs] == [("Ada", "Carla", 0)]
    assert row.verdicts == ("accept", "flag", "reject")


def test_two_empty_masks_have_no_dice_and_are_counted_apart(pile):
    cases = [
        pile.case(("Ada", "absent"), ("Bert", "reject"), position=0),
        pile.case(("Ada", "change", box(2, 2)), ("Bert", "change", box(2, 2)), position=1),
        pile.case(("Ada", "accept", box(0, 0, 0, 0)), ("Bert", "absent"), position=2),
    ]
    found = agreement_of(cases, pile.load)
    assert [row.dice for row in found.cases] == [1.0, None, None]
    assert (found.measures.dice.cases, found.measures.empty) == (1, 2)


def test_the_worst_case_comes_first_and_one_without_a_dice_last(pile):
    def of(position, *reads):
        return pile.case(*reads, position=position)

    cases = [
        of(0, ("Ada", "absent"), ("Bert", "absent")),
        of(1, ("Ada", "change", box(2, 2)), ("Bert", "change", box(2, 2))),
        of(2, ("Ada", "absent"), ("Bert", "flag", box(2, 2))),
        of(3, ("Ada", "accept", box(2, 2)), ("Bert", "absent")),
        of(4, ("Ada", "change", box(2, 2)), ("Bert", "change", box(2, 4))),
    ]
    found = agreement_of(cases, pile.load)
    assert [row.case.item.position for row in found.cases] == [3, 4, 1, 2, 0]


def test_what_one_person_has_read_and_what_was_adjudicated_takes_no_part(pile):
    mask = box(2, 2)
    cases = [
        pile.case(("Ada", "accept", mask), position=0),
        pile.case(("Ada", "accept", mask), ("Carla", "reject", None, "adjudicate"), position=1),
        pile.case(
            ("Ada", "accept", mask),
            ("Bert", "accept", mask),
            ("Carla", "reject", None, "adjudicate"),
            position=2,
        ),
    ]
    found = agreement_of(cases, pile.load)
    assert found.single == 2
    assert [(row.case.item.position, row.dice) for row in found.cases] == [(2, 1.0)]
    assert [(pair.first.name, pair.second.name) for pair in found.readers] == [("Ada", "Bert")]


VERDICTS = [
    ("accept", "accept", "change"),
    ("reject", "absent", "reject"),
    ("accept", "reject", "accept"),
    ("flag", "accept", "accept"),
    ("absent", "absent", "absent"),
    ("change", "reject", "flag"),
]


def many(pile):
    return [
        pile.case(*zip(("Ada", "Bert", "Carla"), row, [box(2, 2)] * 3, strict=True), position=place)
        for place, row in enumerate(VERDICTS)
    ]


def test_kappas_are_of_the_five_verdicts_and_of_presence(pile):
    found = agreement_of(many(pile), pile.load)
    kinds = ("accept", "change", "reject", "flag", "absent")
    table = np.array([[row.count(kind) for kind in kinds] for row in VERDICTS])
    assert found.measures.decisions.value == pytest.approx(fleiss_kappa(table))
    assert found.measures.decisions.cases == 6
    there = table[:, 0] + table[:, 1]
    presence = np.column_stack([there, table[:, 2] + table[:, 4]])
    assert found.measures.presence.value == pytest.approx(fleiss_kappa(presence))
    assert found.measures.same.value == pytest.approx(np.mean([1, 1, 1, 1, 3, 0]) / 3)


def test_each_pair_of_readers_has_its_own_kappa(pile):
    found = agreement_of(many(pile), pile.load)
    names = [(pair.first.name, pair.second.name) for pair in found.readers]
    assert names == [("Ada", "Bert"), ("Ada", "Carla"), ("Bert", "Carla")]
    bert, carla = [row[1] for row in VERDICTS], [row[2] for row in VERDICTS]
    last = found.readers[2].measures
    assert last.decisions.value == pytest.approx(cohen_kappa(bert, carla))
    said = [
        (b in {"accept", "change"}, c in {"accept", "change"})
        for b, c in zip(bert, carla, strict=True)
    ][:5]
    assert last.presence.value == pytest.approx(cohen_kappa(*zip(*said, strict=True)))
    assert last.presence.cases == 5


def test_the_order_in_which_two_people_finish_does_not_matter_for_their_kappa(pile):
    verdicts = [("accept", "reject"), ("accept", "accept"), ("reject", "accept"), ("flag", "flag")]
    cases = []
    for place, (ada, bert) in enumerate(verdicts):
        reads = [("Ada", ada, box(2, 2)), ("Bert", bert, box(2, 2))]
        cases.append(pile.case(*reads[:: 1 if place % 2 else -1], position=place))
    [pair] = agreement_of(cases, pile.load).readers
    assert pair.measures.decisions.value == pytest.approx(cohen_kappa(*zip(*verdicts, strict=True)))
    assert pair.measures.dice.cases == 3


def test_phrases_are_put_together_whatever_their_case(pile):
    same = [("Ada", "change", box(2, 2)), ("Bert", "change", box(2, 2))]
    apart = [("Ada", "change", box(2, 2)), ("Bert", "absent")]
    cases = [
        pile.case(*same, phrase="Spleen", position=0),
        pile.case(*apart, phrase="liver", position=0),
        pile.case(*apart, phrase="spleen", position=1),
    ]
    found = agreement_of(cases, pile.load).phrases
    means = [(one.phrase, one.measures.dice.value, one.measures.dice.cases) for one in found]
    assert means == [("liver", 0.0, 1), ("Spleen", 0.5, 2)]


def test_a_project_that_nobody_has_read_twice_has_no_figures(pile):
    found = agreement_of([pile.case(("Ada", "absent"))], pile.load)
    assert (found.cases, found.single, found.phrases, found.readers) == ((), 1, (), ())
    assert found.measures.dice.value is found.measures.decisions.value is None


def test_a_mask_that_readers_share_is_loaded_once_and_an_unused_one_never(pile):
    case = pile.case(
        ("Ada", "accept", box(2, 2)),
        ("Bert", "accept", box(2, 2)),
        ("Carla", "reject", box(3, 3)),
    )
    [row] = agreement_of([case], pile.load).cases
    assert [pair.dice for pair in row.pairs] == [1.0, 0.0, 0.0]
    assert len(pile.loaded) == 1


def test_masks_of_different_sizes_are_not_compared(pile):
    case = pile.case(("Ada", "accept", box(2, 2)), ("Bert", "accept", box(3, 3)))
    sizes = {read.mask: rows for read, rows in zip(case.reads, (5, 6), strict=True)}
    votes = votes_of(case, lambda item, blob: pile.masks[blob][: sizes[blob]])
    with pytest.raises(ValueError, match="one shape"):
        pair_dice(votes)
