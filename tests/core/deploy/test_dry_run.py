"""The dry run: exact resources, nothing created, and the same request as the real run."""

import pytest

from core.backends.base import RunControl
from core.deploy.dry_run import dry_run
from core.deploy.following import start
from core.deploy.review import review, settings_of
from core.deploy.skus import sku_named
from core.errors import ArmRefused, Cancelled, SignInRefused
from tests.core.deploy.deploy_samples import SOMEONE, plan
from tests.standin.arm_world import Deployed, Endpoint
from tests.standin.rest_server import Answered


def test_the_exact_resources_are_named_and_none_is_created(connect):
    azure, arm = connect()
    changes = dry_run(arm, plan(auth="entra", scoring_users=(SOMEONE,)), RunControl())
    assert [(change.action, change.kind.rpartition("/")[2]) for change in changes] == [
        ("Create", "onlineEndpoints"),
        ("Create", "deployments"),
        ("Create", "roleAssignments"),
    ]
    endpoint, deployment, role = (dict(change.values) for change in changes)
    assert changes[1].name == "ws-radiology/mip-1/medimageparse-v17"
    assert endpoint["properties.authMode"] == "AADToken"
    assert endpoint["properties.traffic.medimageparse-v17"] == "100"
    assert deployment["properties.requestSettings.requestTimeout"] == "PT1M30S"
    assert deployment["properties.livenessProbe.initialDelay"] == "PT10M"
    assert deployment["properties.readinessProbe.initialDelay"] == "PT10M"
    assert deployment["properties.environmentVariables.WORKER_COUNT"] == "8"
    assert deployment["properties.appInsightsEnabled"] == "false"
    assert role["properties.principalId"] == SOMEONE
    assert role["properties.roleDefinitionId"].endswith("f6c7c914-8db3-469d-8ca1-694a8f32e121")
    assert not azure.resources
    assert not azure.asked_for("PUT", "")


def test_the_dry_run_sends_what_the_real_run_sends(connect):
    azure, arm = connect()
    dry_run(arm, plan(), RunControl())
    start(arm, plan())
    bodies = [asked.json for asked in azure.asked if asked.body and asked.body != b"null"]
    assert len(bodies) == 3
    assert bodies[0] == bodies[1] == bodies[2]


def test_what_is_there_already_is_told_with_what_would_change(connect):
    _, arm = connect(endpoints=[Endpoint("mip-1")])
    endpoint, deployment = dry_run(arm, plan(instances=2), RunControl())
    assert endpoint.action == "NoChange"
    assert not endpoint.touches
    assert deployment.differences == (("sku.capacity", "1", "2"),)


def test_a_right_that_is_missing_is_named_before_anything_is_created(connect):
    from core.arm import ResourceId

    scope = ResourceId.parse(Endpoint("mip-1").path)
    azure, arm = connect(denied=[f"{scope.path}/providers/Microsoft.Authorization"])
    with pytest.raises(SignInRefused, match="roleAssignments/write"):
        dry_run(arm, plan(auth="entra", scoring_users=(SOMEONE,)), RunControl())
    assert not azure.resources


def test_a_check_that_answers_with_an_error_inside_is_a_refusal(connect):
    azure, arm = connect()
    error = {"code": "InvalidTemplateDeployment", "message": "The size is not offered here"}
    azure.deployments.answer = lambda asked, path: Answered(200, {"error": error})
    with pytest.raises(ArmRefused, match="The size is not offered here"):
        dry_run(arm, plan(), RunControl())


def test_the_dry_run_can_be_stopped(connect):
    _, arm = connect()
    with pytest.raises(Cancelled):
        dry_run(arm, plan(), RunControl(is_cancelled=lambda: True))


def test_a_review_has_everything_that_one_should_have_read(connect):
    _, arm = connect()
    found = review(arm, plan(), RunControl())
    assert found.changes
    assert found.warnings == ()
    assert found.quota.free(found.plan.sku) == 80
    words = dict(settings_of(found.plan))
    assert words["Machine"] == "1 x Standard_NC40ads_H100_v5 (1 x H100, 40 cores)"
    assert words["May score"] == "whoever has the key"


def test_too_little_quota_is_a_warning_with_the_numbers(connect):
    _, arm = connect()
    (warning,) = review(arm, plan(sku=sku_named("Standard_NC24ads_A100_v4")), RunControl()).warnings
    assert "24 cores needed, 0 free in eastus2" in warning
    assert "standardNCADSA100v4Family" in warning


def test_shared_quota_needs_none_of_ones_own(connect):
    from datetime import UTC, datetime

    _, arm = connect(usages={})
    shared = plan(delete_at=datetime(2026, 12, 2, 12, tzinfo=UTC))
    assert review(arm, shared, RunControl()).warnings == ()
    assert "2 December 2026, 12:00 UTC" in dict(settings_of(shared))["Deleted"]


@pytest.mark.parametrize(
    ("state", "said"), [("Succeeded", "exists already"), ("Failed", "delete the endpoint first")]
)
def test_an_endpoint_of_the_same_name_is_a_warning(connect, state, said):
    _, arm = connect(endpoints=[Endpoint("mip-1", deployments=(Deployed(state=state),))])
    (warning,) = review(arm, plan(), RunControl()).warnings
    assert said in warning
