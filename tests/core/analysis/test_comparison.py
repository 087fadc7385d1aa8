"""Two results of one picture: what belongs together, and the numbers."""

import numpy as np
import pytest

from core.analysis.comparison import agreement, compare, pairs_of
from core.analysis.levels import Levels
from core.analysis.metrics import dice, iou
from core.segmentation import PhraseMask, Segmentation


def soft(seed, shape=(40, 60)):
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def result(frame, *masks):
    made = tuple(PhraseMask(phrase, None, values) for phrase, values in masks)
    return Segmentation(frame, made, "demo", "Demo")


@pytest.mark.parametrize("seed", range(5))
def test_the_counts_and_the_coefficients_tell_the_same(seed):
    a, b = soft(seed) > 90 + seed * 20, soft(seed + 100) > 150
    found = agreement(a, b)
    cells_a, cells_b = set(np.flatnonzero(a)), set(np.flatnonzero(b))
    assert (found.area_a, found.area_b) == (len(cells_a), len(cells_b))
    assert found.both == len(cells_a & cells_b)
    assert (found.only_a, found.only_b) == (len(cells_a - cells_b), len(cells_b - cells_a))
    assert found.dice == dice(a, b) == pytest.approx(2 * found.both / (a.sum() + b.sum()))
    assert found.iou == iou(a, b) == pytest.approx(found.both / len(cells_a | cells_b))


def test_a_mask_agrees_with_itself_and_not_with_its_opposite():
    mask = soft(1) > 128
    assert (agreement(mask, mask).dice, agreement(mask, mask).only_a) == (1.0, 0)
    assert (agreement(mask, ~mask).dice, agreement(mask, ~mask).iou) == (0.0, 0.0)


def test_two_empty_masks_are_told_apart_from_two_that_agree():
    nothing = np.zeros((4, 5), bool)
    assert agreement(nothing, nothing).both_empty
    assert not agreement(nothing, ~nothing).both_empty
    assert agreement(nothing, ~nothing).dice == 0.0


def test_masks_of_two_grids_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        agreement(np.zeros((4, 5), bool), np.zeros((5, 4), bool))


@pytest.mark.parametrize(
    ("a", "b", "pairs"),
    [
        (["liver", "tumor"], ["tumor", "Liver"], [(0, 1), (1, 0)]),
        (["liver"], ["hepatic organ"], [(0, 0)]),
        (["tumor", "liver"], ["liver", "lesion"], [(0, 1), (1, 0)]),
        (["liver", "spleen", "aorta"], ["spleen"], [(1, 0)]),
        (["liver"], ["x", "y", "liver"], [(0, 2)]),
        ([], ["liver"], []),
    ],
)
def test_the_same_phrase_goes_with_itself_and_the_rest_by_its_place(a, b, pairs):
    assert pairs_of(a, b) == tuple(pairs)


def test_results_are_compared_at_the_thresholds_of_each_side(grey_frame):
    shape = (grey_frame.height, grey_frame.width)
    a = result(grey_frame, ("liver", soft(1, shape)), ("tumor", soft(2, shape)))
    b = result(grey_frame, ("Liver", soft(3, shape)), ("lesion", soft(4, shape)))
    liver, tumor = compare(a, b, Levels({"liver": 60}), Levels({"liver": 200, "lesion": 90}))
    assert liver.agreement == agreement(a.masks[0].mask(60), b.masks[0].mask(200))
    assert tumor.agreement == agreement(a.masks[1].mask(128), b.masks[1].mask(90))
    assert (liver.phrases, tumor.phrases) == ("liver", "tumor / lesion")
    assert (tumor.level_a, tumor.level_b) == (128, 90)


def test_one_result_at_two_thresholds_differs_by_the_pixels_between_them(grey_frame):
    values = soft(5, (grey_frame.height, grey_frame.width))
    one = result(grey_frame, ("liver", values))
    (pair,) = compare(one, one, Levels({"liver": 100}), Levels({"liver": 180}))
    assert pair.agreement.only_a == np.count_nonzero((values >= 100) & (values < 180))
    assert pair.agreement.only_b == 0
