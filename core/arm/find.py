"""Finding endpoints: from a subscription, a workspace or a resource id to what runs there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from core.arm.inventory import (
    MODEL_2D,
    MODEL_3D,
    deployment_of,
    endpoint_of,
    subscription_of,
    traffic_of,
    workspace_of,
)
from core.arm.resource_id import ResourceId
from core.arm.versions import MACHINE_LEARNING, SUBSCRIPTIONS
from core.errors import BackendError, ModelNotReady, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from core.arm.client import ArmClient
    from core.arm.inventory import Deployment, Endpoint, Subscription, Workspace

Place = TypeVar("Place")
Thing = TypeVar("Thing")

# Azure allows far more reads a second; more threads would only wait for one another.
_AT_ONCE = 8
_NO_ENDPOINTS = frozenset({"hub", "featurestore"})
_ORDER = {MODEL_2D: 0, MODEL_3D: 1}


@dataclass(frozen=True, eq=False)
class Missed:
    """A place that could not be looked into.

    Attributes:
        where: Its name, for people.
        error: Why.
    """

    where: str
    error: BackendError


@dataclass(frozen=True, eq=False)
class Found:
    """What a search has found.

    Attributes:
        endpoints: MedImageParse first, then MedImageParse 3D, then all others; by name.
        missed: Places that could not be looked into.
    """

    endpoints: tuple[Endpoint, ...] = ()
    missed: tuple[Missed, ...] = ()


def subscriptions(arm: ArmClient) -> tuple[Subscription, ...]:
    """The subscriptions that the account sees, by name; raises as :meth:`ArmClient.call` does."""
    found = [subscription_of(body) for body in arm.pages("/subscriptions", SUBSCRIPTIONS)]
    return tuple(sorted(found, key=lambda s: s.name.lower()))


def workspaces(arm: ArmClient, subscription: str) -> tuple[Workspace, ...]:
    """The workspaces of a subscription that can hold endpoints, by name.

    Args:
        arm: Azure, as whoever is signed in.
        subscription: Id.

    Raises:
        BackendError: As :meth:`ArmClient.call` does.
    """
    path = f"/subscriptions/{subscription}/providers/Microsoft.MachineLearningServices/workspaces"
    found = [workspace_of(body) for body in arm.pages(path, MACHINE_LEARNING)]
    able = [w for w in found if w.kind.lower() not in _NO_ENDPOINTS]
    return tuple(sorted(able, key=lambda w: w.id.workspace.lower()))


def workspace_at(arm: ArmClient, workspace: ResourceId) -> Workspace:
    """One workspace, for its region; raises as :meth:`ArmClient.call` does."""
    return workspace_of(arm.call("GET", workspace.workspace_path, MACHINE_LEARNING).body)


def find_endpoints(arm: ArmClient, scope: str | ResourceId | None = None) -> Found:
    """Every online endpoint in a place, with its deployments.

    A workspace that may not be read, or fails, is told of in the result and stops nothing.

    Args:
        arm: Azure, as whoever is signed in.
        scope: Resource id of an endpoint or workspace, id of a subscription, or None for all
            subscriptions of the account.

    Raises:
        SettingsError: The scope is neither.
        BackendError: The place itself cannot be read.
    """
    if scope is None:
        ids = [s.id for s in subscriptions(arm)]
        return _search(arm, *_each(ids, lambda key: workspaces(arm, key), lambda key: key))
    place = scope if isinstance(scope, ResourceId) else _place_of(scope)
    if isinstance(place, str):
        return _search(arm, workspaces(arm, place), ())
    if place.endpoint:
        return Found((endpoint_at(arm, place),))
    return Found(_sorted(_endpoints_in(arm, place)))


def endpoint_at(arm: ArmClient, endpoint: ResourceId) -> Endpoint:
    """One online endpoint with its deployments.

    Raises:
        SettingsError: The id is that of a workspace or of a batch endpoint.
        BackendError: As :meth:`ArmClient.call` does.
    """
    _check_online(endpoint)
    return _with_deployments(arm, arm.call("GET", endpoint.path, MACHINE_LEARNING).body)


def scoring_url_of(arm: ArmClient, resource_id: str) -> str:
    """The scoring URL of an online endpoint.

    Args:
        arm: Azure, as whoever is signed in.
        resource_id: ``/subscriptions/.../onlineEndpoints/NAME``.

    Raises:
        SettingsError: The text is no id of an online endpoint.
        ModelNotReady: The endpoint is still being made.
        BackendError: As :meth:`ArmClient.call` does.
    """
    endpoint = ResourceId.parse(resource_id)
    _check_online(endpoint)
    found = endpoint_of(arm.call("GET", endpoint.path, MACHINE_LEARNING).body)
    if not found.scoring_url:
        raise ModelNotReady(
            f"The endpoint {found.name} has no address yet; it is {found.state or 'being made'}.",
            "Wait some minutes, or look at it in Azure Machine Learning studio.",
        )
    return found.scoring_url


def _search(arm: ArmClient, places: Sequence[Workspace], missed: Sequence[Missed]) -> Found:
    """The endpoints of many workspaces."""
    endpoints, more = _each(
        places, lambda w: _endpoints_in(arm, w.id), lambda w: f"workspace {w.id.workspace}"
    )
    return Found(_sorted(endpoints), (*missed, *more))


def _endpoints_in(arm: ArmClient, workspace: ResourceId) -> Sequence[Endpoint]:
    path = f"{workspace.workspace_path}/onlineEndpoints"
    return [_with_deployments(arm, body) for body in arm.pages(path, MACHINE_LEARNING)]


def _with_deployments(arm: ArmClient, body: Mapping[str, Any]) -> Endpoint:
    endpoint = endpoint_of(body)
    found: Iterable[Deployment] = (
        deployment_of(item, traffic_of(body))
        for item in arm.pages(f"{endpoint.id.path}/deployments", MACHINE_LEARNING)
    )
    return endpoint_of(body, tuple(found))


def _each(
    places: Sequence[Place],
    look: Callable[[Place], Sequence[Thing]],
    name: Callable[[Place], str],
) -> tuple[list[Thing], list[Missed]]:
    """Look into many places at once; those that cannot be read are named."""

    def tried(place: Place) -> Sequence[Thing] | Missed:
        try:
            return look(place)
        except BackendError as error:
            return Missed(name(place), error)

    things: list[Thing] = []
    missed: list[Missed] = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for outcome in pool.map(tried, places):
            if isinstance(outcome, Missed):
                missed.append(outcome)
            else:
                things += outcome
    return things, missed


def _sorted(endpoints: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    return tuple(sorted(endpoints, key=lambda e: (_ORDER.get(e.runs, 2), e.name.lower())))


def _place_of(text: str) -> ResourceId | str:
    """A resource id, or the id of a subscription with or without ``/subscriptions/`` before it."""
    bare = text.strip().rstrip("/").lower().removeprefix("/subscriptions/")
    return ResourceId.parse(text) if "/" in bare or not bare else bare


def _check_online(endpoint: ResourceId) -> None:
    if not endpoint.endpoint or endpoint.kind != "onlineEndpoints":
        what = "a batch endpoint" if endpoint.endpoint else "a workspace, not of an endpoint"
        raise SettingsError(
            f"The resource id is that of {what}.",
            "Use the id of an online endpoint: it ends in /onlineEndpoints/NAME.",
        )
