"""What is in Azure Machine Learning: workspaces, endpoints, deployments, as values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from core.arm.resource_id import ResourceId

SHARED_QUOTA_LIFE = timedelta(hours=168)
"""An endpoint on shared quota is deleted after that (Microsoft Learn, "Deploy MedImageParse")."""

MODEL_2D, MODEL_3D = "MedImageParse", "MedImageParse3D"

_MODEL = re.compile(r"registries/azureml/models/(MedImageParse(?:3D)?)(?:/|:|$)", re.IGNORECASE)
_NAME = re.compile(r"medimageparse(?P<volume>-?3d)?", re.IGNORECASE)
_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?", re.IGNORECASE)


@dataclass(frozen=True)
class Subscription:
    """A subscription that the account sees."""

    id: str
    name: str


@dataclass(frozen=True)
class Workspace:
    """A workspace of Azure Machine Learning or a Foundry project.

    Attributes:
        id: Its resource id.
        location: Region, such as ``"eastus2"``.
        kind: ``"Default"``, ``"Project"``, ``"Hub"`` or ``"FeatureStore"``.
    """

    id: ResourceId
    location: str
    kind: str = "Default"


@dataclass(frozen=True)
class Deployment:
    """What runs behind an endpoint.

    Attributes:
        name: Of the deployment.
        model: Id of the model, as Azure has it.
        state: ``"Succeeded"``, ``"Creating"``, ``"Failed"`` ...
        sku: Machine size.
        instances: Number of machines.
        traffic: Percent of the requests that it gets when none is asked for by name.
        concurrency: Requests that one machine works on at once.
        timeout_s: After how many seconds a request is given up.
    """

    name: str
    model: str = ""
    state: str = ""
    sku: str = ""
    instances: int = 0
    traffic: int = 0
    concurrency: int = 1
    timeout_s: float = 5.0

    @property
    def runs(self) -> str:
        """``MODEL_2D``, ``MODEL_3D`` or empty: by the model's id, else by the name."""
        found = _MODEL.search(self.model)
        if found:
            return MODEL_3D if found[1].lower().endswith("3d") else MODEL_2D
        return "" if self.model.startswith("azureml://registries/azureml/") else _named(self.name)


@dataclass(frozen=True)
class Endpoint:
    """An online endpoint.

    Attributes:
        id: Its resource id.
        location: Region.
        scoring_url: Where requests go, or empty while it is being made.
        auth_mode: ``"Key"``, ``"AMLToken"`` or ``"AADToken"``.
        state: Provisioning state.
        deployments: In the order in which Azure has them.
        created_at: When it was made, or None.
        deleted_at: When Azure deletes it, for an endpoint on shared quota, or None.
        shared_quota: Whether it is on shared quota.
    """

    id: ResourceId
    location: str = ""
    scoring_url: str = ""
    auth_mode: str = ""
    state: str = ""
    deployments: tuple[Deployment, ...] = ()
    created_at: datetime | None = None
    deleted_at: datetime | None = None
    shared_quota: bool = False

    @property
    def name(self) -> str:
        """Name of the endpoint."""
        return self.id.endpoint

    @property
    def runs(self) -> str:
        """``MODEL_2D``, ``MODEL_3D`` or empty: by its deployments, without any by its name."""
        found = {d.runs for d in self.deployments} or {_named(self.name)}
        return next((model for model in (MODEL_2D, MODEL_3D) if model in found), "")


def subscription_of(body: Mapping[str, Any]) -> Subscription:
    """Read an item of ``/subscriptions``."""
    key = str(body.get("subscriptionId", ""))
    return Subscription(key, str(body.get("displayName") or key))


def workspace_of(body: Mapping[str, Any]) -> Workspace:
    """Read a workspace.

    Raises:
        SettingsError: Its id is none.
    """
    kind = str(body.get("kind") or "Default")
    return Workspace(ResourceId.parse(str(body.get("id"))), str(body.get("location") or ""), kind)


def endpoint_of(body: Mapping[str, Any], deployments: tuple[Deployment, ...] = ()) -> Endpoint:
    """Read an online endpoint.

    Raises:
        SettingsError: Its id is none.
    """
    properties = _part(body, "properties")
    free = {key.lower(): value for key, value in _part(properties, "properties").items()}
    created_at = moment_of(_part(body, "systemData").get("createdAt"))
    shared = str(free.get("sharedcomputecapacityenabled")).lower() == "true"
    deleted_at = moment_of(free.get("targetautodeletiontime")) if shared else None
    if shared and deleted_at is None and created_at is not None:
        deleted_at = created_at + SHARED_QUOTA_LIFE
    return Endpoint(
        ResourceId.parse(str(body.get("id"))),
        location=str(body.get("location") or ""),
        scoring_url=str(properties.get("scoringUri") or ""),
        auth_mode=str(properties.get("authMode") or ""),
        state=str(properties.get("provisioningState") or ""),
        deployments=deployments,
        created_at=created_at,
        deleted_at=deleted_at,
        shared_quota=shared,
    )


def deployment_of(body: Mapping[str, Any], traffic: Mapping[str, Any]) -> Deployment:
    """Read a deployment.

    Args:
        body: As Azure sends it.
        traffic: Of the endpoint: percent by name.
    """
    properties = _part(body, "properties")
    requests = _part(properties, "requestSettings")
    name = str(body.get("name") or "")
    return Deployment(
        name,
        model=str(properties.get("model") or ""),
        state=str(properties.get("provisioningState") or ""),
        sku=str(properties.get("instanceType") or ""),
        instances=_number(_part(body, "sku").get("capacity"), 0),
        traffic=_number(traffic.get(name), 0),
        concurrency=_number(requests.get("maxConcurrentRequestsPerInstance"), 1),
        timeout_s=seconds_of(requests.get("requestTimeout"), default=5.0),
    )


def traffic_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Percent of the requests by deployment, of an endpoint as Azure sends it."""
    return _part(_part(body, "properties"), "traffic")


def seconds_of(text: object, *, default: float) -> float:
    """Seconds of an ISO 8601 duration such as ``PT1M30S``; ``default`` when it is none."""
    found = _DURATION.fullmatch(str(text or ""))
    if not found or not any(found.groups()):
        return default
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def moment_of(text: object) -> datetime | None:
    """A moment that Azure wrote in ISO 8601 or RFC 1123, in UTC; None when it is none."""
    if not isinstance(text, str):
        return None
    # Azure writes seven digits behind the point; Python takes any number from 3.11 on.
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text)
        except ValueError:
            continue
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    return None


def spoken(moment: datetime) -> str:
    """A moment for people: ``2 December 2026, 15:20 UTC``."""
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def _named(name: str) -> str:
    found = _NAME.search(name)
    if not found:
        return ""
    return MODEL_3D if found["volume"] else MODEL_2D


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part of a body that is an object; empty when it is missing or something else."""
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _number(value: object, default: int) -> int:
    return value if isinstance(value, int) else default
