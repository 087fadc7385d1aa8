"""Whether the account has a role that lets it use the endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.arm.versions import AUTHORIZATION
from core.doctor.finding import Finding, failed, ok, skipped
from core.doctor.management import ask
from core.doctor.permissions import allows

if TYPE_CHECKING:
    from core.arm import ArmClient, ResourceId
    from core.doctor.case import Case

STEP = "Role"

_ENDPOINTS = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints"
SCORE = f"{_ENDPOINTS}/score/action"
"""Needed with a token of Entra (Learn, "Authenticate clients for online endpoints")."""

TOKEN = f"{_ENDPOINTS}/token/action"
"""Needed to fetch the workspace's own token, which then needs no role."""

_SUGGESTED = "AzureML Data Scientist"


def look_at_role(case: Case) -> Finding:
    """Ask Azure what the account may do with the endpoint."""
    if case.settings.sign_in == "key":
        return skipped(STEP, "A key needs no role.")
    wanted = TOKEN if case.settings.sign_in == "workspace" else SCORE
    found = ask(case, STEP, _permissions)
    if isinstance(found, Finding):
        return found
    if allows(found, wanted):
        return ok(STEP, f"The account may use the endpoint ({_short(wanted)}).")
    return failed(
        STEP,
        f"The account has no role that lets it use the endpoint ({_short(wanted)}).",
        f'Have an owner run az role assignment create --role "{_SUGGESTED}" --assignee ACCOUNT '
        "--scope RESOURCE-ID, or give it in the portal: the endpoint, Access control (IAM); it "
        "takes some minutes to work.",
    )


def _permissions(arm: ArmClient, endpoint: ResourceId) -> list[Any]:
    """What all roles of the account together allow (``Permissions_ListForResource``)."""
    path = f"{endpoint.path}/providers/Microsoft.Authorization/permissions"
    return list(arm.pages(path, AUTHORIZATION))


def _short(action: str) -> str:
    return action.partition("/workspaces/")[2]
