"""All that somebody should have read before a deployment begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.arm.find import endpoint_at
from core.arm.inventory import spoken
from core.deploy.cost import CostLookup, cost_of
from core.deploy.dry_run import Change, dry_run
from core.deploy.quota import REQUEST_URL, Quota, quota_of
from core.errors import EndpointNotFound

if TYPE_CHECKING:
    from core.arm.client import ArmClient
    from core.arm.inventory import Endpoint
    from core.backends.base import RunControl
    from core.deploy.plan import DeployPlan


@dataclass(frozen=True)
class Review:
    """What Azure said to a plan.

    Attributes:
        plan: The plan.
        quota: Of the region.
        changes: What would be created or changed.
        warnings: Sentences on what stands in the way or may surprise.
        cost: Where the price is looked up.
    """

    plan: DeployPlan
    quota: Quota
    changes: tuple[Change, ...]
    warnings: tuple[str, ...]
    cost: CostLookup


def review(arm: ArmClient, plan: DeployPlan, control: RunControl) -> Review:
    """Read quota and what is there, and have Azure do a dry run.

    Raises:
        ArmRefused: Azure would not deploy it; nothing is changed.
        BackendError: As :meth:`core.arm.ArmClient.call` does.
        Cancelled: The user stopped waiting.
    """
    quota = quota_of(arm, plan.workspace, plan.location)
    there = _existing(arm, plan)
    control.checkpoint()
    changes = dry_run(arm, plan, control)
    warnings = (*_of_quota(plan, quota), *_of_existing(plan, there))
    return Review(plan, quota, changes, warnings, cost_of(plan))


def settings_of(plan: DeployPlan) -> tuple[tuple[str, str], ...]:
    """A plan in words: label and value."""
    entra = "Microsoft Entra: everybody as themselves, with the scoring role"
    otherwise = "whoever has the key" if plan.auth == "key" else "whoever has the role already"
    return (
        ("Workspace", f"{plan.workspace.workspace} ({plan.location})"),
        ("Endpoint", plan.endpoint),
        ("Model", plan.model.id),
        ("Machine", f"{plan.instances} x {plan.sku.name} ({plan.sku.summary})"),
        ("Requests at once", f"{plan.concurrency} a machine, with as many workers"),
        ("Longest request", f"{plan.model.timeout_s} s"),
        ("Sign-in", "Key of the endpoint" if plan.auth == "key" else entra),
        ("May score", ", ".join(plan.scoring_users) or otherwise),
        ("Deleted", _deleted(plan)),
    )


def _deleted(plan: DeployPlan) -> str:
    if plan.delete_at is None:
        return "when you delete it"
    return f"by Azure on {spoken(plan.delete_at)}, 168 hours after creation"


def _existing(arm: ArmClient, plan: DeployPlan) -> Endpoint | None:
    try:
        return endpoint_at(arm, plan.endpoint_id)
    except EndpointNotFound:
        return None


def _of_quota(plan: DeployPlan, quota: Quota) -> tuple[str, ...]:
    if plan.delete_at is not None or quota.fits(plan.sku, plan.instances):
        return ()
    sentence = (
        f"Too little quota: {quota.sentence(plan.sku, plan.instances)}. Ask for more "
        f"{plan.sku.family} cores at {REQUEST_URL}, or choose another size or region."
    )
    return (sentence,)


def _of_existing(plan: DeployPlan, there: Endpoint | None) -> tuple[str, ...]:
    if there is None:
        return ()
    failed = [d.name for d in there.deployments if d.state.lower() == "failed"]
    sentence = (
        f"The endpoint {plan.endpoint} exists already and would be changed. For some moments it "
        "answers no requests."
    )
    if plan.model.deployment_name in failed:
        sentence = (
            f"The deployment {plan.model.deployment_name} of this endpoint has failed. Azure does "
            "not mend a failed deployment: delete the endpoint first."
        )
    return (sentence,)
