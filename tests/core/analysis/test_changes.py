"""What a reader has changed: against sets of pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from read_cases import box

from core.analysis.changes import change_of

PAIRS = st.tuples(st.integers(1, 9), st.integers(1, 9)).flatmap(
    lambda shape: st.tuples(arrays.arrays(np.bool_, shape), arrays.arrays(np.bool_, shape))
)


@given(PAIRS)
def test_what_was_added_and_removed_is_counted_pixel_by_pixel(masks):
    ai, final = (set(zip(*np.nonzero(mask), strict=True)) for mask in masks)
    found = change_of(*masks)
    assert (found.ai_px, found.final_px) == (len(ai), len(final))
    assert (found.added_px, found.removed_px) == (len(final - ai), len(ai - final))
    total = len(ai) + len(final)
    assert found.dice == pytest.approx(2 * len(ai & final) / total if total else 1.0)


def test_shares_are_of_the_mask_that_the_pixels_belong_to():
    found = change_of(box(0, 0, 4, 5), box(0, 0, 2, 5) | box(6, 0, 2, 15))
    assert (found.added_px, found.added_share) == (30, 0.75)
    assert (found.removed_px, found.removed_share) == (10, 0.5)


def test_an_empty_mask_has_no_shares():
    nothing = box(0, 0, 0, 0)
    drawn, wiped = change_of(nothing, box(0, 0)), change_of(box(0, 0), nothing)
    assert (drawn.added_share, drawn.removed_share, drawn.dice) == (1.0, None, 0.0)
    assert (wiped.added_share, wiped.removed_share, wiped.dice) == (None, 1.0, 0.0)
    assert change_of(nothing, nothing).dice == 1.0
