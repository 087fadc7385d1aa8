"""Each way to sign in, through the real azure-identity, to services on this machine."""

import json
import os
import stat

import pytest

from core.errors import SettingsError, SignInRefused
from core.signin import ARM_SCOPE, ML_SCOPE, identity_of, open_sign_in
from tests.standin.rest_server import Answered
from tests.standin.token_service import APP, IDENTITY_HEADER, PERSON, SECRET, TENANT, jwt


@pytest.fixture
def signed(monkeypatch):
    """Open a way with this process's environment; everything is closed afterwards."""
    opened = []

    def sign(way, **options):
        opened.append(open_sign_in(way, os.environ, **options))
        return opened[-1]

    yield sign
    for source in opened:
        source.close()


@pytest.fixture
def application(service, bare):
    for name, value in (("TENANT_ID", TENANT), ("CLIENT_ID", APP), ("CLIENT_SECRET", SECRET)):
        bare.setenv(f"AZURE_{name}", value)
    return service


@pytest.fixture
def az(tmp_path, bare):
    """Put a program of the name ``az`` on the PATH: ``az("echo ...")``."""

    def make(script):
        file = tmp_path / "az"
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        bare.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return make


def az_token(n=1):
    return json.dumps({"accessToken": jwt({"upn": PERSON, "n": n}), "expires_on": 4_000_000_000})


def test_an_application_signs_in_with_its_secret(application, signed):
    source = signed("secret")
    token = source.token(ML_SCOPE)
    assert token == application.given[0]
    assert identity_of(token).kind == "app"
    asked = application.asked[-1].form
    assert (asked["grant_type"], asked["scope"]) == ("client_credentials", ML_SCOPE)


def test_a_renewed_token_is_past_the_librarys_own_cache(application, signed):
    source = signed("secret")
    first = source.token(ML_SCOPE)
    source.forget(ML_SCOPE, first)
    assert source.token(ML_SCOPE) == application.given[1] != first


def test_two_sessions_of_one_application_have_tokens_of_their_own(application, signed):
    assert signed("secret").token(ML_SCOPE) != signed("secret").token(ML_SCOPE)


def test_a_wrong_secret_is_explained_and_never_shown(application, signed, bare, caplog):
    caplog.set_level("DEBUG")
    bare.setenv("AZURE_CLIENT_SECRET", "canary-wrong-secret")
    with pytest.raises(SignInRefused, match="client secret is wrong") as caught:
        signed("secret").token(ML_SCOPE)
    assert "AZURE_CLIENT_SECRET" in caught.value.next_step
    assert "AADSTS7000215" in caught.value.details
    assert "0f0f0f0f-1111-2222-3333-444444444444" in caught.value.details
    told = f"{caught.value} {caught.value.details} {caught.value.__context__!r} {caplog.text}"
    assert "canary" not in told


@pytest.mark.parametrize(
    ("way", "missing"),
    [("secret", "AZURE_CLIENT_SECRET"), ("workload", "AZURE_FEDERATED_TOKEN_FILE")],
)
@pytest.mark.usefixtures("bare")
def test_what_a_way_needs_and_lacks_is_named(signed, way, missing):
    with pytest.raises(SettingsError, match=missing):
        signed(way)


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("way", ["key", "oracle"])
def test_a_way_that_is_none_is_refused_with_those_that_are(signed, way):
    with pytest.raises(SettingsError, match="auto, cli"):
        signed(way)


def test_a_tenant_that_is_none_is_a_sentence(application, signed, bare):
    bare.setenv("AZURE_TENANT_ID", "no tenant/at all")
    for way in ("secret", "auto", "cli"):
        with pytest.raises(SettingsError, match="AZURE_TENANT_ID"):
            signed(way)


def test_a_workload_signs_in_with_its_token_file(service, signed, bare, tmp_path):
    file = tmp_path / "assertion"
    file.write_text("invented-assertion")
    bare.setenv("AZURE_TENANT_ID", TENANT)
    bare.setenv("AZURE_CLIENT_ID", APP)
    bare.setenv("AZURE_FEDERATED_TOKEN_FILE", str(file))
    assert signed("workload").token(ML_SCOPE) == service.given[0]
    file.write_text("another")
    with pytest.raises(SignInRefused, match="does not know this workload"):
        signed("workload").token(ML_SCOPE)
    file.unlink()
    with pytest.raises(SignInRefused, match="workload identity gave no token"):
        signed("workload").token(ML_SCOPE)


@pytest.fixture
def app_service(service, bare):
    """The identity service of Azure App Service, which speaks http on the machine itself."""
    from tests.standin.token_service import TokenService

    with TokenService() as running:
        bare.setenv("IDENTITY_ENDPOINT", f"{running.url}/msi/token")
        bare.setenv("IDENTITY_HEADER", IDENTITY_HEADER)
        yield running


