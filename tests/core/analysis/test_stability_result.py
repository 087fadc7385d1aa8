"""How far answers agree: against figures computed pixel by pixel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.analysis.stability import plan
from core.analysis.stability_result import GRADES, Answer, Asked, Stability, compare

VARIANTS = plan("liver", kinds=["rotation", "flip"])

STACKS = st.tuples(st.integers(2, 6), st.integers(1, 9), st.integers(1, 9)).flatmap(
    lambda shape: arrays.arrays(np.bool_, shape)
)


def asked(count):
    return Asked("sha", "liver", "An engine", 128, VARIANTS[:count])


def compared(masks):
    answers = {v: Answer.of(m) for v, m in zip(VARIANTS, masks, strict=False)}
    return compare(asked(len(masks)), answers)


def dice_by_hand(one, other):
    both = sum(a and b for a, b in zip(one.flat, other.flat, strict=True))
    total = sum(map(bool, one.flat)) + sum(map(bool, other.flat))
    return 2 * both / total if total else 1.0


@given(STACKS)
def test_the_map_is_the_share_of_answers_that_mark_each_pixel(masks):
    found = compared(masks)
    count, height, width = masks.shape
    for y in range(height):
        for x in range(width):
            share = sum(bool(masks[n, y, x]) for n in range(count)) / count
            assert abs(found.agreement[y, x] - 255 * share) <= 0.5 + 1e-9


@given(STACKS)
def test_pairs_areas_and_the_number_are_those_counted_by_hand(masks):
    found = compared(masks)
    pairs = [[dice_by_hand(one, other) for other in masks] for one in masks]
    assert np.allclose(found.pairs, pairs)
    assert found.areas == tuple(int(mask.sum()) for mask in masks)
    above = [pairs[i][j] for i in range(len(masks)) for j in range(i + 1, len(masks))]
    assert found.score == pytest.approx(sum(above) / len(above))


@given(arrays.arrays(np.bool_, st.tuples(st.integers(1, 40), st.integers(1, 40))))
def test_a_packed_answer_is_the_mask_to_the_pixel(mask):
    packed = Answer.of(mask)
    assert np.array_equal(packed.mask(), mask)
    assert packed.bits.nbytes == -(-mask.size // 8)


def test_answers_that_all_mark_nothing_agree_and_are_counted_as_empty():
    found = compared(np.zeros((3, 4, 5), bool))
    assert found.score == 1.0
    assert found.empty == 3
    assert not found.agreement.any()


def test_one_answer_that_marks_nothing_disagrees_with_all_that_do():
    masks = np.ones((3, 4, 5), bool)
    masks[1] = False
    found = compared(masks)
    assert found.score == pytest.approx(1 / 3)
    assert found.empty == 1


def test_a_way_that_was_not_answered_is_named_and_does_not_count():
    mask = np.ones((3, 3), bool)
    answers = {VARIANTS[0]: Answer.of(mask), VARIANTS[2]: Answer.of(mask)}
    found = compare(asked(4), answers)
    assert found.variants == (VARIANTS[0], VARIANTS[2])
    assert found.missing == (VARIANTS[1], VARIANTS[3])
    assert found.score == 1.0


@pytest.mark.parametrize("answered", [[], [0], [1, 2]])
def test_without_the_base_and_one_more_there_is_nothing_to_compare(answered):
    mask = Answer.of(np.ones((3, 3), bool))
    assert compare(asked(3), {VARIANTS[n]: mask for n in answered}) is None


@pytest.mark.parametrize(
    ("score", "grade"),
    [
        (1.0, 0),
        (0.90, 0),
        (0.896, 0),  # shown as 0.90
        (0.894, 1),
        (0.75, 1),
        (0.74, 2),
        (0.5, 2),
        (0.49, 3),
        (0.0, 3),
    ],
)
def test_the_words_go_with_the_number_as_it_is_shown(score, grade):
    pairs = np.array([[1.0, score], [score, 1.0]])
    found = Stability("", "", "", 128, VARIANTS[:2], (1, 1), pairs, np.zeros((1, 1), np.uint8))
    assert found.grade is GRADES[grade]


def test_the_page_of_the_docs_gives_the_same_limits_and_words():
    page = (Path(__file__).resolve().parents[3] / "docs" / "stability.md").read_text("utf-8")
    lines = [line for line in page.splitlines() if line.startswith("|")]
    for grade in GRADES[:-1]:
        assert any(f"{grade.least:.2f}" in line and grade.words in line for line in lines)
    assert any(f"below {GRADES[-2].least:.2f} | {GRADES[-1].words}" in line for line in lines)


def test_no_grade_speaks_of_being_right():
    words = " ".join(grade.words for grade in GRADES).lower()
    assert not [word for word in ("accura", "correct", "right", "reliab") if word in words]


def test_a_result_cannot_be_changed_by_accident():
    found = compared(np.ones((2, 3, 3), bool))
    with pytest.raises(ValueError, match="read-only"):
        found.agreement[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        found.pairs[0, 1] = 0
