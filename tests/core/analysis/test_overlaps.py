"""What becomes of a pixel that several phrases claim."""

import numpy as np
import pytest

from core.analysis.levels import RULES, Levels
from core.analysis.overlaps import masks_at, resolve
from core.errors import ChoiceError
from core.imaging.model import Frame
from core.segmentation import PhraseMask, Segmentation


def result_of(*rows):
    """One row of pixels a phrase: a, b, c..."""
    planes = [np.array([row], np.uint8) for row in rows]
    frame = Frame(planes[0], np.repeat(planes[0][:, :, None], 3, axis=2))
    masks = tuple(PhraseMask(name, None, p) for name, p in zip("abcdefgh", planes, strict=False))
    return Segmentation(frame, masks, "demo", "Demo engine")


def as_lists(masks):
    return [mask[0].astype(int).tolist() for mask in masks]


def test_each_phrase_keeps_its_pixels_unless_asked_otherwise():
    result = result_of([200, 130, 127], [128, 255, 200])
    assert as_lists(masks_at(result)) == [[1, 1, 0], [1, 1, 1]]


def test_the_highest_probability_wins_and_a_tie_goes_to_the_first():
    result = result_of([200, 130, 127, 180], [128, 255, 200, 180])
    found = as_lists(masks_at(result, Levels(rule="highest")))
    assert found == [[1, 0, 0, 1], [0, 1, 1, 0]]


def test_only_phrases_that_reach_their_own_threshold_take_part():
    """The lower one wins where the higher one does not reach the threshold that it was given."""
    result = result_of([240, 240], [150, 100])
    found = as_lists(masks_at(result, Levels({"a": 250, "b": 128}, "highest")))
    assert found == [[0, 0], [1, 0]]


def test_a_pixel_at_level_0_has_an_owner_when_the_threshold_is_0():
    found = as_lists(masks_at(result_of([0, 0], [0, 9]), Levels({"a": 0, "b": 0}, "highest")))
    assert found == [[1, 0], [0, 1]]


@pytest.mark.parametrize("rule", RULES)
def test_the_area_in_question_is_told_with_either_rule(rule):
    result = result_of([200, 0, 200, 0], [200, 200, 200, 0], [0, 0, 0, 200])
    found = resolve(result, Levels(rule=rule))
    assert found.area_px == 2
    assert found.phrases == ("a", "b")
    assert found.rule == rule


def test_masks_that_do_not_meet_are_the_same_with_either_rule():
    result = result_of([200, 0, 0], [0, 0, 200])
    assert as_lists(masks_at(result, Levels(rule="highest"))) == as_lists(masks_at(result))
    assert resolve(result).area_px == 0


def test_the_rule_is_that_of_a_loop_over_all_pixels(rng):
    planes = [rng.integers(0, 256, 400).tolist() for _ in range(5)]
    levels = Levels({"a": 200, "b": 90, "c": 128, "d": 1, "e": 254}, "highest")
    found = as_lists(masks_at(result_of(*planes), levels))
    for pixel, values in enumerate(zip(*planes, strict=True)):
        claims = [(-v, n) for n, v in enumerate(values) if v >= levels.level("abcde"[n])]
        owner = min(claims)[1] if claims else None
        assert [row[pixel] for row in found] == [int(n == owner) for n in range(5)]


def test_a_threshold_or_rule_that_does_not_exist_is_refused_in_words():
    with pytest.raises(ChoiceError, match="300"):
        Levels({"a": 300})
    with pytest.raises(ChoiceError, match="loudest"):
        Levels(rule="loudest")


def test_nobody_can_change_masks_that_were_measured():
    mask = masks_at(result_of([200, 0]))[0]
    with pytest.raises(ValueError, match="read-only"):
        mask[0, 0] = False
