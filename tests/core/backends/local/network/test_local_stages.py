"""Stage by stage, the network computes what the reference computes with the same weights."""

import numpy as np
import pytest

from core.backends.local.network.config import OFFICIAL
from core.backends.local.network.v1 import BiomedParseV1
from tests.core.backends.local.network.stages import (
    PHRASES,
    SMALL,
    SMALL_FILE,
    SMALL_SIDE,
    errors,
    filled,
    picture,
    stages,
)

HALF_A_LEVEL = 0.51 / 255  # a reply holds whole levels of 0..255


def check(expected, found, *, tolerance):
    measured = errors(expected, found)
    print(*(f"{stage}: {error:.1e}" for stage, error in measured.items()), sep="\n")  # noqa: T201 - the figures are worth seeing with -s
    assert measured
    assert {stage: error for stage, error in measured.items() if not error <= tolerance} == {}
    exact = ("matched_query", "predicted_class_index", *(f"tokens.{p}" for p in PHRASES))
    for name in (*exact, *(f"{stage}.shape" for stage in measured)):
        np.testing.assert_array_equal(found[name], expected[name], err_msg=name)
    for name in ("probability_grid32", "probability_mean"):
        np.testing.assert_allclose(
            found[name], expected[name], rtol=0, atol=tolerance + HALF_A_LEVEL, err_msg=name
        )


def test_the_official_network_gives_the_numbers_of_the_reference(shared):
    expected = dict(np.load(shared / "facts" / "biomedparse" / "golden.npz"))
    found = stages(BiomedParseV1(filled(OFFICIAL)), picture(1024))
    check(expected, found, tolerance=1e-3)
    assert found.keys() == expected.keys(), "every recorded value was compared"


def test_a_small_network_gives_the_numbers_it_gave_when_the_official_one_agreed():
    found = stages(BiomedParseV1(filled(SMALL)), picture(SMALL_SIDE))
    check(dict(np.load(SMALL_FILE)), found, tolerance=1e-4)


@pytest.mark.parametrize("stage", ["text.class_embeddings_17", "backbone.res4", "similarity"])
def test_a_stage_that_is_a_thousandth_off_is_seen(stage):
    expected = dict(np.load(SMALL_FILE))
    off = expected | {f"{stage}.at64": expected[f"{stage}.at64"] * np.float32(1.002)}
    with pytest.raises(AssertionError, match=stage):
        check(expected, off, tolerance=1e-3)
