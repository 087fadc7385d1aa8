"""The layout of BiomedParse, taken apart as its own script does, and read by Pillow."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from core.export.biomedparse_set import in_test, model_mask
from core.geometry import Letterbox
from core.review.masks import mask_sha256
from tests.core.export.review_samples import blob, item, picture, pixels

LIVER, TUMOR = blob(4, 5, 24, 40), blob(10, 12, 16, 20)


@pytest.fixture
def read(project):
    first, second = project.add(
        item(picture(0), "liver", "liver tumor"), item(picture(1), "liver", "liver tumor")
    )
    project.read(first, ("accept", LIVER), ("accept", TUMOR))
    project.read(second, ("accept", LIVER), ("absent", None))
    return project


def export(project, **options):
    return project.export(
        format="biomedparse", dataset="Livers", **{"modality": "CT", "site": "abdomen", **options}
    )


def taken_apart(name):
    """File name of the image, modality, site and target, as ``create-customer-datasets.py``."""
    parts = name.rsplit("/", 1)[-1].split("_")
    target = parts[-1].split(".")[0].replace("+", " ")
    image = "_".join(parts[:-1]) + ".png"
    modality, site = image.split(".")[0].split("_")[-2:]
    return image, modality, site, target


def test_every_mask_leads_to_its_image_modality_site_and_phrase(read):
    files = export(read, test_share=0)
    images = {n.removeprefix("livers/train/") for n in files if n.startswith("livers/train/")}
    found = [taken_apart(n) for n in files if n.startswith("livers/train_mask/")]
    assert {image for image, *_ in found} == images
    assert len(images) == 2
    assert [rest for _, *rest in found] == [
        *(["CT", "abdomen", "liver"], ["CT", "abdomen", "liver tumor"], ["CT", "abdomen", "liver"]),
    ]


def test_images_are_what_the_model_sees_and_masks_are_of_the_same_size(read):
    files = export(read, test_share=0)
    masks = [n for n in files if "_mask/" in n]
    seen = pixels(files["livers/train/" + taken_apart(masks[0])[0]])
    rgb = np.repeat(picture(0)[..., None], 3, axis=2)
    assert np.array_equal(seen, Letterbox.fit(40, 60).apply(rgb))
    for name in masks:
        mask = pixels(files[name])
        assert mask.shape == (1024, 1024)
        assert set(np.unique(mask)) == {0, 255}


def test_a_mask_lies_on_the_model_s_picture_where_it_lay_on_the_image(read):
    files = export(read, test_share=0)
    name = next(n for n in files if n.endswith("_liver.png") and "_mask/" in n)
    big = pixels(files[name]) == 255
    rows, columns = np.nonzero(LIVER)
    box = Letterbox.fit(*LIVER.shape)
    for row, column in zip(rows[::37], columns[::37], strict=True):
        x, y = box.to_model(float(column), float(row))
        assert big[round(y), round(x)]
    scale = 1024 / 60
    assert abs(np.count_nonzero(big) / scale**2 - np.count_nonzero(LIVER)) < 3
    back = cv2.resize(big.astype(np.uint8), (60, 60), interpolation=cv2.INTER_AREA)[10:50]
    assert np.array_equal(back.astype(bool), LIVER)


def test_a_large_mask_is_scaled_down_by_area():
    mask = np.zeros((2048, 2048), bool)
    mask[1:101, 0:64] = True  # the first and last row fill half of a pixel of the model each
    small = model_mask(mask)
    assert (small[0:51, 0:32]).all()
    assert np.count_nonzero(small) == 51 * 32


def test_a_mask_that_the_model_s_size_swallows_is_told(project):
    thin = np.zeros((3000, 3000), bool)
    thin[:, 700] = True
    (item_id,) = project.add(item(np.zeros((3000, 3000), np.uint8), "wire", "plate"))
    plate = np.zeros((3000, 3000), bool)
    plate[100:200, 100:250] = True
    project.read(item_id, ("accept", thin), ("accept", plate))
    manifest = project.manifest(format="biomedparse")
    found = manifest["images"][0]
    assert "Nothing of the mask of “wire” is left at 1024 pixels." in found["warnings"]
    assert [label["mask_file"] is None for label in found["labels"]] == [True, False]
    assert found["labels"][1]["mask_sha256"] == mask_sha256(plate)


def test_an_image_without_a_mask_is_left_out_and_listed(project):
    first, second = project.add(item(picture(0), "liver"), item(picture(1), "liver"))
    project.read(first, ("accept", LIVER))
    project.read(second, ("absent", None))
    files = export(project)
    assert sum(name.endswith(".png") for name in files) == 2
    left_out = [i["left_out"] for i in project.manifest(format="biomedparse")["images"]]
    assert left_out == [None, "It has no mask with a pixel in it."]


def test_the_test_part_has_about_the_share_and_stays_the_same_as_images_are_added():
    hashes = [f"{number:064x}" for number in range(2000)]
    fifth = {one for one in hashes if in_test(one, 0.2, 7)}
    assert 330 < len(fifth) < 470
    assert fifth < {one for one in hashes if in_test(one, 0.5, 7)}
    assert fifth != {one for one in hashes if in_test(one, 0.2, 8)}
    assert not any(in_test(one, 0, 7) for one in hashes)
    assert all(in_test(one, 1, 7) for one in hashes)


def test_everything_of_an_image_is_in_one_part(read):
    for share in (0, 1):
        part = "test" if share else "train"
        files = [n for n in export(read, test_share=share) if n.endswith(".png")]
        assert {name.split("/")[1] for name in files} == {part, f"{part}_mask"}
        splits = read.manifest(format="biomedparse", test_share=share)["images"]
        assert [one["split"] for one in splits] == [part, part]


def test_frames_of_one_file_stay_in_one_part(project, tmp_path):
    stack = tmp_path / "stack.tif"
    pages = [Image.fromarray(picture(number)) for number in range(8)]
    pages[0].save(stack, save_all=True, append_images=pages[1:])
    data = stack.read_bytes()
    ids = project.add(*(item(data, "liver", name="stack.tif", index=n) for n in range(8)))
    for item_id in ids:
        project.read(item_id, ("accept", LIVER))
    for seed in range(4):
        images = project.manifest(format="biomedparse", test_share=0.5, seed=seed)["images"]
        assert len({one["split"] for one in images}) == 1


def test_what_kind_of_image_it_is_comes_from_the_picture_when_it_is_not_said(project, shared):
    data = (shared / "real" / "images" / "04_CT_liver.png").read_bytes()
    with Image.open(shared / "real" / "images" / "04_CT_liver.png") as image:
        width, height = image.size
    mask = np.zeros((height, width), bool)
    mask[300:400, 300:400] = True
    (item_id,) = project.add(item(data, "liver", "spleen"))
    project.read(item_id, ("accept", mask), ("accept", mask))
    files = project.export(format="biomedparse", test_share=0)
    names = [n for n in files if "_mask/" in n]
    assert [taken_apart(n)[1:3] for n in names] == [("CT", "abdomen")] * 2


def test_a_kind_that_was_guessed_or_is_not_known_is_said_to_be_so(project, rng):
    noise = rng.integers(0, 256, (40, 60, 3), dtype=np.uint8)
    for data in (picture(), noise):
        (item_id,) = project.add(item(data, "liver"))
        project.read(item_id, ("accept", LIVER))
    guessed, unknown = project.manifest(format="biomedparse")["images"]
    assert guessed["warnings"][0].startswith("Its kind, ")
    assert unknown["warnings"][0].startswith("What kind of picture it is, or of which part")
    assert unknown["labels"][0]["mask_file"].endswith("_image_body_liver.png")
    said = project.manifest(format="biomedparse", modality="CT", site="abdomen")["images"]
    assert [one["warnings"] for one in said] == [[], []]
