"""What is in the export of a review, whatever its format."""

from __future__ import annotations

import csv
import hashlib
import io

import numpy as np
import pytest

from core import about
from core.errors import AccessRefused, InputError, ReviewError
from core.export.review_set import export_review
from core.export.set_options import SET_FORMATS, SetOptions
from core.export.set_pieces import targets_of
from core.imaging import Budget
from core.review.masks import mask_sha256
from core.review.values import Rules
from tests.core.export.review_samples import (
    READER,
    blob,
    item,
    opened,
    picture,
    pixels,
    texts,
)

LIVER, TUMOR = blob(4, 5, 24, 40), blob(10, 12, 16, 20)
AI = blob(5, 6, 25, 41)


@pytest.fixture
def read(project):
    """Two pictures: a corrected and an accepted mask; one rejected, one not present."""
    first, second = project.add(
        item(picture(0), "liver", "liver tumor", ai=AI),
        item(picture(1), "liver", "liver tumor", ai=AI, name="Roe^Invented.png"),
    )
    project.read(first, ("accept", LIVER), ("accept", None))
    project.read(second, ("reject", None), ("absent", None))
    return project


def labels_of(manifest, image):
    return {label["phrase"]: label for label in manifest["images"][image]["labels"]}


def test_masks_come_out_as_they_were_drawn_beside_their_pictures(read):
    files = read.export()
    stems = [name[7:-4] for name in files if name.startswith("images/")]
    assert np.array_equal(pixels(files[f"images/{stems[0]}.png"])[..., 0], picture(0))
    drawn = pixels(files[f"masks/{stems[0]}_liver.png"])
    assert set(np.unique(drawn)) == {0, 255}
    assert np.array_equal(drawn == 255, LIVER)
    assert np.array_equal(pixels(files[f"masks/{stems[0]}_liver+tumor.png"]) == 255, AI)
    assert [name for name in files if name.startswith("masks/")] == [
        f"masks/{stems[0]}_liver.png",
        f"masks/{stems[0]}_liver+tumor.png",
    ]


def test_the_manifest_says_what_became_of_every_label(read):
    manifest = read.manifest()
    first, second = labels_of(manifest, 0), labels_of(manifest, 1)
    assert (first["liver"]["verdict"], first["liver"]["method"]) == ("change", "read")
    assert first["liver"]["mask_sha256"] == mask_sha256(LIVER)
    assert first["liver"]["area_px"] == np.count_nonzero(LIVER)
    assert first["liver tumor"]["verdict"] == "accept"
    assert (second["liver"]["verdict"], second["liver"]["mask_file"]) == ("reject", None)
    assert second["liver tumor"]["verdict"] == "absent"
    assert "mask_sha256" not in second["liver"]
    assert manifest["images"][0]["engine"] == "Invented engine"
    assert (manifest["notice"], manifest["version"]) == (about.NOTICE, about.VERSION)
    assert manifest["rules"]["reads"] == 1


@pytest.mark.parametrize("kind", [name for name in SET_FORMATS if name != "dicom-seg"])
def test_the_manifest_has_the_hash_of_every_other_file(read, kind):
    manifest, files = read.manifest(format=kind), read.export(format=kind)
    assert list(files)[-1] == "manifest.json"
    del files["manifest.json"]
    assert manifest["files"] == {n: hashlib.sha256(d).hexdigest() for n, d in files.items()}
    assert len(files) >= 1


@pytest.mark.parametrize("kind", SET_FORMATS)
def test_the_same_results_give_the_same_bytes(read, kind):
    options = {"format": kind, "names": kind == "dicom-seg"}
    assert read.packed(**options) == read.packed(**options)


@pytest.mark.parametrize("kind", [name for name in SET_FORMATS if name != "dicom-seg"])
def test_no_name_of_a_file_reader_or_project_goes_out_unasked(read, kind):
    files = read.export(format=kind)
    for name, content in files.items():
        for secret in ("Invented.png", "invented", "Doe", "doe", "Roe", READER, "Livers"):
            assert secret not in name
            assert secret.encode() not in content.replace(b"Invented engine", b"")


