import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from core.errors import InvalidReply
from core.geometry import Letterbox
from core.wire import decode_response, encode_request

PHRASES = [["liver", "tumor"]]


@pytest.fixture
def masks(rng):
    """Two soft masks with all levels."""
    return rng.integers(0, 256, (2, 1024, 1024), dtype=np.uint8)


def b64(data):
    return base64.b64encode(data).decode()


def features(array, **changes):
    content = {"data": b64(array.tobytes()), "shape": list(array.shape), "dtype": str(array.dtype)}
    return {**content, **changes}


def body(image_features, categories=("liver", "tumor")):
    if not isinstance(image_features, str):
        image_features = json.dumps(image_features)
    row = {"image_features": image_features, "text_features": categories}
    return json.dumps([row]).encode()


def test_the_sample_request_is_reproduced(shared):
    folder = shared / "facts" / "wire-samples"
    sample = json.loads((folder / "request.json").read_text())
    image, text = sample["input_data"]["data"][0]
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(image))))
    written = json.loads(encode_request([pixels], PHRASES))
    ours, _ = written["input_data"]["data"][0]
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(ours)))), pixels)
    written["input_data"]["data"][0][0] = image
    assert written == sample
    assert text == "liver & tumor"


def test_the_sample_picture_is_what_the_letterbox_makes(shared):
    folder = shared / "facts" / "wire-samples"
    original = np.asarray(Image.open(folder / "original_800x600.png").convert("RGB"))
    sent = np.asarray(Image.open(folder / "sent_1024x1024.png").convert("RGB"))
    ours = Letterbox.fit(600, 800).apply(original)
    assert np.abs(ours.astype(int) - sent).max() <= 1


def test_the_sample_response_gives_the_sample_masks(shared):
    folder = shared / "facts" / "wire-samples"
    (reply,) = decode_response((folder / "response.json").read_bytes(), PHRASES)
    assert reply.categories == ("liver", "tumor")
    first = np.asarray(Image.open(folder / "mask0_liver_1024.png"))
    assert np.array_equal(reply.probabilities[0], first)
    restored = Letterbox.fit(600, 800).restore(reply.probabilities[0]) >= 128
    expected = np.asarray(Image.open(folder / "mask0_liver_800x600_expected.png")) > 0
    assert (restored ^ expected).sum() <= 0.001 * expected.sum()


def test_a_request_has_one_row_a_picture_and_no_line_breaks(rng):
    pictures = rng.integers(0, 256, (3, 1024, 1024, 3), dtype=np.uint8)
    raw = encode_request(pictures, [["a"], ["b", "c"], ['quote " and ü']])
    assert b"\n" not in raw
    data = json.loads(raw)["input_data"]
    assert data["columns"] == ["image", "text"]
    assert data["index"] == [0, 1, 2]
    assert [text for _, text in data["data"]] == ["a", "b & c", 'quote " and ü']


def test_a_soft_reply_is_read_to_the_byte(masks):
    (reply,) = decode_response(body(features(masks)), PHRASES)
    assert np.array_equal(reply.probabilities, masks)
    assert reply.categories == ("liver", "tumor")
    assert reply.notices == ()


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def png(array):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()


VARIANTS = {
    "an object instead of a string": lambda m: json.dumps(
        [{"image_features": features(m), "text_features": ["liver", "tumor"]}]
    ).encode(),
    "a Python literal": lambda m: body(repr(features(m))),
    "the whole body inside a string": lambda m: json.dumps(body(features(m)).decode()).encode(),
    "base64 with line breaks": lambda m: body(
        features(m, data=base64.encodebytes(m.tobytes()).decode())
    ),
    "categories as Python text": lambda m: body(features(m), "['liver', 'tumor']"),
    "an npy file": lambda m: body(features(m, data=b64(npy(m)))),
    "a phrase axis and a batch axis": lambda m: body(features(m[None])),
    "a channel axis": lambda m: body(features(m[:, None])),
    "members in another order": lambda m: body(dict(reversed(features(m).items()))),
    "an escaped slash": lambda m: body(features(m)).replace(b"/", rb"\/"),
    "64-bit integers": lambda m: body(features(m.astype(np.int64))),
    "probabilities as float32": lambda m: body(features((m / 255).astype(np.float32))),
    "levels as float64": lambda m: body(features(m.astype(np.float64))),
}


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_every_way_to_write_the_same_masks_is_understood(masks, variant):
    (reply,) = decode_response(VARIANTS[variant](masks), PHRASES)
    assert np.array_equal(reply.probabilities, masks)
    assert reply.categories == ("liver", "tumor")


def test_one_mask_may_come_without_the_phrase_axis_or_as_a_png(masks):
    for content in (features(masks[0]), features(masks[0], data=b64(png(masks[0])))):
        (reply,) = decode_response(body(content, ["liver"]), [["liver"]])
        assert np.array_equal(reply.probabilities, masks[:1])


