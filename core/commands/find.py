"""``python -m core find``: the endpoints that the account sees."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from core.arm.find import find_endpoints
from core.arm.inventory import MODEL_3D, spoken
from core.commands.signed_in import arm_from, source_from
from core.settings import SIGN_IN_WAYS
from core.settings.names import ENDPOINT, ENDPOINT_3D, RESOURCE_ID

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from core.arm.inventory import Deployment, Endpoint

_HEADINGS = (
    "Endpoint",
    "Model",
    "Deployment",
    "State",
    "Machines",
    "Traffic",
    "At once",
    "Timeout",
    "Sign-in",
    "Workspace",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "resource_id", nargs="?", help="of an endpoint or workspace; without it everywhere"
    )
    parser.add_argument("--subscription", default=None, help="only in this one")
    add_sign_in(parser)


def add_sign_in(parser: argparse.ArgumentParser) -> None:
    """Declare how to sign in to Azure itself."""
    parser.add_argument(
        "--sign-in",
        default=None,
        choices=[way for way in SIGN_IN_WAYS if way not in {"key", "workspace"}],
        help="default: MIP_SIGN_IN, else auto",
    )


def run(arguments: argparse.Namespace) -> None:
    """Run the command and print a table.

    Raises:
        WorkbenchError: Nobody is signed in, or the place cannot be read.
    """
    arm = arm_from(os.environ, source_from(os.environ, arguments.sign_in))
    found = find_endpoints(arm, arguments.resource_id or arguments.subscription)
    rows = [row for endpoint in found.endpoints for row in _rows(endpoint)]
    print(as_table(_HEADINGS, rows) if rows else "No endpoint was found.")
    for endpoint in found.endpoints:
        if endpoint.runs:
            print(f"\n{endpoint.name}")
            print_settings(endpoint)
            if endpoint.deleted_at is not None:
                print(f"  On shared quota: deleted on {spoken(endpoint.deleted_at)}")
    for missed in found.missed:
        print(f"\nNot looked into: {missed.where}. {missed.error.what}")


def print_settings(endpoint: Endpoint) -> None:
    """Print the settings that make this program use an endpoint."""
    if endpoint.runs == MODEL_3D:
        print(f"  {ENDPOINT_3D.name}={endpoint.scoring_url}")
    else:
        print(f"  {ENDPOINT.name}={endpoint.scoring_url}")
        print(f"  {RESOURCE_ID.name}={endpoint.id}")


def as_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lines with columns that stand under one another."""
    lines = [headings, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    padded = ("  ".join(t.ljust(w) for t, w in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(line.rstrip() for line in padded)


def _rows(endpoint: Endpoint) -> list[tuple[str, ...]]:
    """One row a deployment; one for an endpoint without any."""
    there: Sequence[Deployment | None] = endpoint.deployments or (None,)
    return [_row(endpoint, deployment) for deployment in there]


def _row(endpoint: Endpoint, deployment: Deployment | None) -> tuple[str, ...]:
    where = endpoint.id.workspace
    if deployment is None:
        return (endpoint.name, "", "none", endpoint.state, *[""] * 4, endpoint.auth_mode, where)
    return (
        endpoint.name,
        deployment.runs or "other",
        deployment.name,
        deployment.state,
        f"{deployment.instances} x {deployment.sku}",
        f"{deployment.traffic} %",
        str(deployment.concurrency),
        f"{deployment.timeout_s:g} s",
        endpoint.auth_mode,
        where,
    )
