"""CT slices with Hounsfield units: classes by number, not by how the picture is windowed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.analysis.metrics import dice


def _slice(height: int = 400, width: int = 512) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """A body of fat around soft tissue, two lungs, a vertebra and a table below, in HU."""
    y, x = np.mgrid[:height, :width]

    def oval(cx: float, cy: float, rx: float, ry: float) -> np.ndarray:
        return ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1

    body = oval(256, 190, 200, 150)
    muscle = oval(256, 190, 175, 125)
    lungs = oval(170, 180, 55, 80) | oval(342, 180, 55, 80)
    bone = oval(256, 275, 28, 28)
    hu = np.full((height, width), -1000.0, np.float32)
    hu[body] = -100
    hu[muscle] = 45
    hu[lungs] = -850
    hu[bone] = 450
    hu[372:380, 60:450] = 120
    hu += np.random.default_rng(1).normal(0, 8, hu.shape)
    truths = {
        "body": body,
        "lung": lungs,
        "bone": bone,
        "fat": body & ~muscle,
        "soft tissue": muscle & ~lungs & ~bone,
    }
    return hu, truths


def _windowed(hu: np.ndarray, centre: float, width: float) -> np.ndarray:
    return np.clip((hu - centre + width / 2) / width * 255, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("window", [(40, 400), (-600, 1500), (300, 1500)], ids=str)
def test_the_window_that_is_shown_does_not_matter_when_the_units_are_known(ask, window):
    hu, truths = _slice()
    result = ask(_windowed(hu, *window), *truths, values=hu, unit="HU", modality="CT")
    for mask in result.masks:
        assert dice(mask.mask(), truths[mask.phrase]) >= 0.9, mask.phrase


def test_the_units_follow_the_picture_through_padding_and_scaling(ask):
    hu, truths = _slice()
    big = cv2.resize(hu, (1536, 1200), interpolation=cv2.INTER_LINEAR)[:, 150:1386]
    bone = cv2.resize(truths["bone"].astype(np.uint8), (1536, 1200))[:, 150:1386] > 0
    result = ask(_windowed(big, 40, 400), "bone", values=big, unit="HU", modality="CT")
    assert dice(result.masks[0].mask(), bone) >= 0.95


def test_padding_that_is_not_a_number_counts_as_air(ask):
    hu, truths = _slice()
    hu[:, :30] = np.nan
    hu[0, 0] = np.inf
    shown = _windowed(np.nan_to_num(hu, nan=-1000, posinf=-1000), 40, 400)
    result = ask(shown, "body", values=hu, unit="HU", modality="CT")
    assert dice(result.masks[0].mask(), truths["body"]) >= 0.95


def test_without_units_body_lungs_and_bone_come_from_the_grey_levels(ask):
    hu, truths = _slice()
    result = ask(_windowed(hu, 40, 1600), "body", "lung", "bone", modality="CT")
    for mask in result.masks:
        assert dice(mask.mask(), truths[mask.phrase]) >= 0.85, mask.phrase


def test_fat_without_units_is_not_guessed(ask, codes):
    hu, _ = _slice()
    result = ask(_windowed(hu, 40, 400), "fat", modality="CT")
    assert result.masks[0].area() == 0
    assert codes(result) == ["not_found"]


def test_an_optic_disc_in_a_ct_is_refused(ask, codes):
    hu, _ = _slice()
    result = ask(_windowed(hu, 40, 400), "optic disc", values=hu, unit="HU", modality="CT")
    assert codes(result) == ["other_picture"]
