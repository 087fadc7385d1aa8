"""COCO annotations: every pixel of the outline or the run lengths, and nothing that is made up."""

import json

import cv2
import numpy as np
import pytest

from core.errors import DamagedFile, ImageError
from core.export.coco import annotation, run_lengths
from core.masks_in import match, open_masks
from core.masks_in.coco_shapes import decode_counts, paint, read_shapes
from tests.core.masks_in.mask_samples import HEIGHT, ONE, TWO, WIDTH, blob, found, image


def compressed(lengths):
    """The text of run lengths, written as ``rleToString`` of maskApi.c does."""
    text = []
    for n, length in enumerate(lengths):
        x = int(length) - (int(lengths[n - 2]) if n > 2 else 0)
        more = True
        while more:
            c, x = x & 31, x >> 5
            more = x != -1 if c & 16 else x != 0
            text.append(chr((c | 32 if more else c) + 48))
    return "".join(text)


def coco(*annotations, categories=("liver", "tumor"), pictures=(("case.png", HEIGHT, WIDTH),)):
    return json.dumps(
        {
            "images": [
                {"id": n, "file_name": name, "height": height, "width": width}
                for n, (name, height, width) in enumerate(pictures, 1)
            ],
            "annotations": list(annotations),
            "categories": [{"id": n, "name": name} for n, name in enumerate(categories, 1)],
        }
    ).encode()


def drawn(segmentation, category=1, picture=1):
    return {"id": 1, "image_id": picture, "category_id": category, "segmentation": segmentation}


def test_what_the_export_writes_comes_back():
    content = coco(annotation(ONE, 1, 1, 1), annotation(TWO, 2, 1, 2))
    masks = found(image(), open_masks(content, "annotations.json"))
    assert list(masks) == ["liver", "tumor"]
    assert np.array_equal(masks["liver"], ONE)
    assert np.array_equal(masks["tumor"], TWO)


def test_compressed_run_lengths_are_those_that_were_packed(rng):
    for density in (0.0, 0.02, 0.3, 0.98, 1.0):
        mask = rng.random((37, 53)) < density
        lengths = run_lengths(mask)
        assert decode_counts(compressed(lengths).encode()).tolist() == lengths
        shapes = read_shapes({"size": [37, 53], "counts": compressed(lengths)}, 37, 53)
        assert np.array_equal(paint(shapes, 37, 53), mask)


def test_a_text_that_was_worked_out_by_hand_is_read():
    # 3 background, 4 foreground, 2 background, 40 foreground: 40 - 4 is 36, in two groups.
    assert decode_counts(b"342T1").tolist() == [3, 4, 2, 40]


def test_several_annotations_of_a_category_are_joined():
    content = coco(annotation(ONE, 1, 1, 1), annotation(TWO, 2, 1, 1))
    masks = found(image(), open_masks(content, "a.json"))
    assert np.array_equal(masks["liver"], ONE | TWO)


def test_a_rectangle_covers_the_pixels_whose_centres_it_holds():
    shapes = read_shapes([[3, 2, 9, 2, 9, 7, 3, 7]], HEIGHT, WIDTH)
    wanted = np.zeros((HEIGHT, WIDTH), bool)
    wanted[2:7, 3:9] = True
    assert np.array_equal(paint(shapes, HEIGHT, WIDTH), wanted)


def test_a_polygon_is_filled_as_the_even_odd_rule_says(rng):
    for _ in range(30):
        points = rng.uniform(-4, 40, (int(rng.integers(3, 12)), 2))
        shapes = read_shapes([points.ravel().tolist()], 33, 35)
        x, y = np.meshgrid(np.arange(35) + 0.5, np.arange(33) + 0.5)
        inside = np.zeros((33, 35), bool)
        for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0), strict=True):
            crosses = (y0 <= y) != (y1 <= y)
            with np.errstate(divide="ignore", invalid="ignore"):
                inside ^= crosses & (x0 + (y - y0) * (x1 - x0) / (y1 - y0) <= x)
        assert np.array_equal(paint(shapes, 33, 35), inside)


def test_a_polygon_covers_what_opencv_covers_but_for_its_border(rng):
    angle = np.sort(rng.uniform(0, 2 * np.pi, 40))
    points = np.stack([60 + 40 * np.cos(angle), 50 + 30 * np.sin(angle)], axis=1)
    mine = paint(read_shapes([points.ravel().tolist()], 100, 120), 100, 120)
    other = np.zeros((100, 120), np.uint8)
    cv2.fillPoly(other, [np.rint((points - 0.5) * 256).astype(np.int32)], 1, shift=8)
    border = cv2.dilate(other, np.ones((3, 3))) != cv2.erode(other, np.ones((3, 3)))
    assert np.array_equal(mine[~border], other[~border].astype(bool))
    assert mine.sum() == pytest.approx(cv2.contourArea(points.astype(np.float32)), rel=0.01)


