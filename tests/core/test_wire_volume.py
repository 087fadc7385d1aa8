"""Volumes to bytes and back: what is sent holds nothing else, and answers are read with care."""

import base64
import gzip
import json
import tracemalloc

import nibabel
import numpy as np
import pytest

from core.errors import InvalidReply
from core.wire_volume import decode_volume, encode_volume
from tests.standin.volume_endpoint import VolumeAnswer, answer_body, read_request

SHAPE = (6, 5, 4)
AFFINE = np.array([[-0.7, 0, 0, 20.0], [0, 0.7, 0, -31.0], [0, 0, 3.0, 5.0], [0, 0, 0, 1]])


def voxels():
    values = np.full(SHAPE, 20, np.uint8, order="F")
    values[1:3, 1:3, 1:3] = 240
    values[4, 3:5, 2:] = 120
    return values


def request(*phrases):
    return encode_volume(voxels(), AFFINE, phrases or ("bright", "middle"))


def answer(asked, **how):
    """What the stand-in answers to a request."""
    return answer_body(read_request(json.loads(asked.body)), VolumeAnswer(**how))


def enveloped(file):
    data = json.dumps({"data": base64.b64encode(file).decode()})
    return json.dumps([{"nifti_file": data}]).encode()


def nifti(volume, affine=AFFINE):
    return nibabel.Nifti1Image(volume, affine).to_bytes()


def codes(reply):
    return {notice.code for notice in reply.notices}


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
@pytest.mark.parametrize("order", ["F", "C"])
def test_the_volume_that_is_sent_is_the_volume_that_arrives(dtype, order):
    sent = np.array(voxels(), dtype=dtype, order=order)
    received = read_request(json.loads(encode_volume(sent, AFFINE, ("liver", "tumor")).body))
    assert received.phrases == ("liver", "tumor")
    assert received.image.get_data_dtype() == dtype
    assert np.array_equal(np.asarray(received.image.dataobj), sent)
    assert np.allclose(received.image.affine, AFFINE)
    assert np.allclose(received.image.header.get_zooms(), (0.7, 0.7, 3.0))
    assert received.image.header["sform_code"] == received.image.header["qform_code"] == 1


def test_any_length_of_the_file_survives_being_encoded_in_pieces(rng):
    for size in range(1, 8):
        noise = rng.integers(0, 255, (size, 3, 2), np.uint8)
        received = read_request(json.loads(encode_volume(noise, AFFINE, ("a",)).body))
        assert np.array_equal(np.asarray(received.image.dataobj), noise)


def test_a_sheared_volume_says_its_place_without_a_quaternion():
    sheared = AFFINE.copy()
    sheared[0, 2] = 0.4
    received = read_request(json.loads(encode_volume(voxels(), sheared, ("a",)).body))
    assert np.allclose(received.image.affine, sheared)
    assert received.image.header["qform_code"] == 0


def test_the_header_that_is_sent_is_blank_but_for_shape_type_and_place():
    received = read_request(json.loads(request().body))
    bare = nibabel.Nifti1Header(endianness="<")
    told = {"dim", "datatype", "bitpix", "pixdim", "vox_offset", "scl_slope", "xyzt_units"}
    told |= {"qform_code", "sform_code", "quatern_b", "quatern_c", "quatern_d", "magic"}
    told |= {"qoffset_x", "qoffset_y", "qoffset_z", "srow_x", "srow_y", "srow_z", "scl_inter"}
    for name in bare:
        if name not in told:
            assert received.image.header[name].tobytes() == bare[name].tobytes(), name


def test_the_same_volume_gives_the_same_bytes():
    assert request().body == request().body


@pytest.mark.parametrize("form", ["string", "object", "bare", "list", "wrapped", "single", "twice"])
@pytest.mark.parametrize("packed", [True, False])
def test_every_envelope_that_is_known_is_read(form, packed):
    asked = request()
    reply = decode_volume(answer(asked, form=form, packed=packed), asked)
    assert reply.names == ("bright", "middle")
    assert np.array_equal(reply.labels == 1, voxels() == 240)
    assert np.array_equal(reply.labels == 2, voxels() == 120)
    assert codes(reply) == {"labels_by_order"}


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.float32, np.float64])
def test_labels_of_any_number_type_are_read(dtype):
    asked = request()
    body = answer(asked, change=lambda volume: volume.astype(dtype))
    assert set(np.unique(decode_volume(body, asked).labels)) == {0, 1, 2}


def test_one_phrase_is_whatever_is_not_background():
    asked = request("bright")
    body = answer(asked, change=lambda volume: volume * np.uint8(255))
    reply = decode_volume(body, asked)
    assert np.array_equal(reply.labels == 1, voxels() == 240)
    assert codes(reply) == set()


@pytest.mark.parametrize(("values", "code"), [
    ("probabilities", "volume_probabilities"),
    ("levels", "volume_levels"),
])  # fmt: skip
def test_probabilities_are_cut_at_one_half_and_that_is_said(values, code):
    asked = request("bright")
    reply = decode_volume(answer(asked, values=values), asked)
    assert np.array_equal(reply.labels == 1, voxels() == 240)
    assert codes(reply) == {code}


