"""Soft maps: 128 and above is exactly the decision, and the grade says how far in."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.backends.demo import soft

masks = hnp.arrays(
    bool, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40), elements=st.booleans()
)


@given(masks, st.floats(0.5, 30))
def test_the_decision_is_exactly_the_mask(mask, reach):
    assert np.array_equal(soft.from_mask(mask, reach) >= 128, mask)


@given(hnp.arrays(np.float32, (5, 7), elements=st.floats(-50, 50, width=32)))
def test_evidence_of_zero_and_more_is_foreground(evidence):
    assert np.array_equal(soft.from_evidence(evidence) >= 128, evidence >= 0)


def test_the_grade_falls_with_the_distance_from_the_middle():
    mask = np.zeros((101, 101), bool)
    mask[30:71, 30:71] = True
    row = soft.from_mask(mask, 6)[50].astype(int)
    assert (np.diff(row[:51]) >= 0).all()
    assert row[50] > 240
    assert 128 <= row[30] < 145
    assert 110 < row[29] <= 127


def test_nothing_found_is_all_zero():
    assert soft.from_mask(np.zeros((9, 9), bool), 4).max() == 0