def test_names_are_kept_when_they_are_asked_for(read):
    files, manifest = read.export(names=True), read.manifest(names=True)
    assert "masks/doe_invented_liver.png" in files
    assert manifest["images"][1]["name"] == "Roe^Invented.png"
    assert manifest["project"] == "Livers"
    assert READER.encode() in files["decisions.csv"]


def test_the_table_of_decisions_goes_with_the_masks(read):
    files = read.export()
    rows = list(csv.DictReader(io.StringIO(files["decisions.csv"].decode())))
    assert [row["verdict"] for row in rows] == ["change", "accept", "reject", "absent"]
    assert read.export(format="table")["decisions.csv"] == files["decisions.csv"]


def test_every_picture_carries_the_notice(read):
    for kind in ("masks", "coco", "nnunet", "biomedparse"):
        pngs = [d for n, d in read.export(format=kind).items() if n.endswith(".png")]
        assert pngs
        assert {texts(data)["Warning"] for data in pngs} == {about.NOTICE}


def test_only_chosen_labels_go_out_whatever_their_case(read):
    files = read.export(phrases=("LIVER TUMOR",))
    assert [n.split("_")[-1] for n in files if n.startswith("masks/")] == ["liver+tumor.png"]


def test_two_pictures_with_the_same_pixels_have_files_of_their_own(project):
    ids = project.add(item(picture(), "liver"), item(picture(), "liver"))
    for item_id, mask in zip(ids, (LIVER, TUMOR), strict=True):
        project.read(item_id, ("accept", mask))
    files = project.export()
    masks = [pixels(d) == 255 for n, d in files.items() if n.startswith("masks/")]
    assert [mask_sha256(mask) for mask in masks] == [mask_sha256(LIVER), mask_sha256(TUMOR)]


def test_what_several_people_read_goes_out_when_its_outcome_is_set(tmp_path):
    with opened(tmp_path, Rules(reads=2, quorum=2, order="given")) as project:
        (item_id,) = project.add(item(picture(), "liver", "spleen", ai=AI))
        project.read(item_id, ("accept", LIVER), ("accept", None))
        assert project.scene.owner.cases() == ()
        project.reader = project.scene.join("Ben")
        project.read(item_id, ("accept", None), ("accept", None))
        with pytest.raises(ReviewError, match="No label has a final mask yet"):
            project.export()
        label = project.scene.owner.cases()[0].label
        project.scene.owner.set_outcome(label.id, method="majority", verdict="change", mask=TUMOR)
        found = labels_of(project.manifest(), 0)
    assert found["liver"]["mask_sha256"] == mask_sha256(TUMOR)
    assert found["liver"]["method"] == "majority"
    assert (found["spleen"]["verdict"], found["spleen"]["readings"]) == (None, 2)


def test_single_readings_can_be_left_out(read):
    with pytest.raises(ReviewError, match="No label has a final mask yet"):
        read.export(scope="outcomes")


def test_an_item_that_is_not_complete_does_not_go_out(read):
    read.add(item(picture(2), "liver", ai=AI))
    manifest = read.manifest()
    assert (manifest["items_in_project"], manifest["items_complete"]) == (3, 2)


def test_a_project_that_nobody_has_read_says_so(project):
    project.add(item(picture(), "liver", ai=AI))
    with pytest.raises(ReviewError, match="No item is complete yet"):
        project.export()


def test_a_reader_gets_no_export(read):
    with pytest.raises(AccessRefused):
        list(export_review(read.reader, SetOptions(), Budget()))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"format": "nnunet", "dataset_id": 1000}, "no data set number 1000"),
        ({"format": "biomedparse", "test_share": 1.2}, "1.2 is no share"),
        ({"format": "dicom-seg"}, "carries the name and the number of the patient"),
    ],
)
def test_options_that_make_no_sense_are_refused(read, options, sentence):
    with pytest.raises(InputError, match=sentence):
        read.export(**options)


def test_targets_are_names_that_can_be_taken_apart_again():
    found = targets_of(["chest tube", "COVID-19 infection", "a_b", "a.b", "../x", "&", "A-B"])
    assert list(found.values()) == [
        *("chest+tube", "COVID-19+infection", "a-b", "a-b+2", "x", "x+2", "A-B+3"),
    ]