def test_probabilities_for_several_phrases_cannot_be_told_apart():
    asked = request("bright", "middle")
    with pytest.raises(InvalidReply, match="2 phrases") as problem:
        decode_volume(answer(asked, values="probabilities"), asked)
    assert "one at a time" in problem.value.next_step


def test_labels_beyond_the_phrases_are_shown_by_their_numbers():
    asked = request("middle", "bright")

    def more(volume):
        volume[0, 0, 0], volume[0, 1, 0] = 7, 9
        return volume

    reply = decode_volume(answer(asked, change=more), asked)
    assert reply.names == ("middle", "bright", "label 7", "label 9")
    assert reply.labels[0, 0, 0] == 3
    assert reply.labels[0, 1, 0] == 4
    assert codes(reply) == {"labels_by_order", "extra_labels"}


def test_an_empty_answer_marks_nothing():
    asked = request("bright", "middle")
    reply = decode_volume(answer(asked, change=np.zeros_like), asked)
    assert not reply.labels.any()
    assert reply.names == ("bright", "middle")


@pytest.mark.parametrize("place", ["none", "identity"])
def test_an_answer_without_a_place_is_taken_as_it_was_sent_with_a_warning(place):
    asked = request()
    reply = decode_volume(answer(asked, place=place), asked)
    assert np.array_equal(reply.labels == 1, voxels() == 240)
    assert "no_place" in codes(reply)


def test_an_answer_that_lies_elsewhere_is_refused():
    asked = request()
    with pytest.raises(InvalidReply, match="another place or orientation"):
        decode_volume(answer(asked, place="flipped"), asked)


CASES = {
    "cut": (b'[{"nifti_file": "{', "not complete JSON"),
    "no list": (b"7", "holds a number"),
    "empty list": (b"[]", "0 results"),
    "two results": (b"[{}, {}]", "2 results"),
    "no member": (b'[{"status": "ok"}]', "an object with status"),
    "null": (b'[{"nifti_file": null}]', "no data; it holds nothing"),
    "no data": (b'[{"nifti_file": "{\\"shape\\": 1}"}]', "no data"),
    "no base64": (b'[{"nifti_file": "{\\"data\\": \\"***\\"}"}]', "not valid base64"),
    "no NIfTI": (enveloped(b"hello" * 200), "cannot be"),
    "too short": (enveloped(b"x"), "cannot be read"),
    "damaged gzip": (enveloped(gzip.compress(nifti(voxels()))[:-8] + bytes(8)), "is damaged"),
    "cut file": (enveloped(nifti(voxels())[:400]), "ends after 400 of 472 bytes"),
    "cut gzip": (enveloped(gzip.compress(nifti(voxels()))[:-40]), "cut off or damaged"),
    "other shape": (enveloped(nifti(voxels()[:5])), "5 × 5 × 4 voxels, but 6 × 5 × 4"),
    "a volume a phrase": (enveloped(nifti(np.stack([voxels()] * 2, -1))), "6 × 5 × 4 × 2"),
    "complex": (enveloped(nifti(voxels().astype(np.complex64))), "no labels"),
    "negative": (enveloped(nifti(voxels().astype(np.int16) - 60)), "below 0"),
    "no numbers": (enveloped(nifti(np.full(SHAPE, np.nan, np.float32))), "no numbers"),
    "infinite": (enveloped(nifti(np.full(SHAPE, np.inf, np.float32))), "no numbers"),
    "neither": (enveloped(nifti(voxels() * np.float32(1.5) + np.float32(0.25))), "neither"),
    "huge labels": (enveloped(nifti(voxels().astype(np.int32) * 1000)), "240000"),
    "noise": (enveloped(nifti(np.arange(120, dtype=np.uint8).reshape(SHAPE))), "labels beyond"),
}


@pytest.mark.parametrize(("body", "words"), CASES.values(), ids=CASES)
def test_an_answer_that_cannot_be_read_gives_one_sentence(body, words):
    with pytest.raises(InvalidReply) as problem:
        decode_volume(body, request())
    assert words in problem.value.what
    assert problem.value.next_step
    assert problem.value.__cause__ is None


def test_an_endpoint_for_pictures_is_told_apart():
    body = b'[{"image_features": "{}", "text_features": ["liver"]}]'
    with pytest.raises(InvalidReply, match="picture instead of a volume") as problem:
        decode_volume(body, request())
    assert "MIP_3D_ENDPOINT" in problem.value.next_step


@pytest.mark.parametrize("claimed", [SHAPE, (2000, 2000, 100)])
def test_a_bomb_is_not_unpacked(claimed):
    image = nibabel.Nifti1Image(voxels(), AFFINE)
    image.header.set_data_shape(claimed)
    bomb = bytes(image.header.binaryblock) + bytes(60_000_000)
    body = enveloped(gzip.compress(bomb, 1))
    del bomb
    tracemalloc.start()
    try:
        asked = request()
        if claimed == SHAPE:
            assert not decode_volume(body, asked).labels.any()
        else:
            with pytest.raises(InvalidReply, match="2000"):
                decode_volume(body, asked)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000
