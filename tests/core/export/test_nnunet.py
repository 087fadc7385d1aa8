"""A data set for nnU-Net, read as its NaturalImage2DIO does: scikit-image and the json module."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from skimage import io as skio

from core import about
from core.errors import ExportError
from core.export.nnunet import label_map
from tests.core.export.review_samples import blob, item, picture

LIVER, TUMOR = blob(4, 5, 24, 40), blob(10, 12, 16, 20)


def read_set(files, folder="Dataset501_livers"):
    """Images and label maps by case, and the record."""
    record = json.loads(files[f"{folder}/dataset.json"])
    cases = {}
    for name in files:
        if name.startswith(f"{folder}/labelsTr/"):
            case = name.split("/")[-1].removesuffix(record["file_ending"])
            image = files[f"{folder}/imagesTr/{case}_0000{record['file_ending']}"]
            cases[case] = (skio.imread(io.BytesIO(image)), skio.imread(io.BytesIO(files[name])))
    return cases, record


def export(project, **options):
    return project.export(format="nnunet", dataset="Livers", **options)


@pytest.fixture
def read(project):
    first, second = project.add(
        item(picture(0), "liver", "tumor"),
        item(picture(1, 30, 50), "liver", "tumor"),
    )
    project.read(first, ("accept", LIVER), ("accept", TUMOR))
    project.read(second, ("accept", blob(3, 3, 20, 20, (30, 50))), ("absent", None))
    return project


def test_the_record_has_what_nnunet_asks_for(read):
    cases, record = read_set(export(read))
    assert record["labels"] == {"background": 0, "liver": 1, "tumor": 2}
    assert record["channel_names"] == {"0": "grey"}
    assert (record["numTraining"], record["file_ending"]) == (len(cases), ".png")
    assert about.NOTICE in record["description"]


def test_a_grey_picture_is_one_channel_and_its_labels_are_on_the_same_grid(read):
    cases, _ = read_set(export(read))
    (image, labels), (small, small_labels) = cases.values()
    assert np.array_equal(image, picture(0))
    assert (labels.shape, labels.dtype) == (image.shape, np.uint8)
    assert np.array_equal(labels > 0, LIVER | TUMOR)
    assert small.shape == small_labels.shape == (30, 50)
    assert set(np.unique(small_labels)) == {0, 1}


def test_where_masks_overlap_the_smaller_one_keeps_the_pixel_and_it_is_told(read):
    cases, _ = read_set(export(read))
    _, labels = next(iter(cases.values()))
    assert np.array_equal(labels == 2, TUMOR)
    assert np.array_equal(labels == 1, LIVER & ~TUMOR)
    manifest = read.manifest(format="nnunet", dataset="Livers")
    overlap = np.count_nonzero(LIVER & TUMOR)
    assert manifest["images"][0]["warnings"] == [f"{overlap} pixels are claimed by several masks."]
    assert manifest["images"][1]["warnings"] == []
    assert "smaller one keeps the pixel" in manifest["overlap_rule"]


def test_the_rule_for_overlaps_does_not_depend_on_the_order_of_the_labels():
    labels, overlap = label_map({1: TUMOR, 2: LIVER}, LIVER.shape)
    assert np.array_equal(labels == 1, TUMOR)
    assert overlap == np.count_nonzero(LIVER & TUMOR)
    equal, _ = label_map({1: TUMOR, 2: TUMOR}, TUMOR.shape)
    assert set(np.unique(equal)) == {0, 2}


def test_one_coloured_picture_makes_all_of_them_rgb(read):
    colour = np.stack([picture(2), picture(3), picture(4)], axis=2)
    (third,) = read.add(item(colour, "liver", "tumor"))
    read.read(third, ("accept", LIVER), ("accept", TUMOR))
    cases, record = read_set(export(read))
    assert record["channel_names"] == {"0": "R", "1": "G", "2": "B"}
    assert [image.shape[2] for image, _ in cases.values()] == [3, 3, 3]
    assert np.array_equal(list(cases.values())[2][0], colour)


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        ("reject", "The mask of “tumor” on it was rejected."),
        ("flag", "“tumor” is flagged on it."),
    ],
)
def test_a_picture_with_an_open_label_is_left_out_since_it_would_count_as_background(
    read, verdict, reason
):
    (third,) = read.add(item(picture(2), "liver", "tumor"))
    read.read(third, ("accept", LIVER), (verdict, None))
    cases, record = read_set(export(read))
    assert len(cases) == record["numTraining"] == 2
    assert read.manifest(format="nnunet")["images"][2]["left_out"] == reason


def test_a_picture_that_was_not_asked_about_a_label_is_left_out(read):
    (third,) = read.add(item(picture(2), "liver"))
    read.read(third, ("accept", LIVER))
    manifest = read.manifest(format="nnunet")
    assert manifest["images"][2]["left_out"] == "“tumor” was not asked for on it."
    cases, record = read_set(export(read, phrases=("liver",)))
    assert (len(cases), record["labels"]) == (3, {"background": 0, "liver": 1})


def test_a_set_without_a_single_usable_picture_is_refused(project):
    first, second = project.add(item(picture(0), "liver"), item(picture(1), "spleen"))
    project.read(first, ("accept", LIVER))
    project.read(second, ("accept", TUMOR))
    with pytest.raises(ExportError, match="every label is settled"):
        export(project)


def test_the_number_of_the_data_set_can_be_chosen(read):
    files = export(read, dataset_id=42)
    assert read_set(files, "Dataset042_livers")[1]["numTraining"] == 2
