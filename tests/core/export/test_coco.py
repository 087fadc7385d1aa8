"""A COCO data set, read with a decoder written from the description of the format."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core import about
from core.export.coco import run_lengths
from tests.core.export.review_samples import blob, item, picture, pixels

LIVER, TUMOR = blob(4, 5, 24, 40), blob(10, 12, 16, 20)


def decoded(segmentation):
    """Runs of 0 and 1 in turn, column by column, as cocodataset.org describes them."""
    height, width = segmentation["size"]
    flat = []
    for number, length in enumerate(segmentation["counts"]):
        flat += [number % 2] * length
    assert len(flat) == height * width
    return np.array(flat, bool).reshape(width, height).T


@pytest.fixture
def read(project):
    first, second = project.add(
        item(picture(0), "liver", "tumor"), item(picture(1), "Liver", "tumor")
    )
    project.read(first, ("accept", LIVER), ("accept", TUMOR))
    project.read(second, ("accept", TUMOR), ("reject", None))
    return project


def test_every_mask_is_an_annotation_that_decodes_to_the_same_pixels(read):
    files = read.export(format="coco")
    coco = json.loads(files["annotations.json"])
    masks = [decoded(one["segmentation"]) for one in coco["annotations"]]
    assert all(np.array_equal(a, b) for a, b in zip(masks, (LIVER, TUMOR, TUMOR), strict=True))
    assert [one["image_id"] for one in coco["annotations"]] == [1, 1, 2]
    assert [one["iscrowd"] for one in coco["annotations"]] == [0, 0, 0]
    assert len({one["id"] for one in coco["annotations"]}) == 3


def test_boxes_and_areas_are_those_of_the_pixels(read):
    coco = json.loads(read.export(format="coco")["annotations.json"])
    for one in coco["annotations"]:
        rows, columns = np.nonzero(decoded(one["segmentation"]))
        left, top, width, height = one["bbox"]
        assert (left, top) == (columns.min(), rows.min())
        assert (left + width, top + height) == (columns.max() + 1, rows.max() + 1)
        assert one["area"] == rows.size


def test_images_are_there_under_the_names_and_sizes_that_are_given(read):
    files = read.export(format="coco")
    coco = json.loads(files["annotations.json"])
    assert [one["id"] for one in coco["images"]] == [1, 2]
    for number, one in enumerate(coco["images"]):
        shown = pixels(files[one["file_name"]])
        assert shown.shape == (one["height"], one["width"], 3)
        assert np.array_equal(shown[..., 1], picture(number))


def test_categories_are_the_phrases_once_whatever_their_case(read):
    coco = json.loads(read.export(format="coco")["annotations.json"])
    assert [(one["id"], one["name"]) for one in coco["categories"]] == [(1, "liver"), (2, "tumor")]
    assert [one["category_id"] for one in coco["annotations"]] == [1, 2, 1]
    assert coco["info"]["description"] == about.NOTICE


def test_an_empty_mask_is_told_and_has_no_annotation(project):
    (item_id,) = project.add(item(picture(), "liver", "tumor"))
    project.read(item_id, ("accept", LIVER), ("accept", None))
    coco = json.loads(project.export(format="coco")["annotations.json"])
    assert len(coco["annotations"]) == 1
    warnings = project.manifest(format="coco")["images"][0]["warnings"]
    assert warnings == ["The mask of “tumor” is empty and has no annotation."]


@pytest.mark.parametrize("fill", [False, True])
def test_a_mask_of_one_value_has_the_runs_that_the_format_wants(fill):
    mask = np.full((3, 4), fill)
    assert run_lengths(mask) == ([0, 12] if fill else [12])


def test_any_mask_comes_back_from_its_runs(rng):
    for height, width in ((1, 1), (1, 9), (9, 1), (17, 23)):
        for share in (0.1, 0.5, 0.9):
            mask = rng.random((height, width)) < share
            runs = {"size": [height, width], "counts": run_lengths(mask)}
            assert np.array_equal(decoded(runs), mask)