@pytest.mark.parametrize("dtype", [np.uint8, bool, np.float32])
def test_hard_masks_of_zeros_and_ones_become_0_and_255(masks, dtype):
    hard = masks > 127
    (reply,) = decode_response(body(features(hard.astype(dtype))), PHRASES)
    assert np.array_equal(reply.probabilities, np.where(hard, 255, 0))


def test_hard_masks_of_0_and_255_stay(masks):
    hard = np.where(masks > 127, 255, 0).astype(np.uint8)
    (reply,) = decode_response(body(features(hard)), PHRASES)
    assert np.array_equal(reply.probabilities, hard)


def test_a_mask_that_is_empty_stays_empty():
    empty = np.zeros((2, 1024, 1024), np.uint8)
    (reply,) = decode_response(body(features(empty)), PHRASES)
    assert not reply.probabilities.any()


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (["liver"], ("liver", None)),
        ([], (None, None)),
        (None, (None, None)),
        (["a", "b", "c"], ("a", "b")),
        (["background", None], ("background", None)),
        ("liver", ("liver", None)),
    ],
)
def test_too_few_or_too_many_categories_are_shown_as_far_as_they_go(masks, sent, read):
    (reply,) = decode_response(body(features(masks), sent), PHRASES)
    assert reply.categories == read
    differs = [notice.code for notice in reply.notices] == ["category_count"]
    assert differs == (not isinstance(sent, list) or len(sent) != 2)


def test_several_pictures_come_back_in_order(masks):
    rows = [
        {"image_features": json.dumps(features(masks[:1])), "text_features": ["liver"]},
        {"image_features": json.dumps(features(masks)), "text_features": ["a", "b"]},
    ]
    first, second = decode_response(json.dumps(rows).encode(), [["liver"], ["x", "y"]])
    assert np.array_equal(first.probabilities, masks[:1])
    assert np.array_equal(second.probabilities, masks)


def test_a_phrase_that_looks_like_our_own_marker_changes_nothing(masks):
    (reply,) = decode_response(body(features(masks), ["@0", '"data": "x"']), PHRASES)
    assert np.array_equal(reply.probabilities, masks)
    assert reply.categories == ("@0", '"data": "x"')


BAD = {
    "nothing": (lambda m: b"", "not complete JSON"),
    "half of it": (lambda m: body(features(m))[:-50_000], "not complete JSON"),
    "a page of HTML": (lambda m: b"<html>Bad gateway</html>", "not complete JSON"),
    "an error object": (lambda m: b'{"message": "no"}', "an object with message"),
    "too many results": (lambda m: b"[{}, {}]", "2 results for 1"),
    "no image_features": (lambda m: b'[{"pred_seg_mask": 1}]', "pred_seg_mask"),
    "text for image_features": (lambda m: body("nonsense"), "no data"),
    "a number for data": (lambda m: body(features(m, data=3)), "instead of base64"),
    "a marker that points nowhere": (lambda m: body({"data": "@7"}), "not valid base64"),
    "broken base64": (lambda m: body(features(m, data="ab$c")), "not valid base64"),
    "a shape that lies": (lambda m: body(features(m, shape=[3, 1024, 1024])), "3145728 bytes"),
    "a negative shape": (lambda m: body(features(m, shape=[-2, 1024])), "no usable shape"),
    "no shape": (lambda m: body(features(m, shape=None)), "no usable shape"),
    "an unknown dtype": (lambda m: body(features(m, dtype="tensor")), "unknown number type"),
    "an object dtype": (lambda m: body(features(m, dtype="O")), "no mask"),
    "another size": (lambda m: body(features(m[:, ::2, ::2])), "2x512x512"),
    "three masks": (lambda m: body(features(np.concatenate([m, m[:1]]))), "3 masks for 2"),
    "negative values": (lambda m: body(features(m.astype(np.int16) - 128)), "-128 to 127"),
    "large values": (lambda m: body(features(m.astype(np.uint16) * 9)), "0 to 2295"),
    "logits": (lambda m: body(features(m.astype(np.float32) - 100)), "-100 to 155"),
    "not a number": (lambda m: body(features(m * np.float32("nan"))), "nan"),
    "a damaged PNG": (lambda m: body({"data": b64(png(m[0])[:100])}), "damaged"),
    "a damaged npy": (lambda m: body({"data": b64(npy(m)[:200])}), "damaged"),
}


@pytest.mark.parametrize("case", BAD, ids=str)
def test_anything_else_is_refused_in_one_sentence_with_what_was_found(masks, case):
    make, words = BAD[case]
    with pytest.raises(InvalidReply, match=words) as caught:
        decode_response(make(masks), PHRASES)
    assert "Run it again" in caught.value.next_step


def test_an_error_holds_nothing_of_the_reply(masks):
    with pytest.raises(InvalidReply) as caught:
        decode_response(b'[{"secret finding"', PHRASES)
    assert caught.value.__context__ is None
    assert "secret" not in f"{caught.value} {caught.value.details}"
