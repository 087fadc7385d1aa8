"""Broken files of masks: whatever happens to a file, only our own errors come out."""

import json
import random

import numpy as np
import pytest

from core.errors import InputError
from core.export.coco import annotation
from core.imaging import Budget
from core.masks_in import masks_of, match, open_mask_files, open_masks, read_classes
from tests.core.imaging.imaging_samples import deep_png, nifti, picture, tiff, written, zipped
from tests.core.masks_in.mask_samples import (
    ONE,
    TWO,
    every_slice,
    image,
    segmentation,
    series,
    slice_of,
)
from tests.core.masks_in.test_mask_coco import coco, compressed, drawn
from tests.core.masks_in.test_mask_pictures import LABELS, palette_png
from tests.fuzz import damaged

BUDGET = Budget(max_file_bytes=4_000_000, max_pixels=4_000_000, max_frames=200)
LISTS = (b'{"1": "liver", "2": "tumor"}', b"1,liver\n2,tumor\n", b"255,0,0,liver\n")


def images():
    plane = np.random.default_rng(1).integers(0, 800, ONE.shape).astype(np.uint16)
    volume = np.random.default_rng(2).integers(0, 900, (6, 7, 4)).astype(np.int16)
    members = [(f"{n}.dcm", written(one)) for n, one in enumerate(series())]
    return [
        *image("case.png"),
        *image("one.dcm", written(slice_of(1, (-100, -120, 30), plane))),
        *image("vol.nii.gz", nifti(volume, np.diag([1, 1, 2, 1.0])), every_slice),
        *image("ct.zip", zipped(members), every_slice),
    ]


def whole_files():
    """One of every kind, with the name that finds an image."""
    runs = {"size": list(ONE.shape), "counts": compressed([100, 80, 300])}
    outlines = coco(drawn([[1, 1, 9, 2, 5, 9]]), drawn(runs, 2), annotation(ONE, 3, 1, 1))
    stack = np.stack([ONE, TWO], axis=-1)
    masks = np.stack([stack] * 4).astype(np.uint8)
    return [
        ("case.png", picture(LABELS, "PNG")),
        ("case_lung.png", deep_png(LABELS.astype(np.uint16) * 300)),
        ("case.png", palette_png(LABELS, [(0, 0, 0), (1, 2, 3), (9, 9, 9)])),
        ("case_lung.tif", tiff(LABELS, compression="deflate")),
        ("vol_lung.nii.gz", nifti(np.ones((6, 7, 4), np.uint8), np.diag([1, 1, 2, 1.0]))),
        ("vol.nii", nifti(np.arange(168).reshape(6, 7, 4) % 3 * 0.5, np.eye(4), zipped=False)),
        ("a.json", outlines),
        ("seg.dcm", segmentation(series(), masks)),
        ("map.dcm", segmentation(series(), masks, "LABELMAP")),
        ("all.zip", zipped([("case.png", picture(LABELS, "PNG")), ("dataset.json", LISTS[0])])),
    ]


def noisy_json(chance, data):
    """The same file with some values replaced by what nobody expects."""
    strange = [None, True, -1, 0, 1 << 62, 1e308, "", "\x00", [], {}, [[[]]], "~" * 50]

    def noise(value):
        if chance.random() < 0.08:
            return chance.choice(strange)
        if isinstance(value, dict):
            return {key: noise(entry) for key, entry in value.items()}
        return [noise(entry) for entry in value] if isinstance(value, list) else value

    return json.dumps(noise(json.loads(data))).encode()


@pytest.mark.parametrize("seed", range(3))
def test_nothing_but_our_own_errors_comes_out_of_broken_files(seed):
    chance = random.Random(seed)
    offers, files = images(), whole_files()
    contents = [data for _, data in files]
    shown, refused = 0, []
    for _ in range(250):
        name, data = chance.choice(files)
        if name == "a.json" and chance.random() < 0.7:
            data = noisy_json(chance, data)
        else:
            data = damaged(chance, data, chance.choice(contents))
        try:
            classes = read_classes(damaged(chance, chance.choice(LISTS), LISTS[0]), "classes")
        except InputError as problem:
            refused.append(problem)
            classes = None
        opened = open_mask_files([(name, data)], classes, budget=BUDGET)
        assert opened.files or opened.notices
        for one in match(offers, opened.files):
            assert one.sentence
            try:
                label = masks_of(one)
            except InputError as problem:
                refused.append(problem)
            else:
                assert label.probability.shape == one.image.frame.rgb.shape[:2]
                assert label.probability.dtype == np.uint8
                shown += 1
    assert shown > 100
    assert refused
    assert all(problem.next_step for problem in refused)


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 300, b"{}", b"[", b"%PDF-1.7", b"GIF89a", b"PK\x03\x04"]
)
def test_what_holds_no_masks_is_refused(data):
    with pytest.raises(InputError) as refused:
        open_masks(data, "mask.png", budget=BUDGET)
    assert refused.value.what.startswith("mask.png")


def test_a_mask_over_the_budget_is_refused_from_its_header():
    with pytest.raises(InputError, match="million pixels"):
        open_masks(picture(np.zeros((2100, 2100), np.uint8), "PNG"), "mask.png", budget=BUDGET)
    volume = nifti(np.zeros((200, 200, 200), np.uint8))
    with pytest.raises(InputError, match="million pixels"):
        open_masks(volume, "mask.nii.gz", budget=BUDGET)
