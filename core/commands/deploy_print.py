"""What ``python -m core deploy`` prints."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from core.arm.inventory import spoken
from core.commands.find import as_table, print_settings
from core.deploy.review import settings_of
from core.deploy.skus import SKUS

if TYPE_CHECKING:
    from core.arm.inventory import Endpoint
    from core.deploy.dry_run import Change
    from core.deploy.following import Standing
    from core.deploy.review import Review


def print_review(found: Review) -> None:
    """Print a plan: in words, its quota, the exact resources, and where the price is looked up."""
    print(as_table(("Setting", "Value"), settings_of(found.plan)))
    print(f"\nQuota in {found.plan.location}")
    rows = [
        (sku.name, sku.summary, f"{found.quota.free(sku)} cores free", "chosen" * (sku == chosen))
        for chosen in (found.plan.sku,)
        for sku in SKUS
    ]
    print(as_table(("Size", "What", "Quota", ""), rows))
    print("\nResources, as Azure says")
    for change in found.changes:
        _print_change(change)
    cost = found.cost
    print("\nCost, to be looked up")
    print(f"  {cost.machine_hours_a_day} machine hours a day, {cost.machine_hours_a_month} a month")
    print(f"  Price of one machine for one hour: {cost.prices_url}")
    print(f"  For people: {cost.calculator_url}")
    for warning in found.warnings:
        print(f"\nWarning: {warning}")


def print_steps(now: Standing, printed: set[str], started: float) -> None:
    """Print what is new in a standing.

    Args:
        now: How far it is.
        printed: Lines that are printed already; the new ones are added.
        started: When the watching began, on the monotonic clock.
    """
    lines = [f"{step.what} {step.name}: {step.state}" for step in now.steps]
    for line in (*lines, f"Deployment as a whole: {now.state}"):
        if line not in printed:
            printed.add(line)
            minutes, seconds = divmod(int(time.monotonic() - started), 60)
            print(f"{minutes:3}:{seconds:02} {line}", flush=True)


def print_endpoint(endpoint: Endpoint) -> None:
    """Print what an endpoint is and what runs behind it."""
    print(f"\n{endpoint.name}: {endpoint.state}, sign-in {endpoint.auth_mode}")
    print_settings(endpoint)
    for deployment in endpoint.deployments:
        print(
            f"  {deployment.name}: {deployment.state}, {deployment.instances} x {deployment.sku}, "
            f"{deployment.traffic} % of the traffic"
        )
    if endpoint.deleted_at is not None:
        print(f"  On shared quota: Azure deletes it on {spoken(endpoint.deleted_at)}")


def _print_change(change: Change) -> None:
    print(f"  {change.action}: {change.kind} {change.name}")
    if change.differences:
        for path, before, after in change.differences:
            print(f"      {path}: {before} -> {after}")
    elif change.touches:
        for path, value in change.values:
            print(f"      {path}: {value}")
