"""A rule fitted to what a reader has accepted and rejected."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import orjson
import pytest
from scipy.stats import binomtest

from core.analysis.presence import Evidence
from core.analysis.presence_calibration import calibrate, wilson
from core.analysis.presence_fit import (
    ACCEPT_FROM,
    FEATURES,
    LEAST_EACH,
    Example,
    FittedRule,
    examples_from_json,
    examples_to_json,
    fit_rule,
)
from core.errors import InputError

BASE = Evidence(
    threshold=128,
    pixels=5000,
    area=0.05,
    peak=1.0,
    mean=0.9,
    undecided=0.2,
    border=0.0,
    pieces=1,
    largest=1.0,
    interior=0.9,
    soft=True,
)


def decisions(rng, count=200, sharpness=40.0, middle=0.8):
    """Decisions of a reader who looks at the mean probability, and accepts from the middle on."""
    found = []
    for _ in range(count):
        mean = float(rng.uniform(0.6, 1.0))
        chance = 1 / (1 + np.exp(-sharpness * (mean - middle)))
        evidence = replace(BASE, mean=mean, area=float(rng.uniform(0.01, 0.3)))
        found.append(Example(evidence, bool(rng.random() < chance)))
    return found


@pytest.fixture
def fitted(rng):
    return fit_rule(decisions(rng))


@pytest.mark.parametrize(("accepted", "rejected"), [(0, 0), (200, 19), (19, 200), (200, 0)])
def test_too_few_of_either_kind_are_refused_with_the_numbers(accepted, rejected):
    answers = [True] * accepted + [False] * rejected
    with pytest.raises(InputError) as caught:
        fit_rule([Example(BASE, answer) for answer in answers])
    assert f"{accepted} accepted and {rejected} rejected" in caught.value.what
    assert str(LEAST_EACH) in caught.value.next_step


def test_what_the_reader_looks_at_is_found(fitted):
    weights = dict(zip(FEATURES, fitted.weights, strict=True))
    assert max(weights, key=lambda name: abs(weights[name])) == "mean probability"
    assert weights["mean probability"] > 0
    assert fitted.chance(replace(BASE, mean=0.98)) > 0.95
    assert fitted.chance(replace(BASE, mean=0.62)) < 0.05


def test_a_feature_that_never_varied_has_no_say(fitted):
    weights = dict(zip(FEATURES, fitted.weights, strict=True))
    assert weights["pieces (log)"] == 0
    assert all(np.isfinite(fitted.chance(replace(BASE, pieces=n))) for n in (0, 1, 10_000))


def test_a_rule_that_sees_the_reason_beats_the_share_on_what_was_left_out(fitted):
    assert fitted.calibration.helps
    assert fitted.calibration.brier < 0.6 * fitted.calibration.brier_of_share


@pytest.mark.parametrize("count", [60, 400])
def test_a_rule_for_decisions_by_the_coin_does_not(rng, count):
    coin = [replace(one, accepted=bool(rng.random() < 0.5)) for one in decisions(rng, count)]
    calibration = fit_rule(coin).calibration
    assert calibration.brier == pytest.approx(calibration.brier_of_share, abs=0.02)
    assert not calibration.helps


def test_the_chances_are_calibrated_where_the_model_is_right(rng):
    calibration = fit_rule(decisions(rng, 3000, sharpness=15)).calibration
    assert len(calibration.bins) == 5
    assert sum(one.count for one in calibration.bins) == 3000
    for one in calibration.bins:
        assert one.low - 0.02 <= one.predicted <= one.high + 0.02


def test_the_same_decisions_give_the_same_rule(rng):
    found = decisions(rng)
    assert fit_rule(found) == fit_rule(found)


def test_perfectly_separable_decisions_stay_finite(rng):
    clear = [Example(one.evidence, one.evidence.mean > 0.8) for one in decisions(rng)]
    rule = fit_rule(clear)
    assert np.isfinite(rule.weights).all()
    assert 0 < rule.chance(BASE) < 1


@pytest.mark.parametrize(
    ("hits", "count"), [(0, 1), (1, 1), (0, 30), (7, 30), (30, 30), (500, 999)]
)
def test_intervals_are_wilsons(hits, count):
    expected = binomtest(hits, count).proportion_ci(method="wilson")
    assert wilson(hits, count) == pytest.approx((expected.low, expected.high), abs=1e-7)


def test_brier_and_bins_are_those_of_the_definition():
    found = calibrate(np.array([0.1, 0.1, 0.9, 1.0]), np.array([False, True, True, True]))
    assert found.brier == pytest.approx((0.01 + 0.81 + 0.01 + 0) / 4)
    assert found.brier_of_share == pytest.approx(0.75 * 0.25)
    gains = [0.75**2 - 0.01, 0.25**2 - 0.81, 0.25**2 - 0.01, 0.25**2]
    assert found.gain_error == pytest.approx(np.std(gains, ddof=1) / 2)
    assert [(one.count, one.accepted) for one in found.bins] == [(2, 0.5), (2, 1.0)]
    assert found.bins[1].predicted == pytest.approx(0.95)


def test_the_levels_follow_the_readers_chances(fitted):
    likely, unlikely = replace(BASE, mean=0.99), replace(BASE, mean=0.7)
    assert fitted.judge(likely).level == "plausible"
    found = fitted.judge(unlikely)
    assert found.level == "doubtful"
    assert f"under {ACCEPT_FROM:.0%}" in found.reasons[0]
    assert found.score < 0.5 < fitted.judge(likely).score


@pytest.mark.parametrize(
    "change",
    [
        {"category_fits": False},
        {"colour_fits": False},
        {"soft": False},
        {"area": 0.95},
        {"interior": 0.0},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_no_probability_can_excuse_stays_doubtful(fitted, change):
    assert fitted.judge(replace(BASE, mean=0.99, **change)).level == "doubtful"


@pytest.mark.parametrize("change", [{"pixels": 0}, {"peak": 0.3}, {"contrast": 0.0}], ids=str)
def test_no_evidence_stays_no_evidence(fitted, change):
    assert fitted.judge(replace(BASE, mean=0.99, **change)).level == "no evidence"


def test_the_words_tell_what_it_was_fitted_to(fitted):
    words = fitted.in_words()
    assert f"{fitted.accepted} accepted, {fitted.rejected} rejected" in words[0]
    assert "mean probability +" in words[1]


def test_rule_and_decisions_go_through_files(fitted, rng):
    assert FittedRule.from_json(fitted.to_json()) == fitted
    found = decisions(rng, 30)
    assert examples_from_json(examples_to_json(found)) == tuple(found)


def test_a_file_of_decisions_holds_no_words_but_its_own(rng):
    names = {"format", "examples", "accepted", "evidence", *vars(BASE)}
    data = orjson.loads(examples_to_json(decisions(rng, 2)))
    assert set(data) | set(data["examples"][0]) | set(data["examples"][0]["evidence"]) == names
    assert all(not isinstance(v, str) for v in data["examples"][0]["evidence"].values())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"nonsense",
        b'{"format": "presence-rule-1"}',
        b'{"format": "presence-examples-1"}',
        b'{"format": "presence-examples-1", "examples": [{"accepted": 1, "evidence": {}}]}',
        b'{"format": "presence-examples-1", "examples": [{"accepted": true, "evidence": {}}]}',
        b'{"format": "presence-examples-1", "examples": 3}',
        b'{"format": "presence-examples-1", "examples": [4]}',
        b'{"format": "presence-examples-1", "examples": [{"accepted": true, "evidence": 4}]}',
    ],
)
def test_another_file_is_refused_in_a_sentence(data):
    for read in (FittedRule.from_json, examples_from_json):
        with pytest.raises(InputError, match="This file"):
            read(data)


@pytest.mark.parametrize(
    "change",
    [
        {"weights": [1.0]},
        {"weights": 3},
        {"spread": [0.0] * len(FEATURES)},
        {"bias": "much"},
        {"accepted": None},
        {"calibration": {}},
        {"calibration": {"bins": [{"count": 1}], "brier": 0.1, "brier_of_share": 0.2}},
        {"extra": 1},
    ],
    ids=str,
)
def test_a_rule_that_was_edited_badly_is_refused(fitted, change):
    data = orjson.dumps({**orjson.loads(fitted.to_json()), **change})
    with pytest.raises(InputError, match="not a fitted rule"):
        FittedRule.from_json(data)
