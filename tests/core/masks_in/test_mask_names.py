"""Which image a mask goes to, as users name their files."""

import numpy as np
import pytest

from core.errors import PhraseError
from core.export.names import neutral_stem
from core.imaging import open_upload
from core.masks_in import (
    masks_of,
    match,
    offers_of,
    open_mask_files,
    open_masks,
    read_classes,
    rename,
)
from core.masks_in.names import ImageNames, target_words
from tests.core.imaging.imaging_samples import nifti, picture, quadrants, zipped
from tests.core.masks_in.mask_samples import HEIGHT, ONE, TWO, WIDTH, every_slice, found, image

MASK = picture(ONE.astype(np.uint8) * 255, "PNG")
OTHER = picture(TWO.astype(np.uint8) * 255, "PNG")


@pytest.mark.parametrize(
    ("picture_name", "mask_name", "phrase"),
    [
        ("06_CT_abdomen.png", "06_CT_abdomen_left+kidney.png", "left kidney"),
        ("15_X-Ray_chest.png", "15_X-Ray_chest_COVID-19+infection.png", "COVID-19 infection"),
        ("case_0000.png", "case.png", "class 1"),
        ("liver_001_0000.nii.png", "liver_001.nii.gz.png", "class 1"),
        ("scan.jpg", "scan.png", "class 1"),
        ("scan.jpg", "SCAN_mask.png", "class 1"),
        ("scan.jpg", "mask_scan.png", "class 1"),
        ("scan.jpg", "scan_left_lung_mask.png", "left lung"),
        ("scan.jpg", "scan_seg_liver.png", "liver"),
        ("scan 1.jpg", "scan 1-segmentation.tif", "class 1"),
        ("patient7/t1.png", "patient7/t1_tumor.png", "tumor"),
        ("patient7.png", "patient7/tumor.png", "tumor"),
        ("patient7.png", "masks/patient7/mask_left_lung.png", "left lung"),
    ],
)
def test_a_mask_finds_its_image_and_its_phrase_by_name(picture_name, mask_name, phrase):
    (one,) = match(image(picture_name), [open_masks(MASK, mask_name)])
    assert (one.state, one.phrase) == ("fits", phrase)


def test_the_longest_name_of_an_image_counts():
    images = [*image("a.png"), *image("a_CT.png", picture(quadrants(HEIGHT, WIDTH)[::-1], "PNG"))]
    (one,) = match(images, [open_masks(MASK, "a_CT_liver.png")])
    assert one.image is images[1]
    assert one.phrase == "liver"


def test_a_mask_without_an_image_is_listed_and_not_lost():
    (one,) = match(image(), [open_masks(MASK, "other_liver.png")])
    assert (one.state, one.image, one.usable) == ("no image", None, False)
    assert one.sentence == "No image belongs to other_liver.png by its name."


def test_two_images_of_one_name_are_not_guessed_between():
    images = [
        *image("a/scan.png"),
        *image("b/scan.png", picture(quadrants(HEIGHT, WIDTH)[::-1], "PNG")),
    ]
    (one,) = match(images, [open_masks(MASK, "scan_liver.png")])
    assert one.state == "no image"
    assert "2 images are called like" in one.sentence


def test_the_second_mask_of_a_phrase_is_shown_as_being_there_twice():
    files = [open_masks(MASK, "case_liver.png"), open_masks(OTHER, "case_Liver_mask.png")]
    first, second = match(image(), files)
    assert (first.state, second.state) == ("fits", "twice")
    assert second.sentence == "case_liver.png has a mask of the same name for this image."
    assert not second.usable


def test_a_new_name_ends_the_doubling():
    files = [open_masks(MASK, "case_a.png"), open_masks(OTHER, "case_b.png")]
    matches = match(image(), files)
    doubled = rename(matches, {"B": "a"})
    assert [one.state for one in doubled] == ["fits", "twice"]
    settled = rename(doubled, {"a": " left   lung "})
    # Both had the phrase, so both have the new one.
    assert [one.phrase for one in settled] == ["left lung", "left lung"]
    apart = rename((matches[0], *rename(doubled[1:], {"a": "right lung"})), {})
    assert [(one.phrase, one.state) for one in apart] == [("a", "fits"), ("right lung", "fits")]
    assert masks_of(apart[1]).phrase == "right lung"


