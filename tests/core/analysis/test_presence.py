"""No evidence, doubtful, plausible: what makes a mask one or the other."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analysis.levels import Levels
from core.analysis.presence import (
    CHECKS,
    DEFAULT_RULE,
    Evidence,
    Look,
    Rule,
    evidence_of,
    judge,
    judge_masks,
)
from core.backends import get_backend
from core.geometry import Letterbox
from core.imaging import open_upload
from core.imaging.model import Frame
from core.samples import samples
from core.segmentation import PhraseMask, segment

ROOT = Path(__file__).resolve().parents[3]
ORDER = ("no evidence", "doubtful", "plausible")
EVERY_PHRASE = (
    "lung",
    "left lung",
    "melanoma",
    "lesion",
    "nuclei",
    "glandular structure",
    "brain",
    "whole tumor",
    "tumor",
    "optic disc",
    "retinal vessels",
    "liver",
    "body",
    "bone",
)
GOOD = Evidence(
    threshold=128,
    pixels=5000,
    area=0.05,
    peak=1.0,
    mean=0.95,
    undecided=0.1,
    border=0.0,
    pieces=1,
    largest=1.0,
    interior=0.95,
    soft=True,
)


def soft_disc(side=256, radius=60.0, blur=4.0, centre=(0.5, 0.5)):
    """A disc with a soft edge, uint8 (side, side)."""
    y, x = np.mgrid[:side, :side]
    away = np.hypot(x - centre[0] * side, y - centre[1] * side) - radius
    return np.asarray(np.round(255 / (1 + np.exp(np.clip(away / blur, -30, 30)))), np.uint8)


def mask_of(probability, phrase="liver", category=None):
    return PhraseMask(phrase, category, np.asarray(probability, np.uint8))


def level(probability, phrase="liver", category=None, **changes):
    evidence = evidence_of(mask_of(probability, phrase, category))
    return judge(replace(evidence, **changes)).level


def sample_frame(name):
    data, title = next(sample for sample in samples() if sample.id == name).load()
    return open_upload(data, title).frame()


def asked(frame, *phrases):
    return judge_masks(frame, segment(frame, phrases, get_backend("demo")).masks)


@pytest.mark.parametrize(
    ("name", "phrases"),
    [
        ("chest", ("left lung", "right lung")),
        ("skin", ("lesion",)),
        ("brain", ("brain", "whole tumor")),
        ("tissue", ("nuclei",)),
        ("retina", ("optic disc",)),
        ("ct_vertebra", ("bone", "body")),
    ],
)
def test_a_clear_target_of_a_sample_is_plausible(name, phrases):
    for one in asked(sample_frame(name), *phrases):
        assert one.presence.level == "plausible", one.presence.reasons


@pytest.mark.parametrize(
    ("image", "phrase"),
    [("15_X-Ray_chest.png", "lung"), ("25_dermoscopy_skin.png", "melanoma")],
)
def test_a_clear_target_of_a_real_image_is_plausible(shared, image, phrase):
    path = shared / "real" / "images" / image
    (one,) = asked(open_upload(path.read_bytes(), path.name).frame(), phrase)
    assert one.presence.level == "plausible", one.presence.reasons


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_nothing_is_plausible_in_a_picture_of_one_grey(grey):
    rgb = np.full((300, 400, 3), grey, np.uint8)
    frame = Frame(values=rgb, rgb=rgb)
    assert {one.presence.level for one in asked(frame, *EVERY_PHRASE)} == {"no evidence"}


def test_a_mask_that_a_model_draws_in_a_black_picture_is_no_evidence():
    rgb = np.zeros((256, 256, 3), np.uint8)
    (one,) = judge_masks(Frame(values=rgb, rgb=rgb), [mask_of(soft_disc())])
    assert one.presence.level == "no evidence"
    assert "contrast" in one.presence.reasons[0]


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        ("chest", "optic disc"),
        ("chest", "melanoma"),
        ("chest", "liver"),
        ("skin", "lung"),
        ("retina", "lung"),
        ("brain", "nuclei"),
        ("tissue", "whole tumor"),
    ],
)
def test_an_absent_target_or_another_kind_of_picture_is_not_plausible(name, phrase):
    (one,) = asked(sample_frame(name), phrase)
    assert one.presence.level != "plausible"


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        ("skin", "left lung"),
        ("retina", "liver"),
        ("tissue", "pancreas"),
        ("chest", "melanoma"),
        ("brain", "polyp"),
    ],
)
def test_a_sure_mask_is_doubted_where_colour_tells_of_another_kind_of_picture(name, phrase):
    frame = sample_frame(name)
    disc = soft_disc(max(frame.height, frame.width), 200.0)[: frame.height, : frame.width]
    (one,) = judge_masks(frame, [mask_of(disc, phrase)])
    assert one.presence.level == "doubtful"
    assert "grey or in colour" in one.presence.reasons[0]


@pytest.mark.parametrize("level_", [1, 60, 100, 127, 128, 150, 200, 254, 255])
def test_a_constant_map_is_never_plausible(level_):
    assert level(np.full((200, 300), level_)) != "plausible"


@pytest.mark.parametrize("phrase", ["liver", "nuclei", "never heard of"])
@pytest.mark.parametrize("kind", ["uniform", "saturated", "binary", "sparse"])
def test_noise_is_never_plausible(rng, kind, phrase):
    shape = (400, 400)
    made = {
        "uniform": lambda: rng.integers(0, 256, shape),
        "saturated": lambda: np.clip(rng.normal(128, 400, shape), 0, 255),
        "binary": lambda: np.where(rng.random(shape) > 0.5, 255, 0),
        "sparse": lambda: np.where(rng.random(shape) > 0.98, rng.integers(128, 256, shape), 0),
    }
    assert level(made[kind](), phrase, "histology structure") != "plausible"


@pytest.mark.parametrize("margin", [0, 1, 3])
def test_a_mask_of_the_whole_picture_is_doubtful(margin):
    filled = np.full((200, 200), 40, np.uint8)
    filled[margin : 200 - margin, margin : 200 - margin] = 250
    assert level(filled) == "doubtful"


def test_a_mask_of_the_background_is_doubtful_for_its_edge():
    evidence = evidence_of(mask_of(255 - soft_disc(256, 110)))
    assert evidence.border == 1.0
    assert any("edge" in reason for reason in judge(evidence).reasons)


def test_a_category_that_does_not_fit_is_the_first_reason():
    evidence = evidence_of(mask_of(soft_disc() // 2 + 20, "liver", "kidney"), 100)
    reasons = judge(evidence).reasons
    assert len(reasons) > 1
    assert reasons[0] == "The category does not go with the phrase."


@pytest.mark.parametrize("category", ["liver", None])
def test_a_category_that_fits_or_is_not_known_does_not_count(category):
    assert level(soft_disc(), "liver", category) == "plausible"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"peak": 0.79}, "highest"),
        ({"mean": 0.74}, "mean"),
        ({"undecided": 0.61}, "undecided"),
        ({"area": 0.00009}, "covers"),
        ({"area": 0.91}, "covers"),
        ({"border": 0.76}, "edge"),
        ({"pieces": 51, "largest": 0.4}, "pieces"),
        ({"interior": 0.09}, "surrounded"),
        ({"soft": False}, "without probabilities"),
        ({"category_fits": False}, "category"),
        ({"colour_fits": False}, "colour"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else None,
)
def test_each_limit_is_a_reason_by_itself(change, word):
    assert judge(GOOD).level == "plausible"
    found = judge(replace(GOOD, **change))
    assert found.level == "doubtful"
    assert len(found.reasons) == 1
    assert word in found.reasons[0]
    assert found.score <= 0.5 < judge(GOOD).score


def test_many_pieces_are_usual_for_cells():
    assert judge(replace(GOOD, pieces=250, largest=0.01, many_expected=True)).level == "plausible"
    assert evidence_of(mask_of(soft_disc(), "nuclei")).many_expected
    assert not evidence_of(mask_of(soft_disc(), "liver")).many_expected


@pytest.mark.parametrize("shape", [(1024, 1024), (512, 512), (3000, 2000), (200, 1600), (333, 517)])
def test_a_hard_mask_is_told_from_a_soft_one_on_any_grid(shape):
    box = Letterbox.fit(*shape)
    soft = soft_disc(1024, 180, 12.0)
    hard = np.where(soft >= 128, 255, 0).astype(np.uint8)
    assert evidence_of(mask_of(box.restore(soft))).soft
    evidence = evidence_of(mask_of(box.restore(hard)))
    assert not evidence.soft
    found = judge(evidence)
    assert found.level == "doubtful"
    assert "The mask came without probabilities." in found.reasons


def test_the_numbers_are_those_of_the_definition(rng):
    levels = np.zeros((40, 50), np.uint8)
    levels[5:15, 5:15] = 255  # 100 pixels
    levels[20:25, 30:40] = 140  # 50 pixels, undecided
    levels[30:35, 45:50] = 200  # 25 pixels, 5 of them at the edge
    levels[0, 0] = 63  # below 0.25: nothing
    evidence = evidence_of(mask_of(levels))
    assert evidence.pixels == 175
    assert evidence.area == 175 / 2000
    assert evidence.peak == 1.0
    assert evidence.mean == pytest.approx((100 * 255 + 50 * 140 + 25 * 200) / 175 / 255)
    assert evidence.undecided == 50 / 175
    assert evidence.border == 5 / (2 * 50 + 2 * 38)
    assert (evidence.pieces, evidence.largest) == (3, 100 / 175)
    # Inner pixels: 8 x 8, 3 x 8, and 3 x 4 where the picture ends.
    assert evidence.interior == pytest.approx((64 + 24 + 12) / 175)


def test_the_threshold_counts():
    levels = soft_disc()
    high, low = evidence_of(mask_of(levels), 250), evidence_of(mask_of(levels), 10)
    assert high.pixels == np.count_nonzero(levels >= 250) < low.pixels
    assert high.mean > low.mean


def test_each_mask_is_judged_at_its_own_threshold():
    rgb = np.repeat(soft_disc()[:, :, None], 3, axis=2)
    frame = Frame(values=rgb, rgb=rgb)
    masks = [mask_of(soft_disc(), "Liver"), mask_of(soft_disc() // 4, "spleen")]
    usual = judge_masks(frame, masks)
    lowered = judge_masks(frame, masks, Levels({"spleen": 20, "liver": 255}))
    assert [one.presence.note for one in usual] == [
        "Plausible.",
        "No evidence. Nothing found at the usual threshold.",
    ]
    assert lowered[0].evidence.threshold == 255
    assert lowered[1].presence.note == "No evidence. The highest probability is 0.25, under 0.50."


def test_a_picture_with_one_coloured_label_is_still_grey(rng):
    rgb = np.repeat(rng.integers(0, 256, (300, 300, 1), np.uint8), 3, axis=2)
    rgb[:40, :60] = (250, 200, 0)
    assert not Look.at(Frame(values=rgb, rgb=rgb)).in_colour
    rgb = rgb // np.array([1, 1, 2], np.uint8)
    assert Look.at(Frame(values=rgb, rgb=rgb)).in_colour


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 6),
    st.integers(1, 120),
    st.sampled_from([64, 128, 200]),
)
def test_raising_the_probabilities_inside_never_lowers_level_or_score(seed, smooth, more, cut):
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, 256, (48, 64)).astype(np.float64)
    for _ in range(smooth):
        levels = (levels + np.roll(levels, 1, 0) + np.roll(levels, 1, 1)) / 3
    levels = np.clip((levels - levels.min()) * rng.uniform(0.5, 2.5), 0, 254)
    before = mask_of(levels)
    inside = before.mask(cut)
    # Up to 254, so that the grades do not become yes or no.
    after = mask_of(np.where(inside, np.minimum(before.probability + float(more), 254), levels))
    first = judge(evidence_of(before, cut))
    second = judge(evidence_of(after, cut))
    assert ORDER.index(second.level) >= ORDER.index(first.level)
    assert second.score >= first.score - 1e-12


@settings(deadline=None, max_examples=60)
@given(
    st.fixed_dictionaries(
        {
            **dict.fromkeys(("area", "peak", "mean", "undecided", "border"), st.floats(0, 1)),
            "pieces": st.integers(0, 5000),
            "soft": st.booleans(),
        }
    )
)
def test_levels_scores_and_reasons_belong_together(changes):
    found = judge(replace(GOOD, **changes))
    low, high = {"no evidence": (0, 0), "doubtful": (0, 0.5), "plausible": (0.5, 1)}[found.level]
    assert low <= found.score <= high
    assert bool(found.reasons) == (found.level != "plausible")


def test_an_evidence_goes_through_a_file_and_nothing_else_does():
    assert Evidence.from_json(GOOD.to_json()) == GOOD
    for wrong in ({"area": "much"}, {"soft": 1}, {"pixels": 1.5}, {"peak": float("nan")}, {"x": 1}):
        with pytest.raises(ValueError, match=r"evidence|is not"):
            Evidence.from_json({**GOOD.to_json(), **wrong})


def test_the_docs_say_exactly_the_rule():
    text = (ROOT / "docs" / "presence.md").read_text()
    listed = re.findall(r"^- ((?:No evidence|Doubtful|Plausible): .*)$", text, re.MULTILINE)
    assert tuple(listed) == DEFAULT_RULE.in_words()


def test_the_words_follow_the_limits():
    words = " ".join(Rule(least_mean=0.66, most_pieces=7).in_words())
    assert "under 0.66" in words
    assert "over 7 pieces" in words


def test_no_sentence_says_that_something_is_there():
    sentences = [*DEFAULT_RULE.in_words(), *(check.reason for check in CHECKS)]
    assert not re.search(r"present|detected|confirmed|✓|✔", " ".join(sentences), re.IGNORECASE)
