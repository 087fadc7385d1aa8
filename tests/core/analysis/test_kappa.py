"""Kappa against published examples and pair by pair; intervals against another computation."""

from __future__ import annotations

import random
from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.kappa import (
    bootstrap_interval,
    cohen_estimate,
    cohen_kappa,
    fleiss_estimate,
    fleiss_kappa,
    mean_estimate,
)

# Cohen's table of 200 cases, judge A by judge B; he reports .492 from .70 observed, .41 by chance.
COHEN = ((88, 10, 2), (14, 40, 6), (18, 10, 12))

# Fleiss (1971), table 1: diagnoses of 30 patients by six psychiatrists each; he reports .430.
# Depression, personality disorder, schizophrenia, neurosis, other.
FLEISS = (
    "00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031 "
    "00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"
)

ANSWERS = st.lists(st.tuples(*[st.sampled_from("abc")] * 2), min_size=1, max_size=40)
CASES = st.lists(st.lists(st.sampled_from("abc"), min_size=2, max_size=5), min_size=1, max_size=20)


def fleiss_1971():
    return np.array([[int(digit) for digit in row] for row in FLEISS.split()])


def cohen_1960():
    cells = [(row, column) for row in range(3) for column in range(3)]
    pairs = [cell for cell in cells for _ in range(COHEN[cell[0]][cell[1]])]
    return [a for a, _ in pairs], [b for _, b in pairs]


def test_the_example_of_cohen_gives_the_published_kappa():
    a, b = cohen_1960()
    assert len(a) == 200
    assert round(cohen_kappa(a, b), 3) == 0.492


def test_the_example_of_fleiss_gives_the_published_kappa():
    table = fleiss_1971()
    assert np.round(table.sum(0) / 180, 3).tolist() == [0.144, 0.144, 0.167, 0.306, 0.239]
    assert round(fleiss_kappa(table), 3) == 0.430


@given(ANSWERS)
def test_the_kappa_of_two_readers_is_that_of_counting_by_hand(pairs):
    count = len(pairs)
    same = sum(a == b for a, b in pairs) / count
    chance = sum(a == b for a, _ in pairs for _, b in pairs) / count**2
    found = cohen_kappa(*zip(*pairs, strict=True))
    if chance == 1:
        assert found is None
    else:
        assert found == pytest.approx((same - chance) / (1 - chance))


@given(CASES)
def test_the_kappa_of_many_readers_is_that_of_counting_pairs(cases):
    pairs = [list(permutations(case, 2)) for case in cases]
    same = np.mean([np.mean([a == b for a, b in found]) for found in pairs])
    shares = {kind: np.mean([case.count(kind) / len(case) for case in cases]) for kind in "abc"}
    chance = sum(share**2 for share in shares.values())
    found = fleiss_kappa(np.array([[case.count(kind) for kind in "abc"] for case in cases]))
    if max(shares.values()) == 1:
        assert found is None
    else:
        assert found == pytest.approx((same - chance) / (1 - chance))


def test_a_case_with_one_reader_says_nothing_about_agreement():
    table = fleiss_1971()
    lonely = np.vstack([table, [[1, 0, 0, 0, 0]]])
    assert fleiss_kappa(lonely) == fleiss_kappa(table)
    assert fleiss_estimate([["a", "b"], ["a"]], ["one", "two"]).cases == 1


def test_there_is_no_kappa_where_nothing_can_be_compared():
    nothing = np.zeros((0, 3), int)
    assert cohen_kappa([], []) is None
    assert fleiss_kappa(nothing) is None
    assert fleiss_kappa(np.array([[3, 0], [3, 0]])) is None
    for found in (fleiss_estimate([], []), cohen_estimate([], []), mean_estimate([], [])):
        assert (found.value, found.interval, found.cases) == (None, None, 0)


def test_answers_of_two_readers_must_be_of_the_same_cases():
    with pytest.raises(ValueError, match="shorter"):
        cohen_kappa(["a", "b"], ["a"])


def test_an_interval_is_that_of_drawing_items_one_by_one():
    a, b = cohen_1960()
    generator = random.Random(7)
    drawn = []
    for _ in range(3000):
        picked = [generator.randrange(200) for _ in range(200)]
        drawn.append(cohen_kappa([a[i] for i in picked], [b[i] for i in picked]))
    low, high = np.percentile(drawn, (2.5, 97.5))
    found = cohen_estimate(list(zip(a, b, strict=True)), range(200))
    assert found.value == cohen_kappa(a, b)
    assert found.cases == 200
    assert found.interval == pytest.approx((low, high), abs=0.02)


def test_an_interval_of_fleiss_is_that_of_drawing_items_one_by_one():
    table = fleiss_1971()
    generator = np.random.default_rng(11)
    drawn = [fleiss_kappa(table[generator.integers(30, size=30)]) for _ in range(3000)]
    answers = [list(Counter(dict(enumerate(row))).elements()) for row in table.tolist()]
    found = fleiss_estimate(answers, range(30))
    assert found.interval == pytest.approx(np.percentile(drawn, (2.5, 97.5)), abs=0.02)


def test_the_same_readings_give_the_same_interval_each_time():
    values = np.random.default_rng(3).random(50).tolist()
    first = mean_estimate(values, range(50))
    assert mean_estimate(values, range(50)) == first
    low, high = first.interval
    assert low < first.value < high
    error = np.std(values) / np.sqrt(50)
    assert (high - low) / 2 == pytest.approx(1.96 * error, rel=0.1)


def test_labels_of_one_picture_are_drawn_together_so_that_copies_add_no_certainty():
    values = np.random.default_rng(3).random(30).tolist()
    once = mean_estimate(values, range(30))
    copied = mean_estimate(values * 4, [*range(30)] * 4)
    assert copied.value == pytest.approx(once.value)
    assert copied.interval == pytest.approx(once.interval)
    assert copied.cases == 120


def test_one_picture_gives_no_interval():
    assert mean_estimate([0.5, 0.7], ["one", "one"]).interval is None


def test_there_is_no_interval_where_many_resamples_have_no_kappa():
    answers = [("a", "a")] * 9 + [("b", "b")]
    found = cohen_estimate(answers, range(10))
    assert found.value == pytest.approx(1)
    assert found.interval is None


def test_many_items_are_drawn_in_parts_and_nothing_changes():
    sums = np.column_stack([np.random.default_rng(5).random(1500), np.ones(1500)])
    low, high = bootstrap_interval(sums, lambda s: s[..., 0] / s[..., 1], rounds=1000)
    error = sums[:, 0].std() / np.sqrt(1500)
    assert (high - low) / 2 == pytest.approx(1.96 * error, rel=0.15)
    assert low < sums[:, 0].mean() < high
