"""What Azure Resource Manager says about role, endpoint, deployments and limits."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from core.arm import ArmClient
from core.doctor import Checkup
from core.doctor.permissions import allows
from core.doctor.role import SCORE
from tests.core.doctor.cases import (
    AZURE,
    Source,
    fact,
    found_in,
    resolver,
    settings_for,
)
from tests.standin.arm import TOKEN, ArmStandIn
from tests.standin.arm_world import MODEL_3D, Deployed, Endpoint

ENTRA = Endpoint("mip", auth_mode="AADToken", scoring_url=AZURE)
SCIENTIST = {
    "actions": ["Microsoft.MachineLearningServices/workspaces/*/read",
                "Microsoft.MachineLearningServices/workspaces/*/action"],
    "notActions": ["Microsoft.MachineLearningServices/workspaces/delete"],
}  # fmt: skip
READER = {"actions": ["*/read"], "notActions": []}


def nowhere(*_args, **_more):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.fixture
def ask_azure(monkeypatch):
    """``ask_azure(endpoint, roles, sign_in=...)``: the steps, as Azure answers them."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "missing.pem")  # nothing else is connected to

    def ask(endpoint=ENTRA, roles=(SCIENTIST,), *, denied=(), public="Enabled", **settings):
        with ArmStandIn(endpoints=[endpoint], denied=denied) as azure:
            path = f"{endpoint.path}/providers/Microsoft.Authorization/permissions"
            azure.put({"id": path, "value": list(roles)})
            azure.resources[endpoint.path.lower()]["properties"]["publicNetworkAccess"] = public
            usual = {"key": None, "sign_in": "cli", "resource_id": endpoint.path, "concurrency": 8}
            source = Source(arm_token=TOKEN)
            arm = ArmClient(source, azure.url)
            checkup = Checkup(
                settings_for(AZURE, **usual | settings),
                source,
                arm,
                trial=False,
                resolve=resolver("20.1.2.3"),
            )
            try:
                return found_in(checkup)
            finally:
                arm.close()

    return ask


def test_an_endpoint_in_order_passes(ask_azure):
    found = ask_azure()
    for step in ("Role", "Endpoint", "Deployment", "Limits"):
        assert found[step].state == "ok", found[step]
    assert "onlineEndpoints/score/action" in found["Role"].what
    assert fact(found["Deployment"], "Traffic") == "medimageparse-v17 100 %"
    assert fact(found["Limits"], "medimageparse-v17: longest answer") == "90 s"
    assert fact(found["Limits"], "medimageparse-v17: machine") == "Standard_NC40ads_H100_v5"


def test_an_account_that_may_only_read_lacks_the_role(ask_azure):
    found = ask_azure(roles=[READER])
    assert found["Role"].state == "failed"
    assert 'az role assignment create --role "AzureML Data Scientist"' in found["Role"].next_step
    assert "Access control (IAM)" in found["Role"].next_step


def test_the_workspaces_token_needs_a_role_of_its_own(ask_azure):
    endpoint = replace(ENTRA, auth_mode="AMLToken")
    found = ask_azure(endpoint, [{"actions": [SCORE]}], sign_in="workspace")
    assert found["Role"].state == "failed"
    assert "onlineEndpoints/token/action" in found["Role"].what
    assert found["Endpoint"].state == "ok"


def test_what_may_not_be_looked_at_stays_unknown_and_names_nobody(ask_azure):
    found = ask_azure(denied=[ENTRA.place.path])
    assert found["Role"].state == found["Endpoint"].state == "unknown"
    assert "The client 'an account'" in found["Role"].what
    assert found["Deployment"].what == "Not looked at, since the step Endpoint stayed unknown."
    assert found["Sign-in"].state == "ok"


def test_without_a_resource_id_it_is_unknown_and_told_how_to_find_it(ask_azure):
    found = ask_azure(resource_id=None)
    assert found["Role"].state == found["Endpoint"].state == "unknown"
    assert "MIP_RESOURCE_ID" in found["Role"].next_step


def test_a_visitor_who_may_not_ask_azure_is_told_so():
    settings = settings_for(AZURE, key=None, sign_in="auto", resource_id=ENTRA.path)
    found = found_in(Checkup(settings, Source(), None, trial=False, resolve=nowhere))
    assert found["Role"].state == found["Endpoint"].state == "unknown"
    assert "this sign-in may not ask it" in found["Role"].what


def test_a_resource_id_of_a_workspace_is_not_enough(ask_azure):
    found = ask_azure(resource_id=ENTRA.place.path)
    assert "not that of an online endpoint" in found["Role"].what


def test_a_resource_id_of_something_that_is_gone_is_told(ask_azure):
    found = ask_azure(resource_id=f"{ENTRA.place.path}/onlineEndpoints/gone")
    assert found["Endpoint"].state == "unknown"
    assert "Azure knows no such thing" in found["Endpoint"].what


def test_an_endpoint_at_another_address_is_told_with_the_right_one(ask_azure):
    found = ask_azure(replace(ENTRA, scoring_url="https://b.eastus2.inference.ml.azure.com/score"))
    assert found["Endpoint"].state == "failed"
    assert "MIP_ENDPOINT to https://b.eastus2.inference.ml.azure.com" in found["Endpoint"].next_step