def test_outlines_are_joined_and_lie_on_the_right_picture():
    content = coco(
        drawn([[0, 0, 4, 0, 4, 4, 0, 4], [8, 8, 12, 8, 12, 12, 8, 12]], picture=2),
        pictures=(("train/other.jpg", HEIGHT, WIDTH), ("train/case.jpg", HEIGHT, WIDTH)),
    )
    masks = found(image(), open_masks(content, "a.json"))
    assert masks["liver"].sum() == 32


def test_pictures_without_an_image_are_listed():
    content = coco(
        annotation(ONE, 1, 1, 1),
        annotation(ONE, 2, 2, 1),
        pictures=(("case.png", HEIGHT, WIDTH), ("other.png", HEIGHT, WIDTH)),
    )
    first, lost = match(image(), [open_masks(content, "a.json")])
    assert (first.state, lost.state) == ("fits", "no image")
    assert "other.png" in lost.sentence


def test_annotations_for_a_picture_of_another_size_are_scaled_or_refused():
    small, turned = blob(2, 2, 8, 9, (10, 12)), blob(2, 2, 8, 9, (WIDTH, HEIGHT))
    for mask, state in ((small, "scaled"), (turned, "transposed")):
        content = coco(annotation(mask, 1, 1, 1), pictures=(("case.png", *mask.shape),))
        (one,) = match(image(), [open_masks(content, "a.json")])
        assert one.state == state


def test_what_has_no_outline_is_counted():
    content = coco(annotation(ONE, 1, 1, 1), drawn([]), drawn(None), drawn([[1, 1, 4, 1, 4, 4]], 9))
    file = open_masks(content, "a.json")
    assert [notice.code for notice in file.notices] == ["left_out"]
    assert file.notices[0].text.startswith("3 annotations")


@pytest.mark.parametrize(
    "segmentation",
    [
        {"size": [WIDTH, HEIGHT], "counts": [HEIGHT * WIDTH]},
        {"size": [HEIGHT, WIDTH], "counts": [HEIGHT * WIDTH - 1]},
        {"size": [HEIGHT, WIDTH], "counts": [-5, HEIGHT * WIDTH + 5]},
        {"size": [HEIGHT, WIDTH], "counts": [1 << 62, 1 << 62]},
        {"size": [HEIGHT, WIDTH], "counts": "~~~~"},
        {"size": [HEIGHT, WIDTH], "counts": "oooooooooooooooo0"},
        {"size": [HEIGHT, WIDTH], "counts": ""},
        {"size": [HEIGHT, WIDTH], "counts": None},
        {"size": "large", "counts": [1]},
        {"counts": [1]},
        [[1, 2, 3]],
        [[1, 2, 3, 4, 5]],
        [[1, 2, 3, 4, 5, "6"]],
        [[1, 2, 3, 4, 5, 1e300]],
        [[1, 2, 3, 4, 5, True]],
        "words",
        7,
    ],
)
def test_a_mask_that_makes_no_sense_is_refused_with_a_sentence(segmentation):
    with pytest.raises(ImageError):
        read_shapes(segmentation, HEIGHT, WIDTH)
    (one,) = match(image(), [open_masks(coco(drawn(segmentation)), "a.json")])
    assert one.state == "refused"
    assert one.sentence.endswith(".")


def test_a_polygon_that_crosses_too_many_rows_is_refused():
    zigzag = [float(side) for n in range(20000) for side in (n % 7, n % 2 * 4000)]
    with pytest.raises(ImageError, match="crosses"):
        paint(read_shapes([zigzag], 4000, 4000), 4000, 4000)


@pytest.mark.parametrize(
    "change",
    [
        {"images": [{"id": 1, "file_name": "case.png", "height": 10**9, "width": 10**9}]},
        {"images": [{"id": 1, "file_name": "case.png", "height": -1, "width": 5}]},
        {"images": [{"id": [], "file_name": "case.png", "height": 5, "width": 5}]},
        {"images": [7]},
        {"categories": [{"id": 1}]},
        {"categories": [{"id": 1, "name": 5}]},
    ],
)
def test_lists_that_make_no_sense_are_refused(change):
    content = json.loads(coco(annotation(ONE, 1, 1, 1))) | change
    with pytest.raises(ImageError):
        open_masks(json.dumps(content).encode(), "a.json")


def test_deep_and_endless_json_is_refused():
    with pytest.raises(ImageError):
        open_masks(b'{"images":' + b"[" * 3000 + b"]" * 3000 + b"}", "a.json")
    with pytest.raises(ImageError, match="values"):
        open_masks(b"[" + b"[]," * 7_000_000 + b"1]", "a.json")
    with pytest.raises(DamagedFile):
        open_masks(b'{"images": [', "a.json")
