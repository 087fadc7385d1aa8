"""What the demo engine promises whatever it is asked: honest, empty where it should be, stable."""

from __future__ import annotations

import numpy as np
import pytest

from core.backends import get_backend
from core.backends.base import RunControl
from core.backends.demo import KNOWN
from core.errors import Cancelled
from core.imaging.model import Frame
from core.samples.phantoms import draw_brain, draw_chest, draw_skin
from core.segmentation import prepare, segment


@pytest.fixture(scope="module")
def chest() -> np.ndarray:
    return draw_chest().rgb


def test_it_calls_itself_what_it_is_and_sends_nothing_away():
    engine = get_backend("demo")
    assert engine.label == "Demo engine: classical image processing, not MedImageParse"
    assert not engine.leaves_machine


def test_an_unknown_phrase_gives_an_empty_mask_and_the_list_of_what_it_knows(ask, chest):
    result = ask(chest, "lung", "gallbladder")
    assert result.masks[0].area() > 0
    assert result.masks[1].probability.max() == 0
    (notice,) = [n for n in result.notices if n.code == "unknown_phrase"]
    assert "“gallbladder”" in notice.text
    for target in KNOWN:
        assert target.phrases[0] in notice.text


def test_lungs_in_a_skin_photo_are_refused_with_the_reason(ask):
    result = ask(draw_skin().rgb, "lung")
    assert result.masks[0].probability.max() == 0
    assert result.notices[0].text == (
        "The demo engine looks for lung in chest X-ray and CT slice; this looks like a skin photo."
    )


@pytest.mark.parametrize("level", [0, 97, 255])
def test_a_flat_picture_holds_nothing(ask, codes, level):
    phrases = ["lung", "lesion", "nuclei", "optic disc", "brain", "bone", "tumor"]
    result = ask(np.full((300, 400, 3), level, np.uint8), *phrases)
    assert all(mask.probability.max() == 0 for mask in result.masks)
    assert codes(result) == ["other_picture"] * len(phrases)


def test_plain_skin_without_a_spot_has_no_lesion(ask, codes, rng):
    skin = np.array([214, 168, 148]) + rng.normal(0, 4, (400, 500, 1))
    shade = np.linspace(0.9, 1.05, 500)[None, :, None]
    result = ask(np.clip(skin * shade, 0, 255).astype(np.uint8), "skin lesion")
    assert result.masks[0].area() == 0
    assert codes(result) == ["not_found"]


def test_a_brain_without_a_lesion_has_no_tumor(ask, codes):
    drawn = draw_brain()
    picture = drawn.rgb[..., 0].copy()
    mirrored = picture[:, ::-1]
    # The other half of the head is healthy: put it in the place of the half with the lesion.
    picture[:, 320:] = mirrored[:, 320:]
    result = ask(picture, "whole tumor", "brain")
    assert result.masks[0].area() == 0
    assert result.masks[1].area() > 0
    assert codes(result) == ["not_found"]


def test_the_same_picture_gives_the_same_bytes_twice(ask, chest):
    first, second = (ask(chest, "left lung").masks[0].sha256 for _ in range(2))
    assert first == second


def test_it_stops_before_the_next_phrase_when_asked_to(chest):
    asked = iter([False, True])
    control = RunControl(is_cancelled=lambda: next(asked))
    with pytest.raises(Cancelled):
        segment(Frame(values=chest, rgb=chest.copy()), "lung & heart", get_backend("demo"), control)


def test_every_mask_is_soft_and_the_bars_around_a_wide_picture_stay_empty(chest):
    wide = np.ascontiguousarray(chest[100:900])
    asked = prepare(Frame(values=wide, rgb=wide), "lung")
    (reply,) = get_backend("demo").segment([asked])
    soft = reply.probabilities[0]
    bar = asked.letterbox.top
    assert bar > 100
    assert soft[:bar].max() == soft[-bar:].max() == 0
    assert len(np.unique(soft)) > 50


@pytest.mark.parametrize(
    ("phrase", "category"),
    [
        ("lungs", "lung"),
        ("LEFT  lung", "lung"),
        ("lung in chest X-Ray", "lung"),
        ("heart", "heart anatomies"),
        ("something else", None),
    ],
)
def test_the_category_follows_the_phrase_in_any_spelling(ask, chest, phrase, category):
    assert ask(chest, phrase).masks[0].category == category


def test_plain_variants_of_a_phrase_give_the_same_mask(ask, chest):
    assert len({mask.sha256 for mask in ask(chest, "lung", "lungs", "both lungs").masks}) == 1


def test_a_type_of_cell_is_not_claimed_because_only_nuclei_can_be_seen(ask, tissue):
    result = ask(tissue.rgb, "neoplastic cells")
    assert not result.masks[0].mask().any()
    assert "does not know" in result.notices[0].text


@pytest.mark.parametrize(
    "shape", [(1, 1), (3, 2), (40, 3000), (3000, 40), (37, 64), (511, 700)], ids=str
)
def test_noise_of_any_shape_is_answered_on_its_own_grid(ask, rng, shape):
    noise = rng.integers(0, 256, (*shape, 3), dtype=np.uint8)
    every = [target.phrases[0] for target in KNOWN]
    result = ask(noise, *dict.fromkeys(every[:16]))
    assert all(mask.probability.shape == shape for mask in result.masks)
