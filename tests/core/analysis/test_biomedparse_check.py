"""BiomedParse's published check, against SciPy's own Kolmogorov-Smirnov test."""

from __future__ import annotations

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from core.analysis.biomedparse_check import (
    REJECT_UNDER,
    TargetDistributions,
    p_value,
    statistics,
)
from core.errors import ChoiceError, InputError
from core.imaging.model import Frame
from core.segmentation import PhraseMask

PAIRS = [[30.0, 3.0], [6.0, 4.0], [5.0, 5.0], [4.0, 6.0]]


def file_of(pairs=PAIRS, kind="CT-Abdomen", target="liver"):
    return orjson.dumps({kind: {target: pairs}, "Pathology": {"other cells": PAIRS}})


def case(seed=0, side=64, level=(180, 256)):
    """A frame in colour, and a soft mask on about half of it."""
    rng = np.random.default_rng(seed)
    rgb = rng.integers(0, 256, (side, side + 10, 3), dtype=np.uint8)
    probability = rng.integers(0, 128, rgb.shape[:2])
    inside = rng.random(rgb.shape[:2]) > 0.5
    probability[inside] = rng.integers(*level, inside.sum())
    return Frame(values=rgb, rgb=rgb), PhraseMask("liver", None, probability.astype(np.uint8))


def independently(pairs, mask, frame):
    """The published computation, step by step, with SciPy's test."""
    inside = mask.probability >= 128
    values = [mask.probability[inside].mean() / 256] if inside.any() else [0.0]
    values += [frame.rgb[..., c][inside].mean() / 256 if inside.any() else 0.0 for c in range(3)]
    each = [
        stats.kstest([value], stats.beta(alpha, beta).cdf).pvalue
        for value, (alpha, beta) in zip(values, pairs, strict=True)
    ]
    return float(np.prod(each)) ** 0.25


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 1000),
    st.lists(st.tuples(st.floats(0.5, 300), st.floats(0.5, 300)).map(list), min_size=4, max_size=4),
)
def test_the_p_value_is_that_of_scipys_test(seed, pairs):
    frame, mask = case(seed)
    found = p_value(TargetDistributions.parse(file_of(pairs)), "CT-Abdomen", "liver", mask, frame)
    # The products, because a fourth root makes much of the last digit of a p-value near 0.
    product = independently(pairs, mask, frame) ** 4
    assert found**4 == pytest.approx(product, rel=1e-6, abs=1e-12)
    assert 0 <= found <= 1


def test_a_usual_mask_passes_and_an_unusual_one_does_not():
    parsed = TargetDistributions.parse(file_of([[30.0, 5.0], [50, 50], [50, 50], [50, 50]]))
    frame, usual = case()
    assert p_value(parsed, "CT-Abdomen", "liver", usual, frame) > REJECT_UNDER
    _, unsure = case(level=(128, 140))
    dark = Frame(values=frame.values, rgb=frame.rgb // 4)
    assert p_value(parsed, "CT-Abdomen", "liver", unsure, dark) < REJECT_UNDER


def test_an_empty_mask_has_no_statistics_and_the_lowest_p_value():
    frame, mask = case()
    empty = PhraseMask("liver", None, mask.probability // 2)
    assert statistics(empty, frame) == (0, 0, 0, 0)
    assert p_value(TargetDistributions.parse(file_of()), "CT-Abdomen", "liver", empty, frame) == 0


def test_channels_keep_their_order():
    rgb = np.full((8, 8, 3), (10, 20, 30), np.uint8)
    mask = PhraseMask("liver", None, np.full((8, 8), 200, np.uint8))
    assert statistics(mask, Frame(values=rgb, rgb=rgb)) == (200 / 256, 10 / 256, 20 / 256, 30 / 256)


@pytest.mark.parametrize(("kind", "target"), [("CT", "liver"), ("CT-Abdomen", "spleen")])
def test_what_the_file_does_not_list_is_refused(kind, target):
    frame, mask = case()
    with pytest.raises(ChoiceError, match="no distributions"):
        p_value(TargetDistributions.parse(file_of()), kind, target, mask, frame)


@pytest.mark.parametrize(
    ("phrase", "target"),
    [("Liver", "liver"), ("liver in abdomen CT", "liver"), ("livers", None), ("spleen", None)],
)
def test_a_phrase_finds_its_target(phrase, target):
    parsed = TargetDistributions.parse(file_of())
    assert parsed.kinds == ("CT-Abdomen", "Pathology")
    assert parsed.target_for("CT-Abdomen", phrase) == target
    assert parsed.target_for("CT-Chest", phrase) is None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
        (b"[]", "kinds of pictures"),
        (b"{}", "kinds of pictures"),
        (b'{"CT": 3}', "list targets"),
        (b'{"CT": {}}', "list targets"),
        (file_of(PAIRS[:3]), "four pairs"),
        (file_of([*PAIRS[:3], [1.0]]), "four pairs"),
        (file_of([*PAIRS[:3], [0.0, 1.0]]), "four pairs"),
        (file_of([*PAIRS[:3], [-2.0, 1.0]]), "four pairs"),
        (file_of([*PAIRS[:3], ["1", 1.0]]), "four pairs"),
        (file_of([*PAIRS[:3], [True, 1.0]]), "four pairs"),
        (file_of([*PAIRS[:3], None]), "four pairs"),
        (file_of({"mean": 3}), "four pairs"),
        (b" " * 5_000_001, "bytes"),
    ],
)
def test_another_file_is_refused_and_told_why(data, why):
    with pytest.raises(InputError, match="not BiomedParse's target_dist") as caught:
        TargetDistributions.parse(data)
    assert why in caught.value.what
