"""Counting objects that touch."""

import cv2
import numpy as np
import pytest

from core.analysis.instances import split
from core.samples.phantoms import draw_histology


def touching_discs(seed, side=420):
    """Rows of discs of mixed size, each overlapping the next a little; and their number."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side]
    mask = np.zeros((side, side), bool)
    count = 0
    for row in range(35, side - 30, 60):
        column = 12.0
        while True:
            radius = rng.uniform(8, 22)
            column += 0.93 * radius
            if column + radius > side - 10:
                break
            mask |= (x - column) ** 2 + (y - row) ** 2 <= radius**2
            column += 0.93 * radius
            count += 1
    return mask, count


@pytest.mark.parametrize("seed", range(5))
def test_touching_discs_of_mixed_size_are_counted_one_by_one(seed):
    mask, count = touching_discs(seed)
    assert cv2.connectedComponents(mask.view(np.uint8))[0] - 1 < count / 5
    assert split(mask).count == count


def test_every_pixel_of_the_mask_belongs_to_one_object():
    mask, _ = touching_discs(1)
    found = split(mask)
    assert found.labels.dtype == np.int32
    assert np.array_equal(found.labels > 0, mask)
    assert np.array_equal(np.bincount(found.labels.ravel())[1:], found.areas_px)


def test_nuclei_of_a_drawn_section_are_counted_as_drawn():
    """They do not touch there, so their number is that of the pieces."""
    nuclei = draw_histology().truth("nuclei")
    pieces = cv2.connectedComponents(nuclei.astype(np.uint8))[0] - 1
    assert split(nuclei).count == pieces


@pytest.mark.parametrize("zoom", [1, 2, 3])
def test_the_count_does_not_depend_on_the_size_of_the_pixels(zoom):
    mask, count = touching_discs(2, side=300)
    assert split(np.kron(mask, np.ones((zoom, zoom), bool))).count == count


def test_a_long_or_bent_object_stays_whole():
    canvas = np.zeros((200, 200), np.uint8)
    cv2.ellipse(canvas, (100, 60), (80, 14), 20, 0, 360, 1, -1)
    cv2.ellipse(canvas, (100, 150), (60, 40), 0, 180, 360, 1, 16)
    assert split(canvas.view(bool)).count == 2


def test_two_discs_are_one_when_they_lie_in_each_other_and_two_when_their_neck_is_narrow():
    y, x = np.mgrid[:100, :160]
    for apart, count in ((20, 1), (36, 2)):  # necks of 0.87 and 0.44 of the width
        left, right = 80 - apart / 2, 80 + apart / 2
        mask = np.minimum((x - left) ** 2, (x - right) ** 2) + (y - 50) ** 2 <= 20**2
        assert split(mask).count == count


def test_a_dim_line_between_two_cells_parts_them_where_the_outline_does_not():
    mask = np.zeros((60, 120), bool)
    mask[15:45, 10:110] = True
    probability = np.where(mask, 250, 0).astype(np.uint8)
    assert split(mask, probability).count == 1
    probability[15:45, 56:64] = 130
    assert split(mask, probability).count == 2


def test_objects_at_the_border_are_counted_and_told():
    mask = np.zeros((60, 60), bool)
    mask[0:10, 5:15] = True
    mask[30:40, 30:40] = True
    found = split(mask)
    assert found.at_border.tolist() == [True, False]


def test_what_is_smaller_than_asked_for_is_left_out_and_told():
    mask = np.zeros((60, 60), bool)
    mask[5:15, 5:15] = True
    mask[40:42, 40:42] = True
    found = split(mask)
    assert (found.count, found.left_out, found.least_px) == (1, 1, 20)
    assert not found.labels[40:42, 40:42].any()
    assert split(mask, least_px=1).count == 2


def test_objects_are_numbered_from_the_top():
    mask = np.zeros((80, 80), bool)
    for row, column in ((60, 5), (30, 40), (5, 60)):
        mask[row : row + 10, column : column + 10] = True
    labels = split(mask).labels
    assert [labels[5, 60], labels[30, 40], labels[60, 5]] == [1, 2, 3]


def test_an_empty_mask_has_no_objects_and_a_full_one_has_one():
    assert split(np.zeros((30, 40), bool)).count == 0
    full = split(np.ones((30, 40), bool))
    assert full.count == 1
    assert full.at_border.all()


def test_probabilities_of_another_size_are_refused():
    with pytest.raises(ValueError, match="30, 40"):
        split(np.ones((30, 40), bool), np.ones((4, 4), np.uint8))
