"""The endpoint for volumes over a real connection: refusals, retries, cancel, slow networks."""

import random
import socket
import threading
import time

import numpy as np
import pytest

from core.backends.azure_volume import AzureVolumeModel
from core.backends.base import RunControl
from core.backends.retry import Clock
from core.errors import (
    Cancelled,
    ConnectionFailed,
    EndpointBusy,
    EndpointTimeout,
    InvalidReply,
    ModelFailed,
    RequestTooLarge,
    SignInRefused,
)
from core.secret import Secret
from core.settings import AzureSettings
from core.wire_volume import encode_volume
from tests.standin import KEY
from tests.standin.volume_endpoint import VolumeAnswer, VolumeEndpoint

BUSY = VolumeAnswer(
    status=429,
    body=b"",
    headers=(("ms-azureml-model-error-reason", "too_many_pending_request"),),
)


def model_failed(inner):
    headers = (
        ("ms-azureml-model-error-reason", "model_error"),
        ("ms-azureml-model-error-statuscode", inner),
    )
    return VolumeAnswer(status=424, body=b'{"message": "An error"}', headers=headers)


class NoTime:
    """A clock whose pauses take none."""

    def __init__(self):
        self.passed = 0.0

    def now(self):
        return self.passed

    def sleep(self, seconds):
        self.passed += seconds


@pytest.fixture
def request_of():
    values = np.full((12, 10, 8), 20, np.uint8, order="F")
    values[2:5, 2:5, 2:5] = 240
    return encode_volume(values, np.diag([1.0, 1.0, 2.0, 1.0]), ("bright",))


@pytest.fixture
def endpoint():
    with VolumeEndpoint() as running:
        yield running


@pytest.fixture
def model(endpoint):
    clock = NoTime()
    asked = AzureVolumeModel(
        AzureSettings(endpoint.url, Secret(KEY)),
        clock=Clock(clock.now, clock.sleep),
        rng=random.Random(1),
    )
    yield asked
    asked.close()


def test_labels_come_back_and_the_engine_is_named_with_its_host(model, endpoint, request_of):
    reply = model.segment(request_of)
    assert reply.labels.sum() == 27
    assert model.label == f"MedImageParse 3D on Azure ML ({model.settings.host})"
    assert endpoint.asked[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_token_signs_when_there_is_no_key(endpoint, request_of):
    settings = AzureSettings(endpoint.url, None, sign_in="auto")
    model = AzureVolumeModel(settings, token=lambda: KEY)
    assert model.segment(request_of).labels.any()
    model.close()


def test_a_busy_endpoint_is_asked_again(model, endpoint, request_of):
    endpoint.script(BUSY, BUSY)
    told = []
    reply = model.segment(request_of, RunControl(on_wait=told.append))
    assert reply.labels.any()
    assert len(endpoint.asked) == 3
    assert "busy" in told[0].reason


@pytest.mark.parametrize(("answers", "expected"), [
    ([VolumeAnswer(status=408, body=b"upstream request timeout")] * 2, (EndpointTimeout, "180000")),
    ([VolumeAnswer(status=413, body=b"")], (RequestTooLarge, "larger voxels")),
    ([model_failed("400")], (ModelFailed, "MedImageParse 3D")),
    ([model_failed("500")] * 2, (ModelFailed, "smaller volume")),
    ([model_failed("413")], (RequestTooLarge, "larger voxels")),
    ([BUSY] * 30, (EndpointBusy, "few minutes")),
    ([VolumeAnswer(body=b"[]")], (InvalidReply, "MIP_3D_ENDPOINT")),
])  # fmt: skip
def test_a_refusal_says_what_to_do_about_a_volume(answers, expected, endpoint, model, request_of):
    kind, next_step = expected
    endpoint.script(*answers)
    with pytest.raises(kind) as problem:
        model.segment(request_of)
    assert next_step in problem.value.next_step
    assert problem.value.request_id == "a-request-id"
    assert "pictures" not in str(problem.value)
    assert KEY not in f"{problem.value} {problem.value.details}"


def test_a_wrong_key_is_refused_at_once(endpoint, request_of):
    model = AzureVolumeModel(AzureSettings(endpoint.url, Secret("another-key")))
    with pytest.raises(SignInRefused):
        model.segment(request_of)
    assert len(endpoint.asked) == 1
    model.close()


def test_a_run_can_be_stopped_while_the_model_works(request_of):
    working = threading.Event()

    def wait_for_ever(volume):
        working.set()
        time.sleep(1.0)
        return volume

    with VolumeEndpoint(VolumeAnswer(change=wait_for_ever)) as endpoint:
        model = AzureVolumeModel(AzureSettings(endpoint.url, Secret(KEY)))
        with pytest.raises(Cancelled):
            model.segment(request_of, RunControl(is_cancelled=working.is_set))
        model.close()


def read_slowly(listener, step, pause_s):
    """Take a whole request off a connection a little at a time, and answer nothing useful."""
    connection, _ = listener.accept()
    with connection:
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(4096)
        head, _, body = received.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        missing = length - len(body)
        while missing:
            time.sleep(pause_s)
            piece = connection.recv(min(step, missing), socket.MSG_WAITALL)
            if not piece:
                return
            missing -= len(piece)
        connection.sendall(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n")


def test_a_large_volume_may_take_longer_than_a_connection_to_be_sent(rng):
    noise = rng.integers(0, 255, (256, 256, 96), np.uint8)
    request = encode_volume(noise, np.eye(4), ("bright",))
    assert len(request.body) > 8_000_000
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        # Sixteen pauses of 0.1 s: too long for the whole, ample for each piece of a megabyte.
        server = threading.Thread(target=read_slowly, args=(listener, 520_000, 0.1))
        server.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/score"
        settings = AzureSettings(url, Secret(KEY), connect_timeout_s=0.6, retry_budget_s=0.0)
        model = AzureVolumeModel(settings)
        with pytest.raises(SignInRefused):
            model.segment(request)
        model.close()
        server.join()


def test_an_endpoint_that_is_not_there_gives_one_sentence(request_of):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    settings = AzureSettings(f"http://127.0.0.1:{port}", Secret(KEY), retry_budget_s=0.0)
    model = AzureVolumeModel(settings)
    with pytest.raises(ConnectionFailed):
        model.segment(request_of)
    model.close()
