"""The stand-in is as strict, as wordy and as odd as the real layers are known to be.

What is no matter of a script or of the stand-in's own strictness holds for the server of
``python -m core serve`` too: it is checked there as well.
"""

from __future__ import annotations

import base64
import contextlib
import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import requests

from core.wire import encode_request
from tests.core.serve.served import answer_as_the_stand_in, served
from tests.standin import DEPLOYMENT, KEY, Reply, StandIn, category_of, soft_masks
from tests.standin import behaviour as play

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = {
    "bad_key": play.BAD_KEY,
    "malformed_authorization": play.BAD_AUTHORIZATION,
    "tenant_mismatch_aad": play.TENANT_MISMATCH,
    "no_deployment_with_traffic_or_unknown_deployment": play.NO_DEPLOYMENT,
    "timeout": play.TIMED_OUT,
    "model_error_any_exception": play.SCORING_FAILED,
    "model_error_missing_input_data": play.NO_INPUT_DATA,
    "model_error_content_type": play.WRONG_CONTENT_TYPE,
    "model_not_ready": play.MODEL_NOT_READY,
    "too_many_pending": play.BUSY,
    "infrastructure": play.INFRASTRUCTURE,
}


@pytest.fixture(params=["stand-in", "core serve"])
def base_url(request):
    """Address of a stand-in, and then of our own server with the same masks."""
    if request.param == "stand-in":
        yield request.getfixturevalue("endpoint").base_url
        return
    with served(answer_as_the_stand_in) as server:
        yield server.base_url


@pytest.fixture
def post(base_url):
    """Post a body to both servers; headers replace the usual ones, None drops one."""
    with posting_to(base_url) as send:
        yield send


@pytest.fixture
def post_to_standin(endpoint):
    """The same for what only the stand-in does."""
    with posting_to(endpoint.base_url) as send:
        yield send


@contextlib.contextmanager
def posting_to(base_url: str):
    with requests.Session() as session:
        session.trust_env = False

        def send(body: object, path: str = "/score", **headers: str | None) -> requests.Response:
            usual = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
            changed = {name.replace("_", "-"): value for name, value in headers.items()}
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            return session.post(base_url + path, data=data, headers=usual | changed, timeout=10)

        yield send


@pytest.fixture
def picture(picture_of) -> np.ndarray:
    return picture_of("lung").picture


@pytest.fixture
def image(picture) -> str:
    table = json.loads(encode_request([picture], [["lung"]]))["input_data"]
    return table["data"][0][0]


def table(*rows: list[object], **changes: object) -> dict[str, object]:
    content = {"columns": ["image", "text"], "index": list(range(len(rows))), "data": list(rows)}
    return {"input_data": content | changes}


def inner_status(response: requests.Response) -> str:
    assert response.status_code == 424
    assert response.headers["ms-azureml-model-error-reason"] == "model_error"
    return response.headers["ms-azureml-model-error-statuscode"]


# Scripted: that our server gives those that it can give is checked where it makes them.
def test_refusals_are_those_of_the_wire_samples(shared, endpoint, post_to_standin):
    path = shared / "facts" / "wire-samples" / "errors" / "samples.json"
    samples = {sample["name"]: sample for sample in json.loads(path.read_text())}
    assert samples.keys() == SAMPLES.keys()
    for name, sample in samples.items():
        endpoint.script(SAMPLES[name])
        response = post_to_standin(b"{}")
        assert response.status_code == sample["status"], name
        assert response.text == sample["body"], name
        for header, value in sample["headers"].items():
            assert response.headers[header] == value, (name, header)


