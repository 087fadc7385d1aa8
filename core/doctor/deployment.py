"""What Azure Resource Manager says of the endpoint and of the deployments behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from core.arm import ResourceId
from core.arm.inventory import MODEL_3D, deployment_of, endpoint_of, spoken, traffic_of
from core.arm.versions import MACHINE_LEARNING
from core.doctor.finding import Fact, Finding, failed, ok, warning
from core.doctor.management import ask, ml_command
from core.doctor.name import is_private

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.arm import ArmClient
    from core.arm.inventory import Deployment, Endpoint
    from core.doctor.case import Case

ENDPOINT = "Endpoint"
DEPLOYMENT = "Deployment"
LIMITS = "Limits"

SHORTEST_TIMEOUT_S = 90.0
"""What Microsoft's own deployment of MedImageParse sets; a first call takes longer than the
default of 5 seconds."""

_READY = "succeeded"
_MODES = {"key": "key", "amltoken": "workspace", "aadtoken": "Microsoft Entra"}


def look_at_endpoint(case: Case) -> Finding:
    """Whether the endpoint is up, is the one at this address, and takes this kind of sign-in."""
    body = ask(case, ENDPOINT, _endpoint)
    if isinstance(body, Finding):
        return body
    case.endpoint = body
    found = endpoint_of(body)
    network = _public_network(body)
    facts = [
        Fact("Authentication", found.auth_mode or "not told"),
        Fact("Public network", network or "not told"),
    ]
    host = urlsplit(found.scoring_url).hostname or ""
    if found.deleted_at is not None:
        facts.append(Fact("On shared quota, deleted on", spoken(found.deleted_at)))
    if found.state.lower() != _READY:
        show = ml_command(f"online-endpoint show -n {found.name}", found.id)
        state = found.state or "no state"
        return failed(
            ENDPOINT,
            f"Azure says that the endpoint {found.name} is not ready ({state}).",
            f"Try again when it says Succeeded: {show}",
            facts,
        )
    if host and host != case.host:
        return failed(
            ENDPOINT,
            f"The resource id belongs to another address, {host}, than the one that is called.",
            f"Set MIP_ENDPOINT to https://{host}/score, or take it out.",
            facts,
        )
    if network.lower() == "disabled" and _looks_public(case):
        return failed(
            ENDPOINT,
            "The endpoint is closed to the internet, but its name leads to a public address here.",
            "Connect to the network or VPN of its private endpoint, or have IT point the name to "
            "the private address.",
            facts,
        )
    return _auth_problem(case, found, facts) or ok(
        ENDPOINT, f"Azure says that the endpoint {found.name} is ready.", facts
    )


def look_at_deployment(case: Case) -> Finding:
    """Whether a deployment is there, is up, and gets requests."""
    found = ask(case, DEPLOYMENT, lambda arm, endpoint: _deployments(arm, endpoint, case.endpoint))
    if isinstance(found, Finding):
        return found
    endpoint = _id(case)
    names = ", ".join(one.name for one in found)
    shares = ", ".join(f"{one.name} {one.traffic} %" for one in found if one.traffic)
    facts = [Fact("Deployments", names or "none"), Fact("Traffic", shares or "none")]
    asked = case.settings.deployment
    if asked and asked not in {one.name for one in found}:
        return failed(
            DEPLOYMENT,
            f"The endpoint has no deployment named {asked}.",
            f"Set MIP_DEPLOY_NAME to one that it has ({names or 'none'}), or take it out.",
            facts,
        )
    case.deployments = tuple(one for one in found if _gets_requests(one, asked))
    if not case.deployments:
        first = next((one.name for one in found), "")
        verb = f"online-endpoint update -n {endpoint.endpoint} --traffic {first}=100"
        command = ml_command(verb, endpoint) if first else "python -m core deploy"
        return failed(
            DEPLOYMENT, "No deployment of the endpoint gets requests.", f"Run {command}", facts
        )
    for one in case.deployments:
        if one.state.lower() != _READY:
            verb = f"online-deployment get-logs -n {one.name} -e {endpoint.endpoint}"
            state = one.state or "no state"
            return failed(
                DEPLOYMENT,
                f"Azure says that the deployment {one.name} is not ready ({state}).",
                f"Wait when it is still made; otherwise read {ml_command(verb, endpoint)}",
                facts,
            )
    volumes = next((one.name for one in case.deployments if one.runs == MODEL_3D), "")
    if volumes:
        return failed(
            DEPLOYMENT,
            f"The deployment {volumes} runs MedImageParse 3D, which takes volumes, not pictures.",
            "Set MIP_ENDPOINT to an endpoint with MedImageParse, and MIP_3D_ENDPOINT to this one.",
            facts,
        )
    ready = " and ".join(one.name for one in case.deployments)
    return ok(DEPLOYMENT, f"The deployment {ready} is ready for requests.", facts)


def look_at_limits(case: Case) -> Finding:
    """Whether the deployments wait long enough, and how many requests they work on at once."""
    concurrency = case.settings.concurrency
    at_once = sum(one.concurrency * max(one.instances, 1) for one in case.deployments)
    facts = [fact for one in case.deployments for fact in _limits(one)]
    facts.append(Fact("MIP_CONCURRENCY", str(concurrency)))
    hasty = next((d for d in case.deployments if d.timeout_s < SHORTEST_TIMEOUT_S), None)
    if hasty is not None:
        endpoint = _id(case)
        verb = f"online-deployment update -n {hasty.name} -e {endpoint.endpoint}"
        return warning(
            LIMITS,
            f"The deployment {hasty.name} breaks off answers after {hasty.timeout_s:g} seconds; "
            "a first call can take longer.",
            f"Run {ml_command(verb, endpoint)} --set request_settings.request_timeout_ms=90000",
            facts,
        )
    if concurrency > at_once:
        return warning(
            LIMITS,
            f"MIP_CONCURRENCY is {concurrency}, but the endpoint works on {at_once} requests at "
            "once.",
            f"Set MIP_CONCURRENCY to {at_once}, or raise max_concurrent_requests_per_instance.",
            facts,
        )
    more = f"; MIP_CONCURRENCY may be raised to {at_once}" if concurrency < at_once else ""
    return ok(LIMITS, f"Time limits and load fit together{more}.", facts)


def _limits(one: Deployment) -> list[Fact]:
    return [
        Fact(f"{one.name}: longest answer", f"{one.timeout_s:g} s"),
        Fact(f"{one.name}: requests at once", f"{one.concurrency} on each of {one.instances}"),
        Fact(f"{one.name}: machine", one.sku or "not told"),
    ]


def _gets_requests(one: Deployment, asked: str | None) -> bool:
    """Whether our requests go there: by name, or by the endpoint's own rule."""
    return one.name == asked if asked else one.traffic > 0


