"""The container: opened with the sign-in, else with the workspace's key, and told in sentences."""

import sys

import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError

from core.arm import ArmClient, ResourceId
from core.batch.container import open_container
from core.batch.datastore import default_store
from core.batch.state import Store
from core.batch.storage_failures import failure_of_storage
from core.errors import (
    ArmRefused,
    ConnectionFailed,
    EndpointNotFound,
    ExportError,
    ServiceFault,
    SettingsError,
    SignInRefused,
)
from core.secret import Secret
from tests.core.batch.conftest import Source
from tests.standin.batch_service import ENDPOINT
from tests.standin.blob_service import ACCOUNT, ACCOUNT_KEY, CONTAINER, BlobService
from tests.standin.certificates import self_signed
from tests.standin.rest_server import RestServer


@pytest.fixture
def blobs():
    return BlobService()


@pytest.fixture
def store(blobs, tmp_path, monkeypatch):
    """A storage account that is encrypted, as a sign-in needs it."""
    certificate = self_signed(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.file))
    with RestServer(blobs.answer, tls=certificate.server) as server:
        yield Store("workspaceblobstore", ACCOUNT, f"{server.url}/{ACCOUNT}", CONTAINER)


def no_key():
    raise AssertionError("the key was asked for")


def test_a_sign_in_with_the_right_role_opens_it_without_the_key(store, blobs, tmp_path):
    blobs.takes_tokens = True
    container = open_container(store, Source(), no_key, "mip-batch/x")
    file = tmp_path / "batch_input_001.csv"
    file.write_bytes(b"0,abc,lung\n" * 3)
    container.send("mip-batch/x/inputs/batch_input_001.csv", file)
    held = container.held("mip-batch/x/")
    assert [blob.size for blob in held.values()] == [33]
    assert container.delete("mip-batch/x/") == 1
    container.close()
    assert blobs.blobs == {}


def test_where_the_sign_in_is_refused_the_workspaces_key_opens_it(store):
    container = open_container(store, Source(), lambda: Secret(ACCOUNT_KEY), "mip-batch/x")
    assert container.held("mip-batch/x") == {}
    container.close()


def test_where_the_workspace_keeps_no_key_the_role_is_named(store):
    alone = Store(store.datastore, store.account, store.url, store.container, identity_only=True)
    with pytest.raises(SignInRefused, match="403: AuthorizationPermissionMismatch") as told:
        open_container(alone, Source(), no_key, "mip-batch/x")
    assert "Storage Blob Data Contributor" in told.value.next_step


def test_without_the_library_the_sentence_says_what_to_install(store, monkeypatch):
    monkeypatch.setitem(sys.modules, "azure.storage.blob", None)
    with pytest.raises(SettingsError) as told:
        open_container(store, Source(), no_key, "mip-batch/x")
    assert told.value.next_step == "Run: pip install -r requirements-azure.txt"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, SignInRefused),
        (403, SignInRefused),
        (404, EndpointNotFound),
        (409, ArmRefused),
        (412, ArmRefused),
        (429, ServiceFault),
        (503, ServiceFault),
    ],
)
def test_every_refusal_is_a_sentence_with_the_account(status, kind):
    class Response:
        status_code = status
        reason = "no"

    problem = HttpResponseError(message="holds a signed request", response=Response())
    told = failure_of_storage(problem, "account.blob.core.windows.net")
    assert type(told) is kind
    assert "account.blob.core.windows.net" in told.what
    assert "signed request" not in f"{told} {told.details}"


def test_no_connection_and_no_space_are_told_apart():
    lost = failure_of_storage(ServiceRequestError("sig=secret"), "account")
    assert isinstance(lost, ConnectionFailed)
    assert "secret" not in f"{lost} {lost.details}"
    full = failure_of_storage(OSError(28, "No space left on device"), "account")
    assert isinstance(full, ExportError)
    assert "No space left" in full.what


def store_of(bench):
    arm = ArmClient(Source(), bench.service.url)
    try:
        return default_store(arm, ResourceId.parse(ENDPOINT))
    finally:
        arm.close()


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "evil.example"},
        {"accountName": "host/../.."},
        {"containerName": "a?b"},
        {"datastoreType": "AzureFile"},
        {"isDefault": False},
    ],
    ids=str,
)
def test_a_datastore_that_is_no_blob_container_of_azure_gets_no_token(bench, change, monkeypatch):
    real = bench.service._datastore()
    changed = {"name": real["name"], "properties": real["properties"] | change}
    monkeypatch.setattr(bench.service, "_datastore", lambda: changed)
    with pytest.raises(ArmRefused):
        store_of(bench)


def test_a_datastore_in_azure_has_its_account_in_its_host(bench, monkeypatch):
    real = bench.service._datastore()
    properties = real["properties"] | {"endpoint": "core.windows.net", "protocol": "https"}
    monkeypatch.setattr(
        bench.service, "_datastore", lambda: {"name": "main", "properties": properties}
    )
    store = store_of(bench)
    assert store.url == f"https://{ACCOUNT}.blob.core.windows.net"
    assert not store.identity_only
