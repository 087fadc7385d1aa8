"""The workspace's own token: asked of Azure Resource Manager, kept by the times it names."""

import pytest

from core.arm import ArmClient, ResourceId
from core.errors import ArmRefused, SettingsError, SignInRefused
from core.signin import ARM_SCOPE, ML_SCOPE, open_sign_in
from core.signin.credential_source import CredentialSource
from core.signin.workspace import WorkspaceSource
from tests.core.signin.conftest import NOW, FakeCredential
from tests.standin.rest_server import Answered, RestServer

ENDPOINT = ResourceId("0000", "reading-room", "invented", "mip")


class World:
    """Azure Resource Manager with one endpoint, and the time."""

    def __init__(self):
        self.now_s = NOW
        self.times = {"expiryTimeUtc": 3600, "refreshAfterTimeUtc": 1800}
        self.refusal = None
        self.count = 0

    def answer(self, asked):
        assert asked.headers["authorization"] == "Bearer token-1"
        assert (asked.method, asked.path) == ("POST", f"{ENDPOINT.path}/token")
        assert asked.query["api-version"] == "2024-10-01"
        if self.refusal is not None:
            return self.refusal
        self.count += 1
        times = {name: int(self.now_s + value) for name, value in self.times.items()}
        return Answered(body={"accessToken": f"aml-{self.count}", "tokenType": "Bearer", **times})


@pytest.fixture
def world():
    return World()


@pytest.fixture
def source(world):
    credential = FakeCredential(lasts_s=1e6)
    base = CredentialSource("auto", credential, lambda old: old, now=lambda: NOW)
    with RestServer(world.answer) as server:
        made = WorkspaceSource(base, ArmClient(base, server.url), ENDPOINT, now=lambda: world.now_s)
        yield made
        made.close()


def test_the_token_is_kept_until_it_says_that_it_should_be_refreshed(source, world):
    assert [source.token(ML_SCOPE) for _ in range(3)] == ["aml-1"] * 3
    world.now_s += 1799
    assert source.token(ML_SCOPE) == "aml-1"
    world.now_s += 2
    assert source.token(ML_SCOPE) == "aml-2"


def test_a_token_without_a_time_to_refresh_is_refreshed_before_its_end(source, world):
    world.times = {"expiryTimeUtc": 3600}
    source.token(ML_SCOPE)
    world.now_s += 3299
    assert source.token(ML_SCOPE) == "aml-1"
    world.now_s += 2
    assert source.token(ML_SCOPE) == "aml-2"


def test_a_token_without_any_times_is_used_once(source, world):
    world.times = {}
    assert [source.token(ML_SCOPE), source.token(ML_SCOPE)] == ["aml-1", "aml-2"]


def test_when_refreshing_fails_the_token_is_used_while_it_is_good(source, world):
    source.token(ML_SCOPE)
    world.refusal = Answered(409, {"error": {"code": "Busy", "message": "later"}})
    world.now_s += 2000
    assert source.token(ML_SCOPE) == "aml-1"
    world.now_s += 1400
    with pytest.raises(ArmRefused, match="later"):
        source.token(ML_SCOPE)


def test_a_token_that_was_refused_is_asked_for_again(source):
    source.forget(ML_SCOPE, source.token(ML_SCOPE))
    assert source.token(ML_SCOPE) == "aml-2"


def test_azure_itself_is_called_with_the_sign_in_below(source):
    assert source.token(ARM_SCOPE) == "token-1"


def test_who_may_not_have_a_token_is_told_which_right_is_missing(source, world):
    message = "needs Microsoft.MachineLearningServices/.../onlineEndpoints/token/action"
    world.refusal = Answered(403, {"error": {"code": "AuthorizationFailed", "message": message}})
    with pytest.raises(SignInRefused, match="token/action"):
        source.token(ML_SCOPE)


def test_an_answer_without_a_token_is_a_sentence(source, world):
    world.refusal = Answered(body={})
    with pytest.raises(SignInRefused, match="gave no token"):
        source.token(ML_SCOPE)


def test_a_token_about_to_end_is_not_used(source, world):
    world.times = {"expiryTimeUtc": 299}
    with pytest.raises(SignInRefused, match="about to"):
        source.token(ML_SCOPE)


@pytest.mark.parametrize("resource_id", ["", ENDPOINT.workspace_path])
def test_without_the_id_of_an_endpoint_it_is_refused(bare, resource_id):
    with pytest.raises(SettingsError, match="resource id of the endpoint"):
        open_sign_in("workspace", {}, resource_id=resource_id)


def test_it_is_opened_from_the_environment_alone(world, bare):
    source = open_sign_in(
        "workspace", {"MIP_ARM_URL": "http://127.0.0.1:9"}, resource_id=ENDPOINT.path
    )
    assert source.way == "workspace"
    with pytest.raises(SignInRefused, match="az login"):
        source.token(ML_SCOPE)
    source.close()
