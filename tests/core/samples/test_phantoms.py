"""The drawings and their truths."""

from __future__ import annotations

import numpy as np
import pytest

from core.samples.phantoms import draw_brain, draw_chest, draw_histology, draw_skin

_DRAW = [draw_brain, draw_chest, draw_histology, draw_skin]


@pytest.mark.parametrize("draw", _DRAW)
def test_a_drawing_is_the_same_every_time(draw):
    first, second = draw(), draw()
    assert np.array_equal(first.rgb, second.rgb)
    for (name, mask), (other_name, other) in zip(first.truths, second.truths, strict=True):
        assert name == other_name
        assert np.array_equal(mask, other)


@pytest.mark.parametrize("draw", _DRAW)
def test_a_truth_has_the_grid_of_its_picture_and_is_not_empty(draw):
    drawn = draw()
    assert drawn.rgb.dtype == np.uint8
    for _, mask in drawn.truths:
        assert mask.dtype == bool
        assert mask.shape == drawn.rgb.shape[:2]
        assert 0.01 < mask.mean() < 0.6


def test_both_lungs_together_are_the_lungs():
    drawn = draw_chest()
    left, right = drawn.truth("left lung"), drawn.truth("right lung")
    assert not (left & right).any()
    assert np.array_equal(left | right, drawn.truth("lung"))


def test_lungs_are_darker_and_nuclei_bluer_than_what_lies_around():
    chest, tissue = draw_chest(), draw_histology()
    lung = chest.truth("lung")
    assert chest.rgb[lung].mean() < chest.rgb[~lung].mean()
    nuclei = tissue.truth("nuclei")
    redness = tissue.rgb[..., 0].astype(int) - tissue.rgb[..., 2]
    assert redness[nuclei].mean() < redness[~nuclei].mean() - 20


def test_a_truth_that_was_not_drawn_is_no_truth():
    with pytest.raises(KeyError):
        draw_skin().truth("lung")
