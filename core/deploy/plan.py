"""What is to be deployed: checked, and turned into the parameters of the template."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.arm.inventory import SHARED_QUOTA_LIFE
from core.arm.resource_id import ResourceId
from core.deploy.skus import DEFAULT_SKU, SKUS, Sku, sku_named
from core.errors import SettingsError

if TYPE_CHECKING:
    from datetime import datetime

DEFAULT_CONCURRENCY = 8
"""Requests at once and workers a machine, as in Microsoft's template; without it only one."""

_MOST_INSTANCES, _MOST_CONCURRENT = 50, 64
_ENDPOINT_NAME = re.compile(r"[A-Za-z](?:-?[A-Za-z0-9])*")
_AUTH_MODES = {"key": "Key", "entra": "AADToken"}
_SHORTEST_NAME, _LONGEST_NAME = 3, 32


@dataclass(frozen=True)
class RegistryModel:
    """A model of the registry ``azureml``.

    Attributes:
        name: In the registry.
        version: That was looked at.
        timeout_s: Longest request, in seconds, as its model card asks for.
        concurrency: Requests at once that its template asks for.
    """

    name: str
    version: int
    timeout_s: int
    concurrency: int

    @property
    def id(self) -> str:
        """Its id in the registry."""
        return f"azureml://registries/azureml/models/{self.name}/versions/{self.version}"

    @property
    def deployment_name(self) -> str:
        """What a deployment of it is called."""
        return f"{self.name.lower()}-v{self.version}"


MODELS = (
    RegistryModel("MedImageParse", 17, 90, DEFAULT_CONCURRENCY),
    # A volume takes far longer than a picture; Azure allows three minutes at most.
    RegistryModel("MedImageParse3D", 6, 180, 1),
)


@dataclass(frozen=True)
class DeployPlan:
    """One deployment of MedImageParse, checked.

    Attributes:
        workspace: Where; the workspace exists already.
        location: Region of the workspace.
        endpoint: Name of the endpoint.
        model: Which model.
        sku: Machine size.
        instances: Number of machines.
        concurrency: Requests that one machine works on at once.
        auth: ``"key"`` or ``"entra"``.
        scoring_users: Object ids of those who may score.
        delete_at: For shared quota, when Azure deletes the endpoint; None for own quota.

    Raises:
        SettingsError: A value is one that Azure would refuse.
    """

    workspace: ResourceId
    location: str
    endpoint: str
    model: RegistryModel = MODELS[0]
    sku: Sku = DEFAULT_SKU
    instances: int = 1
    concurrency: int = DEFAULT_CONCURRENCY
    auth: str = "key"
    scoring_users: tuple[str, ...] = field(default=())
    delete_at: datetime | None = None

    def __post_init__(self) -> None:
        check_name(self.endpoint)
        _check_range("Instances", self.instances, _MOST_INSTANCES)
        _check_range("Requests at once", self.concurrency, _MOST_CONCURRENT)
        if self.auth not in _AUTH_MODES:
            raise SettingsError(
                f"There is no way to sign in named {self.auth[:30]!r}.", "Choose key or entra."
            )
        for user in self.scoring_users:
            check_object_id(user)

    @property
    def endpoint_id(self) -> ResourceId:
        """Resource id that the endpoint will have."""
        at = self.workspace
        return ResourceId(at.subscription, at.group, at.workspace, self.endpoint)

    @property
    def cores(self) -> int:
        """Cores of quota that it takes."""
        return self.sku.cores * self.instances

    @property
    def parameters(self) -> dict[str, dict[str, object]]:
        """The parameters of the template, as Azure Resource Manager takes them."""
        values = {
            "workspaceName": self.workspace.workspace,
            "location": self.location,
            "endpointName": self.endpoint,
            "deploymentName": self.model.deployment_name,
            "modelId": self.model.id,
            "instanceType": self.sku.name,
            "instanceCount": self.instances,
            "maxConcurrentRequests": self.concurrency,
            "requestTimeout": _iso8601(self.model.timeout_s),
            "authMode": _AUTH_MODES[self.auth],
            "autoDeletionTime": _rfc1123(self.delete_at),
            "scoringPrincipals": list(self.scoring_users),
        }
        return {name: {"value": value} for name, value in values.items()}


def check_name(name: str) -> None:
    """Refuse a name that no endpoint can have.

    Raises:
        SettingsError: With the rule.
    """
    sound = _ENDPOINT_NAME.fullmatch(name)
    if not sound or not _SHORTEST_NAME <= len(name) <= _LONGEST_NAME:
        raise SettingsError(
            f"{name[:60]!r} cannot be the name of an endpoint.",
            "Use 3 to 32 letters, digits and single dashes, with a letter first.",
        )


def check_object_id(text: str) -> None:
    """Refuse what is no object id of Microsoft Entra.

    Raises:
        SettingsError: For an e-mail address with the command that looks the id up.
    """
    try:
        uuid.UUID(text)
    except ValueError:
        command = "az ad user show --id NAME@ORGANISATION --query id --output tsv"
        if re.fullmatch(r"[\w.+-]{1,80}@[\w.-]{1,80}", text):
            command = command.replace("NAME@ORGANISATION", text)
        raise SettingsError(
            f"{text[:80]!r} is no object id of Microsoft Entra.",
            f"Look the id of a person up with: {command}",
        ) from None


def suggested_name() -> str:
    """A name that nobody else in the region is likely to have: it must be unique there."""
    return f"medimageparse-{uuid.uuid4().hex[:6]}"


def shared_quota_end(now: datetime) -> datetime:
    """When Azure deletes an endpoint on shared quota that is made now."""
    return now + SHARED_QUOTA_LIFE


def chosen_model(name: str) -> RegistryModel:
    """The model of a name, in any case.

    Raises:
        SettingsError: There is none.
    """
    found = next((model for model in MODELS if model.name.lower() == name.lower()), None)
    if found is None:
        raise SettingsError(
            f"There is no model named {name[:40]!r}.",
            f"Choose one of {', '.join(model.name for model in MODELS)}.",
        )
    return found


def chosen_sku(name: str) -> Sku:
    """The machine size of a name, in any case.

    Raises:
        SettingsError: The model may not run on it.
    """
    found = sku_named(name)
    if found is None:
        raise SettingsError(
            f"MedImageParse does not run on {name[:60]!r}.",
            f"Choose one of {', '.join(sku.name for sku in SKUS)}.",
        )
    return found


def _check_range(what: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise SettingsError(f"{what} is {value}.", f"Use a whole number from 1 to {most}.")


def _iso8601(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"PT{minutes}M{rest}S" if rest else f"PT{minutes}M"


def _rfc1123(moment: datetime | None) -> str:
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT") if moment else ""