def _auth_problem(case: Case, found: Endpoint, facts: list[Fact]) -> Finding | None:
    """An endpoint takes one kind of sign-in, and refuses the others."""
    way = case.settings.sign_in
    ours = way if way in {"key", "workspace"} else "Microsoft Entra"
    theirs = _MODES.get(found.auth_mode.lower())
    if theirs is None or theirs == ours:
        return None
    better = theirs if theirs in {"key", "workspace"} else "auto"
    return failed(
        ENDPOINT,
        f"The endpoint {found.name} takes the sign-in {theirs}, not {ours}.",
        f"Set MIP_SIGN_IN to {better}, or choose it on the page Connection.",
        facts,
    )


def _looks_public(case: Case) -> bool:
    return not case.is_local and bool(case.addresses) and not is_private(case.addresses)


def _public_network(body: Mapping[str, Any]) -> str:
    """``"Enabled"`` or ``"Disabled"``, as Azure says it."""
    properties = body.get("properties")
    return str(properties.get("publicNetworkAccess") or "") if isinstance(properties, dict) else ""


def _endpoint(arm: ArmClient, endpoint: ResourceId) -> Mapping[str, Any]:
    return arm.call("GET", endpoint.path, MACHINE_LEARNING).body


def _deployments(
    arm: ArmClient, endpoint: ResourceId, body: Mapping[str, Any]
) -> tuple[Deployment, ...]:
    items = arm.pages(f"{endpoint.path}/deployments", MACHINE_LEARNING)
    return tuple(deployment_of(item, traffic_of(body)) for item in items)


def _id(case: Case) -> ResourceId:
    return ResourceId.parse(case.settings.resource_id or "")