def test_the_request_of_the_wire_samples_is_accepted_and_answered_in_its_shape(shared, post):
    folder = shared / "facts" / "wire-samples"
    response = post((folder / "request.json").read_bytes())
    assert response.status_code == 200
    expected = (folder / "response.json").read_bytes()
    assert response.content.startswith(expected[:35])
    tail = b'\\", \\"shape\\": [2, 1024, 1024], \\"dtype\\": \\"uint8\\"}", "text_features": ['
    assert tail in expected[-120:]
    assert tail in response.content[-120:]
    assert len(response.content) == len(expected)
    lines = (folder / "response_headers.txt").read_text().splitlines()[1:]
    named = {line.split(":")[0] for line in lines if ":" in line}
    assert named - {name.lower() for name in response.headers} <= {"x-ms-client-request-id"}


def test_the_answer_is_a_string_of_json_with_data_first(post, picture, image):
    response = post(table([image, "lung & left kidney"]))
    (item,) = response.json()
    features = json.loads(item["image_features"])
    assert list(features) == ["data", "shape", "dtype"]
    masks = np.frombuffer(base64.b64decode(features["data"]), features["dtype"])
    expected = soft_masks(picture, ["lung", "left kidney"])
    np.testing.assert_array_equal(masks.reshape(features["shape"]), expected)
    assert item["text_features"] == ["lung", "kidney"]
    assert response.headers["azureml-model-deployment"] == DEPLOYMENT


def test_masks_are_soft_depend_on_picture_and_phrase_and_leave_the_padding_out(picture):
    lung, liver = soft_masks(picture, ["lung", "liver"])
    assert len(np.unique(lung)) > 50
    assert (lung != liver).any()
    assert (lung != soft_masks(255 - picture, ["lung"])[0]).any()
    assert 0.05 < (lung[192:832] >= 128).mean() < 0.6
    assert not lung[:180].any()
    assert category_of("left LUNG") == "lung"
    assert category_of("paper clip") == "other"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Authorization": None}, "key_auth_bad_header_forbidden"),
        ({"Authorization": KEY}, "key_auth_bad_header_forbidden"),
        ({"Authorization": "Bearer other"}, "key_auth_access_denied"),
    ],
)
def test_the_front_door_wants_the_key(post, headers, body):
    response = post(b"{}", **headers)
    assert (response.status_code, response.text) == (401, body)


def test_the_front_door_knows_its_paths_and_deployments(post):
    assert post(b"{}", path="/elsewhere").status_code == 404
    assert post(b"{}", azureml_model_deployment="other").status_code == 404


def test_a_request_id_is_cut_at_40_and_refused_beyond_100_characters(post, image):
    response = post(table([image, "lung"]), x_ms_client_request_id="a" * 60)
    assert response.headers["x-ms-client-request-id"] == "a" * 40
    assert inner_status(post(b"{}", x_ms_client_request_id="a" * 101)) == "431"


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"", "400", "POST body is empty. Expecting a JSON dictionary."),
        (b"{", "400", "POST body could not be decoded as JSON"),
        (b"[]", "400", "POST body should be a JSON dictionary."),
        (b"{}", "400", "A value is not provided for the 'input_data' parameter."),
    ],
)
def test_the_container_says_what_is_wrong_with_a_body(post, body, status, message):
    response = post(body)
    assert inner_status(response) == status
    assert message in response.json()["message"]


def test_the_container_wants_json_by_name(post):
    assert inner_status(post(b"{}", Content_Type=None)) == "415"
    assert inner_status(post(b"{}", Content_Type="text/plain")) == "415"
    assert inner_status(post(b"{}", Content_Type="application/json; charset=utf-8")) == "400"


@pytest.mark.parametrize(
    "changes",
    [
        {"index": 1},
        {"index": [0, 1, 2]},
        {"index": [0]},
        {"columns": ["image"]},
        {"columns": ["image", "prompt"]},
        {"data": []},
        {"data": "rows"},
    ],
    ids=str,
)
def test_a_table_that_does_not_fit_is_an_exception_inside(post, image, changes):
    response = post(table([image, "lung"], [image, "liver"], **changes))
    assert inner_status(response) == "500"
    assert response.json()["message"].startswith("An unexpected error occurred")


