"""Exports with thresholds and a rule for overlaps: files and record say the same."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from core.analysis.levels import Levels
from core.analysis.overlaps import masks_at
from core.errors import ChoiceError
from core.export.results import export_files
from core.segmentation import PhraseMask, Segmentation


@pytest.fixture
def result(grey_frame, rng):
    shape = (grey_frame.height, grey_frame.width)
    masks = tuple(
        PhraseMask(name, None, rng.integers(0, 256, shape).astype(np.uint8))
        for name in ("Liver", "tumor")
    )
    return Segmentation(grey_frame, masks, "demo", "Demo engine")


def read(files):
    content = {file.name: file.content for file in files}
    masks = {
        name: np.asarray(Image.open(io.BytesIO(data))) > 0
        for name, data in content.items()
        if name.startswith("mask_")
    }
    return masks, json.loads(content["manifest.json"]), content["overlay.png"]


@pytest.mark.parametrize("rule", ["independent", "highest"])
def test_the_files_hold_the_masks_of_the_rule_and_the_record_names_it(result, rule):
    levels = Levels({"liver": 100, "tumor": 180}, rule)
    masks, record, _ = read(export_files(result, levels=levels))
    wanted = masks_at(result, levels)
    assert np.array_equal(masks["mask_liver.png"], wanted[0])
    assert np.array_equal(masks["mask_tumor.png"], wanted[1])
    assert [mask["threshold"] for mask in record["masks"]] == [100, 180]
    assert [mask["area_px"] for mask in record["masks"]] == [m.sum() for m in wanted]
    assert record["overlaps"]["rule"] == rule
    liver, tumor = (m.mask(level) for m, level in zip(result.masks, (100, 180), strict=True))
    assert record["overlaps"]["claimed_by_several_px"] == np.count_nonzero(liver & tumor)
    assert record["overlaps"]["phrases"] == ["Liver", "tumor"]


def test_with_one_label_a_pixel_no_two_files_share_a_pixel(result):
    masks, _, _ = read(export_files(result, levels=Levels(rule="highest")))
    assert not (masks["mask_liver.png"] & masks["mask_tumor.png"]).any()


def test_without_levels_each_phrase_keeps_its_pixels_at_the_given_thresholds(result):
    masks, record, overlay = read(export_files(result, thresholds={"Liver": 60}))
    assert np.array_equal(masks["mask_liver.png"], result.masks[0].mask(60))
    assert np.array_equal(masks["mask_tumor.png"], result.masks[1].mask(128))
    assert record["overlaps"]["rule"] == "independent"
    assert overlay == read(export_files(result, levels=Levels({"liver": 60})))[2]


def test_a_threshold_that_does_not_exist_is_refused_in_words(result):
    with pytest.raises(ChoiceError, match="300"):
        export_files(result, thresholds={"tumor": 300})
