import numpy as np
import pytest

from core.backends.base import ModelReply
from core.errors import InvalidReply, PhraseError
from core.geometry import Letterbox
from core.imaging.model import Frame
from core.png import encode_png
from core.segmentation import prepare, segment, segment_many


class BrightParts:
    """A backend that finds what is bright in the very picture it is given."""

    name = "bright"
    label = "Bright parts, for tests"
    max_rows = 4
    leaves_machine = False

    def __init__(self):
        self.seen = []

    def segment(self, inputs, control=None):
        self.seen.extend(inputs)
        replies = []
        for item in inputs:
            masks = np.repeat(item.picture[None, :, :, 0], len(item.phrases), axis=0)
            replies.append(ModelReply(masks, ("other",) * len(item.phrases)))
        return replies


def frame_of(values):
    return Frame(values=values, rgb=np.repeat(values[:, :, None], 3, axis=2))


@pytest.mark.parametrize("shape", [(60, 80), (101, 64), (64, 101), (33, 33), (20, 400), (400, 20)])
def test_a_mask_comes_back_on_the_grid_of_the_image(shape):
    """What was bright in the image is what is marked, to the pixel, whatever the shape."""
    values = np.full(shape, 20, np.uint8)
    box = (slice(shape[0] // 4, shape[0] // 2), slice(shape[1] // 4, shape[1] // 2))
    values[box] = 240
    result = segment(frame_of(values), "bright", BrightParts())
    mask = result.masks[0].mask()
    assert mask.shape == shape
    truth = values > 128
    assert (mask & truth).sum() * 2 / (mask.sum() + truth.sum()) > 0.97


def test_there_is_one_mask_a_phrase_in_order(grey_frame):
    result = segment(grey_frame, "liver & tumor & Liver", BrightParts())
    assert [mask.phrase for mask in result.masks] == ["liver", "tumor"]
    assert result.engine == "Bright parts, for tests"


def test_what_is_shown_is_what_is_sent(grey_frame):
    backend = BrightParts()
    segment(grey_frame, "x", backend)
    (sent,) = backend.seen
    own = Letterbox.fit(grey_frame.height, grey_frame.width).apply(grey_frame.rgb)
    assert encode_png(sent.picture) == encode_png(own)
    assert np.array_equal(sent.picture, prepare(grey_frame, "x").picture)


def test_several_frames_go_in_one_call(grey_frame):
    other = frame_of(np.zeros((10, 12), np.uint8))
    first, second = segment_many([grey_frame, other], "x", BrightParts())
    assert first.masks[0].probability.shape == (60, 80)
    assert second.masks[0].probability.shape == (10, 12)


def test_the_threshold_is_applied_after_the_mask_came_back(grey_frame):
    (mask,) = segment(grey_frame, "x", BrightParts()).masks
    assert mask.area(0) == 60 * 80
    assert mask.area(1) >= mask.area(128) >= mask.area(255)
    assert np.array_equal(mask.mask(77), mask.probability >= 77)


def test_a_one_pixel_change_changes_the_key_of_a_frame_and_of_a_mask(grey_frame):
    edited = grey_frame.values.copy()
    edited[30, 40] ^= 1
    assert frame_of(edited).sha256 != grey_frame.sha256
    before = segment(grey_frame, "x", BrightParts()).masks[0]
    probability = before.probability.copy()
    probability[5, 5] ^= 1
    after = type(before)(before.phrase, before.category, probability)
    assert after.sha256 != before.sha256


def test_results_cannot_be_changed_by_accident(grey_frame):
    (mask,) = segment(grey_frame, "x", BrightParts()).masks
    with pytest.raises(ValueError, match="read-only"):
        mask.probability[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        grey_frame.rgb[0, 0] = 1


def test_no_phrase_asks_no_backend(grey_frame):
    backend = BrightParts()
    with pytest.raises(PhraseError):
        segment(grey_frame, "&&", backend)
    assert backend.seen == []


def test_a_backend_that_forgets_a_phrase_is_found_out(grey_frame):
    class Forgetful(BrightParts):
        def segment(self, inputs, control=None):
            (reply,) = super().segment(inputs)
            return [ModelReply(reply.probabilities[:1], reply.categories[:1])]

    with pytest.raises(InvalidReply, match="1 masks for 2 phrases"):
        segment(grey_frame, "a & b", Forgetful())


def test_a_category_that_contradicts_the_phrase_is_flagged(grey_frame):
    (mask,) = segment(grey_frame, "liver", BrightParts()).masks
    assert mask.category == "other"
    assert not mask.category_fits
