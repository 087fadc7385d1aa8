"""Requests to an endpoint, signed with tokens of the token service."""

import os

import pytest

from core.backends import get_backend
from core.commands.signed_in import arm_from, backend_from, source_from
from core.errors import SettingsError, SignInRefused
from core.imaging import open_upload
from core.samples import samples
from core.segmentation import segment
from core.settings import AzureSettings
from core.signin import Bearer, open_sign_in
from tests.standin import StandIn
from tests.standin.arm import WORKSPACE_TOKEN, ArmStandIn
from tests.standin.arm_world import Endpoint
from tests.standin.token_service import APP, SECRET, TENANT


@pytest.fixture
def frame():
    sample = next(sample for sample in samples() if sample.id == "chest")
    return open_upload(*sample.load()).frame()


@pytest.fixture
def application(service, bare, tmp_path):
    """An application that the environment signs in; no secrets.toml is about."""
    bare.chdir(tmp_path)
    for name, value in (("TENANT_ID", TENANT), ("CLIENT_ID", APP), ("CLIENT_SECRET", SECRET)):
        bare.setenv(f"AZURE_{name}", value)
    return service


@pytest.fixture
def endpoint(application):
    """An endpoint that takes the tokens of the token service, and no key."""
    with StandIn() as running:
        running.keys = application.given
        yield running


def authorizations(endpoint):
    return [request.headers["authorization"] for request in endpoint.received]


def test_a_command_signs_its_requests_as_the_settings_say(endpoint, application, bare, frame):
    bare.setenv("MIP_ENDPOINT", endpoint.url)
    bare.setenv("MIP_SIGN_IN", "secret")
    segment(frame, "lung", backend_from("azure", os.environ))
    assert authorizations(endpoint) == [f"Bearer {application.given[0]}"]


def test_without_a_key_the_sign_in_of_the_computer_is_taken(endpoint, application, bare, frame):
    bare.setenv("MIP_ENDPOINT", endpoint.url)
    segment(frame, "lung", backend_from("azure", os.environ))
    assert authorizations(endpoint) == [f"Bearer {application.given[0]}"]


def test_an_endpoint_known_by_its_resource_id_is_looked_up_with_the_same_sign_in(
    endpoint, application, bare, frame
):
    known = Endpoint(scoring_url=endpoint.url, auth_mode="AADToken")
    with ArmStandIn(endpoints=[known], token=None) as azure:
        bare.setenv("MIP_RESOURCE_ID", known.path)
        bare.setenv("MIP_ARM_URL", azure.url)
        segment(frame, "lung", backend_from("azure", os.environ))
        asked = [asked.headers["authorization"] for asked in azure.asked]
    assert asked == [f"Bearer {application.given[0]}"]
    assert authorizations(endpoint) == [f"Bearer {application.given[1]}"]


def test_the_workspaces_own_token_signs_what_only_takes_that(endpoint, application, bare, frame):
    endpoint.keys = (WORKSPACE_TOKEN,)
    known = Endpoint(scoring_url=endpoint.url, auth_mode="AMLToken")
    with ArmStandIn(endpoints=[known], token=None) as azure:
        bare.setenv("MIP_RESOURCE_ID", known.path)
        bare.setenv("MIP_SIGN_IN", "workspace")
        bare.setenv("MIP_ARM_URL", azure.url)
        segment(frame, "lung", backend_from("azure", os.environ))
    assert authorizations(endpoint) == [f"Bearer {WORKSPACE_TOKEN}"]
    assert len(application.given) == 1


def test_a_token_that_the_endpoint_refuses_is_renewed_once_and_the_run_goes_on(
    endpoint, application, frame
):
    source = open_sign_in("secret", os.environ)
    revoked = Bearer(source)()
    application.given.clear()
    backend = get_backend("azure", AzureSettings(endpoint.url), token=Bearer(source))
    segment(frame, "lung", backend)
    assert authorizations(endpoint) == [f"Bearer {revoked}", f"Bearer {application.given[0]}"]
    source.close()


def test_an_endpoint_that_refuses_every_token_is_asked_twice_and_not_more(
    endpoint, application, frame
):
    endpoint.keys = ("none of them",)
    source = open_sign_in("secret", os.environ)
    backend = get_backend("azure", AzureSettings(endpoint.url), token=Bearer(source))
    with pytest.raises(SignInRefused) as caught:
        segment(frame, "lung", backend)
    assert len(set(authorizations(endpoint))) == len(endpoint.received) == 2
    assert not any(token in f"{caught.value} {caught.value.details}" for token in application.given)
    source.close()


def test_a_command_without_any_sign_in_tells_what_to_do(bare, frame, tmp_path):
    bare.chdir(tmp_path)
    bare.setenv("MIP_ENDPOINT", "http://127.0.0.1:9/score")
    with pytest.raises(SignInRefused, match="az login"):
        segment(frame, "lung", backend_from("azure", os.environ))


def test_calls_to_azure_itself_do_not_use_the_endpoints_key(application, bare):
    bare.setenv("MIP_SIGN_IN", "key")
    source = source_from(os.environ)
    assert source.way == "auto"
    assert source_from(os.environ, "secret").way == "secret"
    arm = arm_from({"MIP_ARM_URL": "http://127.0.0.1:9/"}, source)
    assert arm.url == "http://127.0.0.1:9"
    assert arm_from({}, source).url == "https://management.azure.com"
    with pytest.raises(SettingsError, match="MIP_ARM_URL"):
        arm_from({"MIP_ARM_URL": "http://elsewhere.example"}, source)


def test_the_demo_needs_no_sign_in():
    assert backend_from("demo", {"MIP_ENDPOINT": "nonsense"}).name == "demo"