def test_a_machine_signs_in_with_its_managed_identity(app_service, signed):
    assert signed("managed").token(ML_SCOPE) == app_service.given[0]
    assert app_service.asked[0].query["resource"] == "https://ml.azure.com"


def test_the_computers_sign_in_finds_a_managed_identity_that_the_environment_names(
    app_service, signed
):
    assert signed("auto").token(ARM_SCOPE) == app_service.given[0]


def test_an_identity_service_that_refuses_is_a_sentence(app_service, signed):
    app_service.answer = lambda _asked: Answered(400, {"statusCode": 400, "message": "canary"})
    with pytest.raises(SignInRefused, match="no managed identity") as caught:
        signed("managed").token(ML_SCOPE)
    assert "canary" not in f"{caught.value} {caught.value.details}"


def test_the_azure_cli_gives_its_token(signed, az):
    az(f"echo '{az_token()}'")
    assert identity_of(signed("cli").token(ML_SCOPE)).name == PERSON


def test_the_azure_cli_is_not_started_for_every_request(signed, az, tmp_path):
    az(f"echo asked >> {tmp_path}/asked; echo '{az_token()}'")
    source = signed("cli")
    for _ in range(20):
        source.token(ML_SCOPE)
    assert (tmp_path / "asked").read_text() == "asked\n"


def test_the_azure_cli_is_told_the_tenant(signed, az, bare, tmp_path):
    bare.setenv("AZURE_TENANT_ID", TENANT)
    az(f"echo \"$@\" > {tmp_path}/asked; echo '{az_token()}'")
    signed("cli").token(ML_SCOPE)
    asked = (tmp_path / "asked").read_text()
    assert f"--resource https://ml.azure.com --tenant {TENANT}" in asked


@pytest.mark.parametrize(
    ("script", "what", "next_step"),
    [
        (None, "not installed", "az login"),
        ("echo \"Please run 'az login' to setup account.\" >&2; exit 1", "Nobody", "az login"),
        ("echo 'AADSTS50076: more proof' >&2; exit 1", "second factor", "az login --scope"),
        ("echo 'AADSTS700082: unused' >&2; exit 1", "has ended", "az login"),
        ('echo \'{"accessToken":"canary"}\'', "gave no token", "az account get-access-token"),
        ("echo canary >&2; exit 3", "gave no token", "az account get-access-token"),
    ],
)
@pytest.mark.usefixtures("bare")
def test_what_stands_in_the_way_of_the_azure_cli_is_told_with_the_command(
    signed, az, caplog, *, script, what, next_step
):
    caplog.set_level("DEBUG")
    if script is not None:
        az(script)
    with pytest.raises(SignInRefused, match=what) as caught:
        signed("cli").token(ML_SCOPE)
    assert next_step in caught.value.next_step
    assert "canary" not in f"{caught.value} {caught.value.details} {caplog.text}"


def test_the_computers_sign_in_takes_the_azure_cli_when_nothing_else_is_there(signed, az):
    az(f"echo '{az_token()}'")
    assert identity_of(signed("auto").token(ML_SCOPE)).name == PERSON


def test_the_computers_sign_in_takes_an_application_from_the_environment(application, signed):
    assert signed("auto").token(ML_SCOPE) == application.given[0]


@pytest.mark.usefixtures("bare")
def test_when_nothing_signs_in_it_is_told_what_was_tried_and_what_to_do(signed):
    with pytest.raises(SignInRefused) as caught:
        signed("auto").token(ML_SCOPE)
    assert caught.value.what.endswith("Tried: the environment, the Azure CLI.")
    assert "az login" in caught.value.next_step


@pytest.mark.parametrize(
    ("chosen", "tried"), [("prod", "the environment"), ("AzureCliCredential", "the Azure CLI")]
)
def test_the_operators_own_choice_of_credentials_is_kept(signed, bare, chosen, tried):
    bare.setenv("AZURE_TOKEN_CREDENTIALS", chosen)
    bare.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:9/msi/token")  # keeps it off the network
    bare.setenv("IDENTITY_HEADER", IDENTITY_HEADER)
    with pytest.raises(SignInRefused, match=f"Tried: {tried}"):
        signed("auto").token(ML_SCOPE)


@pytest.mark.parametrize("chosen", ["oracle", "InteractiveBrowserCredential"])
def test_a_choice_of_credentials_that_cannot_be_is_refused(signed, bare, chosen):
    bare.setenv("AZURE_TOKEN_CREDENTIALS", chosen)
    with pytest.raises(SettingsError, match="AZURE_TOKEN_CREDENTIALS"):
        signed("auto")
