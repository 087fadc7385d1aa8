"""``python -m core deploy``: plan, run, status, grant, delete."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.arm import ResourceId
from core.arm.find import endpoint_at, workspace_at
from core.backends.base import RunControl
from core.commands.deploy_print import print_endpoint, print_review, print_steps
from core.commands.find import add_sign_in
from core.commands.signed_in import arm_from, source_from
from core.deploy.cost import BILLING
from core.deploy.following import follow, standing, start
from core.deploy.plan import (
    MODELS,
    DeployPlan,
    chosen_model,
    chosen_sku,
    shared_quota_end,
    suggested_name,
)
from core.deploy.removal import delete
from core.deploy.review import review
from core.deploy.roles import SCORING_ROLE, grant
from core.deploy.skus import DEFAULT_SKU, SKUS
from core.errors import EndpointNotFound, InputError, SettingsError

if TYPE_CHECKING:
    import argparse

    from core.arm import ArmClient

_STEPS = {
    "plan": "dry run: say what would be created, and create nothing",
    "run": "the same, then create it after you have agreed",
    "status": "how far a deployment is, and what runs",
    "grant": "let people score with Microsoft Entra",
    "delete": "delete an endpoint; billing ends with it",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    parsers = {name: steps.add_parser(name, help=text) for name, text in _STEPS.items()}
    for name in ("plan", "run"):
        _add_plan(parsers[name])
    for name in ("status", "grant", "delete"):
        parsers[name].add_argument("endpoint", help="resource id of the endpoint")
    for step in parsers.values():
        add_sign_in(step)
    parsers["run"].add_argument("--yes", action="store_true", help="do not ask")
    parsers["status"].add_argument("--watch", action="store_true", help="until it has ended")
    parsers["grant"].add_argument("user", nargs="+", help="object id, or me")
    parsers["delete"].add_argument("--confirm", metavar="NAME", help="name of the endpoint again")


def run(arguments: argparse.Namespace) -> None:
    """Run one step.

    Raises:
        WorkbenchError: Azure refused it, or the user did not agree.
    """
    arm = arm_from(os.environ, source_from(os.environ, arguments.sign_in))
    steps = {"plan": _plan, "run": _run, "status": _status, "grant": _grant, "delete": _delete}
    steps[arguments.step](arm, arguments)


def _add_plan(parser: argparse.ArgumentParser) -> None:
    models = ", ".join(model.name for model in MODELS)
    parser.add_argument("--workspace", required=True, metavar="ID", help="its resource id")
    parser.add_argument("--name", default=None, help="of the endpoint; default: one is made up")
    parser.add_argument("--model", default=MODELS[0].name, help=f"one of {models}")
    parser.add_argument(
        "--sku",
        default=DEFAULT_SKU.name,
        help=f"machine size; default {DEFAULT_SKU.name}; or {', '.join(s.name for s in SKUS[1:])}",
    )
    parser.add_argument("--instances", type=int, default=1, help="machines (default 1)")
    parser.add_argument("--concurrency", type=int, default=None, help="requests at once a machine")
    parser.add_argument("--auth", choices=("key", "entra"), default="key", help="default key")
    parser.add_argument(
        "--user", action="append", default=[], metavar="OBJECT_ID", help="who may score, or me"
    )
    parser.add_argument(
        "--shared-quota", action="store_true", help="borrowed for a test; deleted after 168 hours"
    )


def _plan_of(arm: ArmClient, arguments: argparse.Namespace) -> DeployPlan:
    """The plan that the arguments mean; its region is that of the workspace."""
    workspace = workspace_at(arm, ResourceId.parse(arguments.workspace))
    model = chosen_model(arguments.model)
    return DeployPlan(
        workspace.id,
        workspace.location,
        arguments.name or suggested_name(),
        model=model,
        sku=chosen_sku(arguments.sku),
        instances=arguments.instances,
        concurrency=arguments.concurrency or model.concurrency,
        auth=arguments.auth,
        scoring_users=tuple(_object_id(arm, user) for user in arguments.user),
        delete_at=shared_quota_end(datetime.now(UTC)) if arguments.shared_quota else None,
    )


def _plan(arm: ArmClient, arguments: argparse.Namespace) -> None:
    plan = _plan_of(arm, arguments)
    print_review(review(arm, plan, RunControl()))
    print("\nThis was a dry run: nothing was created. To create it, write run for plan and add")
    print(f"  --name {plan.endpoint}")


def _run(arm: ArmClient, arguments: argparse.Namespace) -> None:
    plan = _plan_of(arm, arguments)
    print_review(review(arm, plan, RunControl()))
    print(f"\n{BILLING}")
    if not arguments.yes and _asked("Write yes to deploy: ") != "yes":
        raise InputError("Nothing was deployed.", "Run it again and write yes to deploy.")
    start(arm, plan)
    print(f"Begun: {plan.endpoint_id}")
    _watch(arm, plan.endpoint_id)


def _watch(arm: ArmClient, endpoint: ResourceId) -> None:
    """Print each step as it begins and ends; Ctrl-C leaves the deployment to Azure."""
    started, printed = time.monotonic(), set[str]()
    try:
        follow(arm, endpoint, RunControl(), lambda now: print_steps(now, printed, started))
    except KeyboardInterrupt:
        print("\nNo longer watched; the deployment goes on in Azure. Look at it with")
        print(f"  python -m core deploy status {endpoint}")
        return
    print_endpoint(endpoint_at(arm, endpoint))


def _status(arm: ArmClient, arguments: argparse.Namespace) -> None:
    endpoint = _endpoint(arguments)
    if arguments.watch:
        _watch(arm, endpoint)
        return
    try:
        print_steps(standing(arm, endpoint), set(), time.monotonic())
    except EndpointNotFound:
        print("It was not deployed with this program.")
    print_endpoint(endpoint_at(arm, endpoint))


def _grant(arm: ArmClient, arguments: argparse.Namespace) -> None:
    endpoint = _endpoint(arguments)
    for user in arguments.user:
        new = grant(arm, endpoint, _object_id(arm, user))
        print(f"{user} {'now has' if new else 'already had'} {SCORING_ROLE} on {endpoint.endpoint}")


def _delete(arm: ArmClient, arguments: argparse.Namespace) -> None:
    endpoint = _endpoint(arguments)
    print_endpoint(endpoint_at(arm, endpoint))
    print(f"\nThis deletes the endpoint with all its deployments. {BILLING}")
    typed = arguments.confirm or _asked(f"Write {endpoint.endpoint} to delete it: ")
    delete(arm, endpoint, typed, RunControl())
    print(f"{endpoint.endpoint} is deleted; billing for it has ended.")


def _endpoint(arguments: argparse.Namespace) -> ResourceId:
    return ResourceId.parse(arguments.endpoint)


def _object_id(arm: ArmClient, user: str) -> str:
    """An object id as it is; that of whoever is signed in for ``me``."""
    if user != "me":
        return user
    own = arm.object_id()
    if not own:
        raise SettingsError(
            "The sign-in does not tell your object id.",
            "Look it up with: az ad signed-in-user show --query id --output tsv",
        )
    return own


def _asked(question: str) -> str:
    """What somebody answers; nobody there is no answer."""
    try:
        return input(question).strip()
    except EOFError:
        return ""
