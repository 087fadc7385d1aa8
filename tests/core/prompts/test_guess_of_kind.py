import io

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file

from core.imaging import open_upload
from core.imaging.dicom_body import KNOWN
from core.prompts.guess import guess_group
from core.samples import samples


def dicom(**elements):
    """The 128 x 128 CT slice that comes with pydicom, with other words in its header."""
    dataset = pydicom.dcmread(get_testdata_file("CT_small.dcm", download=False))
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    return open_upload(buffer.getvalue(), "slice.dcm")


def guessed(upload):
    return guess_group(upload, upload.frame())


def titles(upload):
    return [group.title for group in guessed(upload).groups]


@pytest.mark.parametrize(
    ("sample", "kind"),
    [
        ("chest", "X-Ray chest"),
        ("skin", "dermoscopy skin"),
        ("tissue", "pathology"),
        ("brain", "MRI brain"),
        ("retina", "fundus retinal"),
        ("colon_ihc", "pathology"),
    ],
)
def test_a_picture_without_a_header_is_known_by_its_look(sample, kind):
    chosen = next(one for one in samples() if one.id == sample)
    upload = open_upload(*chosen.load())
    assert kind in titles(upload)
    assert "colours" in guessed(upload).why


@pytest.mark.parametrize(
    ("part", "first"),
    [
        ("ABDOMEN", "CT abdomen"),
        ("CHEST", "CT lung"),
        ("PELVIS", "CT pelvis"),
        ("COLON", "CT colon"),
        ("LIVER", "CT abdomen"),
    ],
)
def test_modality_and_body_part_of_the_file_decide(part, first):
    upload = dicom(BodyPartExamined=part)
    assert titles(upload)[0] == first
    assert part.lower() in guessed(upload).why


def test_a_body_part_on_which_nothing_was_trained_gives_no_kind_and_says_so():
    upload = dicom(BodyPartExamined="KNEE")
    assert titles(upload) == []
    assert "not trained" in guessed(upload).why


def test_a_modality_on_which_nothing_was_trained_gives_no_kind_and_says_so():
    upload = dicom(Modality="MG", BodyPartExamined="")
    assert titles(upload) == []
    assert "MG" in guessed(upload).why


def test_without_a_body_part_every_kind_of_the_modality_is_offered():
    upload = dicom(BodyPartExamined="")
    assert set(titles(upload)) == {"CT abdomen", "CT colon", "CT liver", "CT lung", "CT pelvis"}


def test_what_someone_typed_into_the_body_part_is_not_kept():
    upload = dicom(BodyPartExamined="ROSSI MARIO")
    assert upload.body_part == ""
    assert "ROSSI" not in guessed(upload).why.upper()


def test_only_words_of_the_standard_are_kept_of_a_body_part():
    assert dicom(BodyPartExamined="CHEST").body_part == "CHEST"
    assert all(word.isalpha() and word.isupper() for word in KNOWN)


def test_a_blank_picture_gives_no_kind():
    dataset_free = open_upload(*grey_png())
    assert titles(dataset_free) == []


def grey_png():
    from core.png import encode_png

    return encode_png(np.full((64, 64, 3), 90, np.uint8)), "grey.png"