def test_an_endpoint_that_is_not_ready_is_told(ask_azure):
    found = ask_azure(replace(ENTRA, state="Failed"))
    assert found["Endpoint"].what == "Azure says that the endpoint mip is not ready (Failed)."
    assert "az ml online-endpoint show -n mip -g rg-imaging -w ws-" in found["Endpoint"].next_step


@pytest.mark.parametrize(
    ("mode", "way", "better"),
    [("Key", "cli", "key"), ("AADToken", "workspace", "auto"), ("AMLToken", "cli", "workspace")],
)
def test_an_endpoint_that_takes_another_sign_in_is_told(ask_azure, mode, way, better):
    found = ask_azure(replace(ENTRA, auth_mode=mode), sign_in=way)
    assert found["Endpoint"].state == "failed"
    assert f"Set MIP_SIGN_IN to {better}" in found["Endpoint"].next_step


def test_a_closed_endpoint_seen_at_a_public_address_is_told(ask_azure):
    found = ask_azure(public="Disabled")
    assert found["Endpoint"].state == "failed"
    assert "closed to the internet" in found["Endpoint"].what


def test_a_deployment_without_traffic_is_told_with_the_command(ask_azure):
    endpoint = replace(ENTRA, deployments=(Deployed(traffic=0),))
    found = ask_azure(endpoint)
    assert found["Deployment"].what == "No deployment of the endpoint gets requests."
    assert (
        "az ml online-endpoint update -n mip --traffic medimageparse-v17=100 -g rg-imaging"
        in found["Deployment"].next_step
    )
    named = ask_azure(endpoint, deployment="medimageparse-v17")
    assert named["Deployment"].state == "ok"


def test_an_endpoint_without_any_deployment_is_told(ask_azure):
    found = ask_azure(replace(ENTRA, deployments=()))
    assert found["Deployment"].state == "failed"
    assert "python -m core deploy" in found["Deployment"].next_step


def test_a_deployment_that_does_not_exist_is_told_with_those_that_do(ask_azure):
    found = ask_azure(deployment="blue")
    assert found["Deployment"].what == "The endpoint has no deployment named blue."
    assert "medimageparse-v17" in found["Deployment"].next_step


def test_a_deployment_that_is_still_made_is_told(ask_azure):
    found = ask_azure(replace(ENTRA, deployments=(Deployed(state="Creating"),)))
    assert "medimageparse-v17 is not ready (Creating)" in found["Deployment"].what
    assert "get-logs" in found["Deployment"].next_step


def test_a_deployment_of_the_volume_model_is_told(ask_azure):
    found = ask_azure(replace(ENTRA, deployments=(Deployed("mip3d", model=MODEL_3D),)))
    assert found["Deployment"].state == "failed"
    assert "MIP_3D_ENDPOINT" in found["Deployment"].next_step


def test_an_endpoint_on_shared_quota_says_when_it_is_deleted(ask_azure):
    shared = replace(ENTRA, properties={"SharedComputeCapacityEnabled": "true"})
    found = ask_azure(shared)
    assert fact(found["Endpoint"], "On shared quota, deleted on").startswith("27 November 2026")


def test_a_time_limit_that_is_too_short_is_told_with_the_command(ask_azure):
    found = ask_azure(replace(ENTRA, deployments=(Deployed(timeout="PT5S"),)))
    assert found["Limits"].state == "warning"
    assert "breaks off answers after 5 seconds" in found["Limits"].what
    assert "request_settings.request_timeout_ms=90000" in found["Limits"].next_step


@pytest.mark.parametrize(("concurrency", "state"), [(17, "warning"), (16, "ok"), (1, "ok")])
def test_load_is_compared_with_what_the_deployment_takes(ask_azure, concurrency, state):
    found = ask_azure(replace(ENTRA, deployments=(Deployed(instances=2),)), concurrency=concurrency)
    assert found["Limits"].state == state
    assert ("may be raised to 16" in found["Limits"].what) is (concurrency == 1)


def test_with_a_key_azure_is_not_asked_and_no_role_is_needed():
    found = found_in(Checkup(settings_for(AZURE), trial=False, resolve=nowhere))
    assert found["Role"].state == "skipped"
    assert "az login" in found["Endpoint"].next_step


def test_azure_that_cannot_be_reached_leaves_it_unknown(closed_port):
    source = Source()
    arm = ArmClient(source, f"http://127.0.0.1:{closed_port}")
    settings = settings_for(AZURE, key=None, sign_in="cli", resource_id=ENTRA.path)
    found = found_in(Checkup(settings, source, arm, resolve=nowhere))
    assert found["Endpoint"].state == "unknown"
    assert "refused the connection" in found["Endpoint"].what


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [
        ([{"actions": ["*"]}], True),
        ([{"actions": [SCORE.upper()]}], True),
        ([{"actions": ["*"], "notActions": ["*/score/action"]}], False),
        ([{"actions": ["*"], "notActions": ["*/action"]}, {"actions": [SCORE]}], True),
        ([{"actions": ["*/write"]}], False),
        ([{"actions": ["Microsoft.MachineLearningServices/*/action"]}], True),
        ([{"dataActions": [SCORE]}], False),
        ([{"actions": None}, {}], False),
        ([{"actions": ["Microsoft.MachineLearningServices/workspaces/onlineEndpoints"]}], False),
        ([], False),
    ],
)
def test_permissions_add_up_and_each_takes_out_its_own(permissions, allowed):
    assert allows(permissions, SCORE) is allowed
