"""The template that is deployed, and the requests that carry it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import SettingsError

if TYPE_CHECKING:
    from core.arm.resource_id import ResourceId
    from core.deploy.plan import DeployPlan

TEMPLATE = Path(__file__).resolve().parents[2] / "deploy" / "medimageparse.json"


def request_of(plan: DeployPlan) -> dict[str, Any]:
    """The body for validate, what-if and deployment: one and the same.

    Raises:
        SettingsError: The template is not beside the program.
    """
    return {
        "properties": {
            "mode": "Incremental",
            "template": _template(),
            "parameters": plan.parameters,
        }
    }


def deployment_path(endpoint: ResourceId) -> str:
    """Where Azure keeps the record of an endpoint's deployment.

    The name follows from the endpoint's, so that it is found again after a restart, and two runs
    at once are refused.
    """
    return (
        f"/subscriptions/{endpoint.subscription}/resourceGroups/{endpoint.group}"
        f"/providers/Microsoft.Resources/deployments/workbench-{endpoint.endpoint}"
    )


def _template() -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(TEMPLATE.read_text(encoding="utf-8"))
    except OSError:
        raise SettingsError(
            "The template deploy/medimageparse.json is not beside the program.",
            "Take it from the repository, or run the program from its folder.",
        ) from None
    return found