def test_the_known_oddities_of_a_table_are_tolerated(post, image):
    assert len(post(table([image, "lung"], index=["a", "a"])).json()) == 2
    swapped = post(table(["lung", image], columns=["text", "image"]))
    assert swapped.json()[0]["text_features"] == ["lung"]
    more = post(table([image, "lung", 1], columns=["image", "text", "extra"]))
    assert more.status_code == 200
    without_index = table([image, "lung"])
    del without_index["input_data"]["index"]
    assert post(without_index | {"params": "sitk"}).status_code == 200
    lines = base64.encodebytes(base64.b64decode(image)).decode()
    assert post(table([lines, "lung"])).status_code == 200


def encoded(picture: np.ndarray, kind: str = ".png") -> str:
    return base64.b64encode(cv2.imencode(kind, picture)[1]).decode()


UNUSABLE = {
    "image is no string": None,
    "image is not base64": "not base64!",
    "the PNG is 1024x512": encoded(np.zeros((512, 1024, 3), np.uint8)),
    "16 bits": encoded(np.zeros((1024, 1024, 3), np.uint16)),
    "the PNG is damaged": encoded(np.zeros((1024, 1024, 3), np.uint8))[:400],
}
# The real layers take these, so that our server does; no client of ours is to send them.
UNWANTED = {
    "the image is no PNG": encoded(np.zeros((1024, 1024, 3), np.uint8), ".jpg"),
    "colour type 0": encoded(np.zeros((1024, 1024), np.uint8)),
    "colour type 6": encoded(np.zeros((1024, 1024, 4), np.uint8)),
}


@pytest.mark.parametrize("image", UNUSABLE.values(), ids=UNUSABLE)
def test_a_picture_that_the_model_does_not_take_is_an_exception_inside(post, image):
    assert inner_status(post(table([image, "lung"]))) == "500"


@pytest.mark.parametrize("reason", UNUSABLE | UNWANTED)
def test_the_stand_in_wants_8_bit_rgb_in_a_png_and_notes_what_it_got(
    endpoint, post_to_standin, reason
):
    image = (UNUSABLE | UNWANTED)[reason]
    assert inner_status(post_to_standin(table([image, "lung"]))) == "500"
    assert reason in endpoint.reasons[-1]


@pytest.mark.parametrize("text", [None, "", "&&", "lung & & liver", "lung &"])
def test_empty_phrases_are_an_exception_inside(post, image, text):
    assert inner_status(post(table([image, text]))) == "500"


def test_behaviours_are_played_once_each_in_order(endpoint, post_to_standin, image):
    endpoint.script(play.BUSY, Reply(levels="0/1"))
    body = table([image, "lung"])
    assert [post_to_standin(body).status_code for _ in range(3)] == [429, 200, 200]
    assert [received.texts for received in endpoint.received] == [["lung"]] * 3


def test_it_is_healthy_without_a_key_and_describes_itself_with_one(base_url):
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(base_url + "/", timeout=10).text == "Healthy"
        assert session.get(base_url + "/swagger.json", timeout=10).status_code == 401
        session.headers["Authorization"] = f"Bearer {KEY}"
        described = session.get(base_url + "/swagger.json", timeout=10).json()
        assert "/score" in described["paths"]
        assert inner_status(session.get(base_url + "/score", timeout=10)) == "400"


def test_a_crash_of_the_stand_in_itself_fails_the_test_that_used_it():
    with (
        pytest.raises(AssertionError, match="stand-in itself"),
        StandIn(default=object()) as broken,
        pytest.raises(requests.ConnectionError),
    ):
        requests.post(broken.url, data=b"{}", timeout=10)


def test_it_runs_as_a_program_that_prints_its_settings():
    command = [sys.executable, "-m", "tests.standin", "--port", "0", "--key", "abc"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        try:
            line = program.stdout.readline()
            endpoint, key = (pair.split("=")[1] for pair in line.split())
            response = requests.post(
                endpoint,
                data=b"{}",
                headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
                timeout=10,
            )
        finally:
            program.terminate()
    assert key == "abc"
    assert inner_status(response) == "400"
