"""The engine against drawings whose truth is known, also turned, mirrored, dimmed and small."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.analysis.metrics import dice
from core.samples.phantoms import draw_brain, draw_chest, draw_histology, draw_skin

_DRAWINGS = {
    "chest": draw_chest,
    "skin": draw_skin,
    "brain": draw_brain,
    "tissue": draw_histology,
}


@pytest.fixture(scope="module", params=list(_DRAWINGS))
def drawn(request):
    return _DRAWINGS[request.param]()


def _scores(ask, picture, truths):
    result = ask(picture, *(phrase for phrase, _ in truths))
    return {
        mask.phrase: dice(mask.mask(), truth)
        for mask, (_, truth) in zip(result.masks, truths, strict=True)
    }


def test_what_was_drawn_is_found(ask, drawn):
    scores = _scores(ask, drawn.rgb, drawn.truths)
    assert min(scores.values()) >= 0.9, scores


@pytest.mark.parametrize("gamma", [0.75, 1.3])
def test_another_exposure_changes_little(ask, drawn, gamma):
    picture = (255 * (drawn.rgb / 255) ** gamma).astype(np.uint8)
    scores = _scores(ask, picture, drawn.truths)
    assert min(scores.values()) >= 0.85, scores


def test_a_picture_in_a_black_frame_is_read_like_one_without(ask, drawn):
    pad = ((90, 90), (160, 160))
    picture = np.pad(drawn.rgb, (*pad, (0, 0)))
    truths = [(phrase, np.pad(truth, pad)) for phrase, truth in drawn.truths]
    scores = _scores(ask, picture, truths)
    assert min(scores.values()) >= 0.85, scores


def test_a_quarter_of_the_size_is_enough_for_organs(ask):
    for draw in (draw_chest, draw_skin, draw_brain):
        drawn = draw()
        small = cv2.resize(drawn.rgb, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        truths = [(phrase, _shrunk(truth, small.shape)) for phrase, truth in drawn.truths]
        scores = _scores(ask, small, truths)
        assert min(scores.values()) >= 0.85, scores


def _shrunk(mask, shape):
    size = (shape[1], shape[0])
    return cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) >= 0.5


def test_the_left_lung_is_the_one_at_the_right_of_the_picture(ask):
    drawn = draw_chest()
    left, right = ask(drawn.rgb, "left lung", "right lung").masks
    assert np.argwhere(left.mask())[:, 1].mean() > 512 > np.argwhere(right.mask())[:, 1].mean()
    assert not (left.mask() & right.mask()).any()


def test_a_file_that_shows_the_left_side_at_the_left_swaps_the_lungs(ask):
    from core.imaging.model import Orientation

    drawn = draw_chest()
    flipped = Orientation(left="L", right="R", top="S", bottom="I")
    left = ask(drawn.rgb[:, ::-1], "left lung", orientation=flipped).masks[0]
    assert dice(left.mask(), drawn.truth("left lung")[:, ::-1]) >= 0.9


def test_touching_nuclei_are_parted():
    from core.backends.demo.histology import nuclei
    from core.backends.demo.shapes import components
    from core.backends.demo.view import View
    from core.imaging.model import Frame
    from core.segmentation import prepare

    rgb = np.full((1024, 1024, 3), (236, 168, 206), np.uint8)
    for x in (470, 554):
        cv2.circle(rgb, (x, 512), 48, (88, 58, 132), -1)
    view = View.of(prepare(Frame(values=rgb, rgb=rgb), "nuclei"))
    assert len(components(nuclei(view) >= 128, 500)) == 2
