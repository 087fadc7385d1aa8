"""Dice and intersection over union."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.analysis.metrics import dice, iou

pairs = hnp.array_shapes(min_dims=2, max_dims=2, max_side=12).flatmap(
    lambda shape: st.tuples(hnp.arrays(bool, shape), hnp.arrays(bool, shape))
)


def test_a_known_case():
    a = np.array([[True, True, False, False]])
    b = np.array([[False, True, True, True]])
    assert dice(a, b) == pytest.approx(2 / 5)
    assert iou(a, b) == pytest.approx(1 / 4)


def test_two_empty_masks_agree():
    empty = np.zeros((3, 4), bool)
    assert dice(empty, empty) == iou(empty, empty) == 1.0


def test_an_empty_answer_to_something_scores_nothing():
    empty, full = np.zeros((3, 4), bool), np.ones((3, 4), bool)
    assert dice(empty, full) == dice(full, empty) == iou(empty, full) == 0.0


@given(pairs)
def test_both_lie_between_0_and_1_do_not_care_for_order_and_agree_with_each_other(pair):
    a, b = pair
    assert 0 <= iou(a, b) <= dice(a, b) <= 1
    assert dice(a, b) == dice(b, a)
    assert dice(a, b) == pytest.approx(2 * iou(a, b) / (1 + iou(a, b)))


def test_masks_of_two_grids_are_not_compared():
    with pytest.raises(ValueError, match=r"\(2, 3\) and \(3, 2\)"):
        dice(np.zeros((2, 3), bool), np.zeros((3, 2), bool))
