"""Who may score: the role that an endpoint with Microsoft Entra needs, for named people."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from core.arm.versions import AUTHORIZATION
from core.deploy.plan import check_object_id
from core.errors import ArmRefused

if TYPE_CHECKING:
    from core.arm.client import ArmClient
    from core.arm.resource_id import ResourceId

SCORING_ROLE = "AzureML Data Scientist"
SCORING_ROLE_ID = "f6c7c914-8db3-469d-8ca1-694a8f32e121"
"""The built-in role with onlineEndpoints/score/action (Microsoft Learn, "Azure built-in roles")."""

_GUID_SPACE = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
"""Of guid() in templates (Microsoft Learn, "String functions for Bicep"), so that a grant of the
template and one by hand are the same assignment."""


def grant(arm: ArmClient, endpoint: ResourceId, user: str) -> bool:
    """Let somebody score; for the second time it changes nothing.

    Args:
        arm: Azure, as an owner of the endpoint or its resource group.
        endpoint: On which.
        user: Object id in Microsoft Entra of a person, group or application.

    Returns:
        False when they have the role there already.

    Raises:
        SettingsError: The user is not given as an object id.
        BackendError: As :meth:`ArmClient.call` does; Azure names the missing right.
    """
    check_object_id(user)
    name = assignment_name(endpoint, user)
    path = f"{endpoint.path}/providers/Microsoft.Authorization/roleAssignments/{name}"
    role = (
        f"/subscriptions/{endpoint.subscription}/providers/Microsoft.Authorization"
        f"/roleDefinitions/{SCORING_ROLE_ID}"
    )
    body = {"properties": {"principalId": user, "roleDefinitionId": role}}
    try:
        return arm.call("PUT", path, AUTHORIZATION, body).status == 201
    except ArmRefused as refusal:
        # Given under another name, in the portal for example.
        if "RoleAssignmentExists" in refusal.details:
            return False
        raise


def assignment_name(endpoint: ResourceId, user: str) -> str:
    """The name of an assignment: the same for the same endpoint and person, as in the template."""
    return str(uuid.uuid5(_GUID_SPACE, f"{endpoint.path.lower()}-{user}-{SCORING_ROLE_ID}"))