def test_an_empty_name_is_refused():
    with pytest.raises(PhraseError):
        rename(match(image(), [open_masks(MASK, "case.png")]), {"class 1": "  "})


def test_what_the_export_of_a_review_calls_a_picture_is_found_again():
    (one,) = image("Doe^Invented.png")
    name = f"{neutral_stem(one.frame)}_left+lung.png"
    masks = found([one], open_masks(MASK, name))
    assert list(masks) == ["left lung"]


def test_a_picture_of_one_slice_goes_to_that_slice_and_never_to_any():
    volume = np.random.default_rng(3).integers(0, 900, (WIDTH, HEIGHT, 3)).astype(np.int16)
    images = image("ct.nii.gz", nifti(volume, np.diag([1, 1, 2, 1.0])), every_slice)
    axial = [one for one in images if one.frame.axis == "axial"]
    (lost,) = match(axial, [open_masks(MASK, "ct_liver.png")])
    assert lost.state == "no image"
    assert "any of 3 slices" in lost.sentence
    (one,) = match(axial, [open_masks(MASK, "ct_axial_2_liver.png")])
    assert (one.image.frame.index, one.phrase, one.state) == (1, "liver", "fits")


def test_a_zip_of_masks_with_its_class_list_is_opened_as_a_whole():
    labels = np.where(ONE, 1, np.where(TWO, 2, 0)).astype(np.uint8)
    content = zipped(
        [
            ("set/labelsTr/case.png", picture(labels, "PNG")),
            ("set/dataset.json", b'{"labels": {"background": 0, "liver": 1, "tumor": 2}}'),
            ("set/readme.md", b"nothing"),
            ("__MACOSX/._case.png", b"x"),
        ]
    )
    opened = open_mask_files([("set.zip", content), ("case_gone.png", b"")])
    assert [entry.name for entry in opened.classes.entries] == ["background", "liver", "tumor"]
    assert [file.name for file in opened.files] == ["set/labelsTr/case.png"]
    said = [notice.text for notice in opened.notices]
    assert len(said) == 2
    assert "readme.md" in said[0]
    assert "case_gone.png is empty" in said[1]
    masks = found(image("case_0000.png"), *opened.files)
    assert np.array_equal(masks["tumor"], TWO)


def test_a_list_that_is_given_goes_before_one_that_is_found():
    given = read_classes(b"1,spleen\n", "mine.csv")
    labels = picture(ONE.astype(np.uint8), "PNG")
    opened = open_mask_files([("case.png", labels), ("c.json", b'{"1": "liver"}')], given)
    assert list(found(image(), *opened.files)) == ["spleen"]
    said = [notice.text for notice in opened.notices]
    assert said == ["c.json is not used: there is another class list."]


def test_shared_masks_of_biomedparse_lie_on_their_images(shared):
    folder = shared / "real"
    masks = sorted((folder / "masks").iterdir())
    if not masks:
        pytest.skip("no masks are there")
    images = []
    for path in sorted((folder / "images").glob("[0-9]*.png")):
        upload = open_upload(path.read_bytes(), path.name)
        images += offers_of(upload, [upload.frame()])
    opened = open_mask_files((path.name, path.read_bytes()) for path in masks)
    matches = match(images, opened.files)
    assert len(matches) == len(masks)
    assert {one.state for one in matches} == {"fits"}
    for one in matches:
        stem, _, target = one.file.name.removesuffix(".png").rpartition("_")
        assert one.image.name.rpartition(".")[0] == stem
        assert one.phrase == target.replace("+", " ")
        assert (masks_of(one).probability > 0).any()


def test_targets_are_phrases():
    assert target_words("left+lung") == "left lung"
    assert target_words("left_lung") == "left lung"
    assert target_words("mask") == ""
    assert target_words("Ground Truth") == ""


def test_a_name_that_no_file_can_have_is_the_name_of_no_image():
    names = ImageNames(image("a.png"))
    assert names.find("a_" + "_" * 60_000 + ".png") == ((), "")
