"""The dry run: Azure itself says what the template would create, and nothing is created."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.arm.answers import told
from core.arm.versions import DEPLOYMENTS
from core.deploy.template import deployment_path, request_of
from core.errors import ArmRefused

if TYPE_CHECKING:
    from core.arm.client import ArmClient
    from core.backends.base import RunControl
    from core.deploy.plan import DeployPlan

_UNTOUCHED = frozenset({"ignore", "nochange", "noeffect", "unsupported"})


@dataclass(frozen=True)
class Change:
    """What would become of one resource.

    Attributes:
        action: ``"Create"``, ``"Modify"``, ``"NoChange"`` ... as Azure says.
        kind: Type of the resource.
        name: Its name, with those above it.
        values: What it would be, flat: ``("properties.authMode", "Key")``.
        differences: For one that is there: path, before, after.
    """

    action: str
    kind: str
    name: str
    values: tuple[tuple[str, str], ...] = ()
    differences: tuple[tuple[str, str, str], ...] = field(default=())

    @property
    def touches(self) -> bool:
        """Whether anything is created or changed."""
        return self.action.lower() not in _UNTOUCHED


def dry_run(arm: ArmClient, plan: DeployPlan, control: RunControl) -> tuple[Change, ...]:
    """Have Azure check a plan and say what it would do.

    The template and parameters are those of the real run.

    Args:
        arm: Azure, as whoever is signed in.
        plan: What is to be deployed.
        control: Countdown and cancel.

    Returns:
        The resources that the plan is about; what else is in the resource group is left out.

    Raises:
        ArmRefused: Azure would not deploy it; nothing is changed.
        BackendError: As :meth:`ArmClient.call` does.
        Cancelled: The user stopped waiting.
    """
    path, body = deployment_path(plan.endpoint_id), request_of(plan)
    begun = arm.call("POST", f"{path}/validate", DEPLOYMENTS, body)
    _check(arm.finish(begun, DEPLOYMENTS, control).body)
    begun = arm.call("POST", f"{path}/whatIf", DEPLOYMENTS, body)
    properties = arm.finish(begun, DEPLOYMENTS, control).body.get("properties")
    found = properties.get("changes") if isinstance(properties, Mapping) else None
    changes = [_change(c) for c in found or () if isinstance(c, Mapping)]
    return tuple(change for change in changes if change.action.lower() != "ignore")


def _check(body: Mapping[str, Any]) -> None:
    """Raise when a check ended well as a call and told of an error all the same."""
    code, message = told(body)
    if code or message:
        raise ArmRefused(
            f"Azure would not deploy it: {message or code}",
            "Change what it names and check again; nothing was created.",
            details=code,
        )


def _change(body: Mapping[str, Any]) -> Change:
    after = body.get("after") or body.get("before")
    after = after if isinstance(after, Mapping) else {}
    kind, name = _taken_apart(str(body.get("resourceId") or ""))
    values = {k: v for k, v in after.items() if k not in {"id", "name", "type"}}
    return Change(
        str(body.get("changeType") or ""),
        kind,
        name,
        tuple(_flat("", values)),
        tuple(_differences(body.get("delta"), "")),
    )


def _taken_apart(resource_id: str) -> tuple[str, str]:
    """Type and name behind the last provider of an id."""
    provider, *rest = resource_id.rpartition("/providers/")[2].split("/")
    return "/".join((provider, *rest[::2])), "/".join(rest[1::2])


def _flat(path: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        pairs = (_flat(f"{path}.{key}" if path else str(key), v) for key, v in value.items())
        return [pair for found in pairs for pair in found]
    return [(path, _said(value))]


def _differences(found: object, above: str) -> list[tuple[str, str, str]]:
    """The changed values; an array or object that changed inside has its own list."""
    rows: list[tuple[str, str, str]] = []
    for item in found if isinstance(found, list) else ():
        path = f"{above}.{item.get('path')}" if above else str(item.get("path"))
        if item.get("children"):
            rows += _differences(item["children"], path)
        else:
            rows.append((path, _said(item.get("before")), _said(item.get("after"))))
    return rows


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "none" if value is None or value == {} else str(value)
