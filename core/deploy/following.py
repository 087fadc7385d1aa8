"""Starting a deployment and following it; it goes on in Azure whether anyone looks or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.arm.answers import told
from core.arm.versions import DEPLOYMENTS
from core.backends.retry import Clock, pause
from core.deploy.template import deployment_path, request_of
from core.errors import ArmRefused, ConnectionFailed, ServiceFault

if TYPE_CHECKING:
    from core.arm.client import ArmClient
    from core.arm.resource_id import ResourceId
    from core.backends.base import RunControl
    from core.deploy.plan import DeployPlan

_POLL_S = 15.0
_BLIPS = 8
"""Failed looks in a row after which the watching is given up: two minutes."""

_ENDS = frozenset({"succeeded", "failed", "canceled"})
_KINDS = {"onlineendpoints": "Endpoint", "deployments": "Deployment", "roleassignments": "Role"}


@dataclass(frozen=True)
class Step:
    """One resource of the deployment.

    Attributes:
        what: ``"Endpoint"``, ``"Deployment"``, ``"Traffic"`` or ``"Role"``.
        name: Of the resource.
        state: ``"Running"``, ``"Succeeded"`` or ``"Failed"``.
        reason: Why it failed, with Azure's words, or empty.
    """

    what: str
    name: str
    state: str
    reason: str = ""


@dataclass(frozen=True)
class Standing:
    """How far a deployment is.

    Attributes:
        state: Of the whole: ``"Running"``, ``"Succeeded"``, ``"Failed"`` or ``"Canceled"``.
        steps: What has been begun, in order.
        reason: Why the whole failed, or empty.
    """

    state: str
    steps: tuple[Step, ...] = ()
    reason: str = ""

    @property
    def finished(self) -> bool:
        """Whether nothing more happens."""
        return self.state.lower() in _ENDS


def start(arm: ArmClient, plan: DeployPlan) -> None:
    """Have Azure begin. From here on it costs money.

    Raises:
        ArmRefused: Azure refused it, or a deployment of this endpoint is still under way.
        BackendError: As :meth:`ArmClient.call` does.
    """
    arm.call("PUT", deployment_path(plan.endpoint_id), DEPLOYMENTS, request_of(plan))


def standing(arm: ArmClient, endpoint: ResourceId) -> Standing:
    """How far the deployment of an endpoint is; works after a restart of the program too.

    Raises:
        EndpointNotFound: No deployment of this endpoint was started with this program.
        BackendError: As :meth:`ArmClient.call` does.
    """
    path = deployment_path(endpoint)
    body = arm.call("GET", path, DEPLOYMENTS).body
    properties = body.get("properties")
    properties = properties if isinstance(properties, Mapping) else {}
    steps = [_step(item) for item in arm.pages(f"{path}/operations", DEPLOYMENTS)]
    state = str(properties.get("provisioningState") or "Running")
    return Standing(
        state if state.lower() in _ENDS else "Running",
        tuple(step for step in steps if step is not None),
        told(properties)[1],
    )


def follow(
    arm: ArmClient,
    endpoint: ResourceId,
    control: RunControl,
    tell: Callable[[Standing], None],
    *,
    clock: Clock | None = None,
) -> Standing:
    """Watch a deployment to its end, which takes 10 to 30 minutes.

    Args:
        arm: Azure, as whoever is signed in.
        endpoint: Whose deployment.
        control: Cancelling stops the watching, not the deployment.
        tell: Called with each new standing.
        clock: Where the time of pauses comes from.

    Returns:
        The last standing, which succeeded.

    Raises:
        ArmRefused: The deployment failed, with Azure's words.
        Cancelled: The user stopped watching.
        BackendError: Azure could not be asked for minutes.
    """
    blips = 0
    while True:
        try:
            now = standing(arm, endpoint)
        except (ConnectionFailed, ServiceFault):
            # Half an hour is long: one lost look must not end it.
            blips += 1
            if blips > _BLIPS:
                raise
        else:
            blips = 0
            tell(now)
            if now.finished:
                check(now)
                return now
        pause(_POLL_S, "Azure is working on it.", control, clock or Clock())


def check(end: Standing) -> None:
    """Raise when a deployment has not succeeded.

    Raises:
        ArmRefused: With the words of Azure that say most.
    """
    if end.state.lower() == "succeeded":
        return
    why = next((step.reason for step in end.steps if step.reason), "") or end.reason
    raise ArmRefused(
        f"The deployment {'was stopped' if end.state.lower() == 'canceled' else 'failed'}: "
        f"{why or 'Azure gave no reason.'}",
        "A failed deployment cannot be mended: delete the endpoint, change what is named, and "
        "deploy again. What was created may cost money until then.",
        details="; ".join(f"{step.what} {step.name}: {step.state}" for step in end.steps),
    )


def _step(item: Mapping[str, Any]) -> Step | None:
    """One operation, or None for the one that closes the list and has no resource."""
    properties = item.get("properties")
    properties = properties if isinstance(properties, Mapping) else {}
    target = properties.get("targetResource")
    if not isinstance(target, Mapping):
        return None
    kind = str(target.get("resourceType") or "")
    what = _KINDS.get(kind.rpartition("/")[2].lower(), kind)
    name = str(target.get("resourceName") or "").rpartition("/")[2]
    if kind.lower() == "microsoft.resources/deployments":
        what, name = "Traffic", name.removesuffix("-traffic")
    message = properties.get("statusMessage")
    reason = told(message)[1] if isinstance(message, Mapping) else ""
    return Step(what, name, str(properties.get("provisioningState") or ""), reason)
