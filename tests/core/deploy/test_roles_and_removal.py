"""Letting people score, and deleting an endpoint."""

import pytest

from core.arm.find import find_endpoints
from core.backends.base import RunControl
from core.deploy.following import start
from core.deploy.removal import delete
from core.deploy.roles import SCORING_ROLE_ID, assignment_name, grant
from core.errors import ArmRefused, InputError, SettingsError, SignInRefused
from tests.core.deploy.deploy_samples import SOMEONE, WORKSPACE, plan
from tests.standin.arm_world import Endpoint

ENDPOINT = plan().endpoint_id


def test_a_grant_is_made_once(connect):
    azure, arm = connect(endpoints=[Endpoint("mip-1")])
    assert grant(arm, ENDPOINT, SOMEONE)
    assert not grant(arm, ENDPOINT, SOMEONE)
    first, second = azure.asked_for("PUT", "roleAssignments")
    assert first.path == second.path
    assert first.json["properties"]["roleDefinitionId"].endswith(SCORING_ROLE_ID)


def test_a_grant_of_the_template_and_one_by_hand_are_the_same(connect):
    azure, arm = connect(polls=0)
    start(arm, plan(auth="entra", scoring_users=(SOMEONE,)))
    arm.call("GET", f"{azure.asked[-1].path}", "2024-03-01")
    (made,) = [key for key in azure.resources if "/roleassignments/" in key]
    assert made.rpartition("/")[2] == assignment_name(ENDPOINT, SOMEONE)
    assert not grant(arm, ENDPOINT, SOMEONE)


def test_a_role_that_was_given_in_the_portal_is_no_error(connect):
    azure, arm = connect(endpoints=[Endpoint("mip-1")])
    grant(arm, ENDPOINT, SOMEONE)
    key = next(key for key in azure.resources if "/roleassignments/" in key)
    azure.resources[key.replace(assignment_name(ENDPOINT, SOMEONE), "by-hand")] = (
        azure.resources.pop(key)
    )
    assert not grant(arm, ENDPOINT, SOMEONE)


def test_only_who_may_can_grant(connect):
    scope = f"{ENDPOINT.path}/providers/Microsoft.Authorization"
    _, arm = connect(endpoints=[Endpoint("mip-1")], denied=[scope])
    with pytest.raises(SignInRefused, match="may not do that"):
        grant(arm, ENDPOINT, SOMEONE)


def test_an_address_is_no_object_id(connect):
    azure, arm = connect(endpoints=[Endpoint("mip-1")])
    with pytest.raises(SettingsError, match=r"az ad user show --id someone@example\.org"):
        grant(arm, ENDPOINT, "someone@example.org")
    assert not azure.asked


def test_an_endpoint_is_deleted_with_all_that_is_behind_it(connect):
    azure, arm = connect(endpoints=[Endpoint("mip-1"), Endpoint("mip-10")], polls=2)
    delete(arm, ENDPOINT, " mip-1 ", RunControl())
    assert [e.name for e in find_endpoints(arm, WORKSPACE).endpoints] == ["mip-10"]
    assert len(azure.resources) == 2


@pytest.mark.parametrize("typed", ["", "MIP-1", "mip-10", "yes"])
def test_without_its_exact_name_nothing_is_deleted(connect, typed):
    azure, arm = connect(endpoints=[Endpoint("mip-1")])
    with pytest.raises(InputError, match="is not mip-1"):
        delete(arm, ENDPOINT, typed, RunControl())
    assert not azure.asked


def test_a_workspace_cannot_be_deleted(connect):
    azure, arm = connect()
    with pytest.raises(InputError):
        delete(arm, WORKSPACE, "", RunControl())
    assert not azure.asked


def test_a_lock_on_the_endpoint_is_told(connect):
    from tests.standin.arm import error

    azure, arm = connect(endpoints=[Endpoint("mip-1")])
    azure.deployments.delete = lambda asked, path: error(409, "ScopeLocked", "It is locked")
    with pytest.raises(ArmRefused, match="It is locked"):
        delete(arm, ENDPOINT, "mip-1", RunControl())
