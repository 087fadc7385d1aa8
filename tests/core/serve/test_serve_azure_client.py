"""The azure backend of this project is the client of this server, as it is."""

import random
import threading

import numpy as np
import pytest

from core.backends import get_backend
from core.backends.azure import AzureBackend
from core.backends.base import RunControl
from core.backends.demo import DemoBackend
from core.backends.retry import Clock
from core.errors import EndpointTimeout, ModelFailed, SignInRefused
from core.imaging import open_upload
from core.samples import samples
from core.secret import Secret
from core.segmentation import segment
from core.serve.model_thread import ModelThread
from core.settings import AzureSettings
from tests.core.serve.served import Gate, body, served, wait_until
from tests.standin import KEY


@pytest.fixture
def chest():
    sample = next(sample for sample in samples() if sample.id == "chest")
    data, name = sample.load()
    return open_upload(data, name).frame()


@pytest.fixture
def client():
    """Make clients without long pauses; they are closed afterwards."""
    made = []

    def make(url, key=KEY):
        settings = AzureSettings(url, Secret(key))
        backend = AzureBackend(settings, clock=Clock(sleep=lambda _: None), rng=random.Random(7))
        made.append(backend)
        return backend

    yield make
    for backend in made:
        backend.close()


def test_masks_over_the_wire_are_those_of_the_backend_itself(chest):
    with ModelThread(DemoBackend()) as model, served(model, name="demo") as server:
        backend = get_backend("azure", AzureSettings(server.base_url, Secret(KEY)))
        over_the_wire = segment(chest, "lung & heart & unicorn", backend)
        backend.close()
    here = segment(chest, "lung & heart & unicorn", DemoBackend())
    assert here.masks[0].area() > 0
    for mask, own in zip(over_the_wire.masks, here.masks, strict=True):
        assert (mask.phrase, mask.category) == (own.phrase, own.category)
        np.testing.assert_array_equal(mask.probability, own.probability)
    (notice,) = over_the_wire.notices
    assert "not MedImageParse" in notice.text
    assert over_the_wire.engine.startswith("Endpoint at 127.0.0.1")


def test_a_client_that_finds_it_busy_waits_and_gets_its_masks(chest, client):
    gate = Gate()
    waits = []
    with served(gate, most_at_once=1) as server:
        held = threading.Thread(target=server.post, args=(body("first"),))
        held.start()
        assert wait_until(lambda: gate.asked)

        def on_wait(waiting):
            waits.append(waiting.reason)
            gate.open.set()
            held.join()

        result = segment(chest, "lung", client(server.url), RunControl(on_wait=on_wait))
    assert "429, too_many_pending_request" in waits[0]
    assert result.masks[0].category == "lung"
    assert [record.outcome for record in server.records][-1] == "success"
    assert "EndpointBusy" in [record.outcome for record in server.records]


@pytest.mark.parametrize(
    ("problem", "raised"),
    [(EndpointTimeout, EndpointTimeout), (ModelFailed, ModelFailed), (ValueError, ModelFailed)],
)
def test_what_goes_wrong_on_the_server_has_its_name_on_the_client(chest, client, problem, raised):
    async def broken(rows):
        raise problem("It went wrong.", "Mend it.")

    with served(broken) as server, pytest.raises(raised) as caught:
        segment(chest, "lung", client(server.url))
    assert caught.value.request_id in [record.request_id for record in server.records]


def test_a_wrong_token_is_told_as_such(chest, client):
    with served(Gate()) as server, pytest.raises(SignInRefused, match="key_auth_access_denied"):
        segment(chest, "lung", client(server.url, key="another"))
