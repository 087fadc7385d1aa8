"""What exists in the stand-in of Azure Resource Manager: invented subscriptions and endpoints."""

from __future__ import annotations

from dataclasses import dataclass, field

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
OTHER_SUBSCRIPTION = "99999999-8888-7777-6666-555555555555"
GROUP = "rg-imaging"
MODEL = "azureml://registries/azureml/models/MedImageParse/versions/17"
MODEL_3D = "azureml://registries/azureml/models/MedImageParse3D/versions/6"


@dataclass(frozen=True)
class Place:
    """A workspace.

    Attributes:
        name: Of the workspace.
        location: Region.
        group: Resource group.
        subscription: Id.
        kind: ``"Default"``, ``"Project"`` or ``"Hub"``.
    """

    name: str = "ws-radiology"
    location: str = "eastus2"
    group: str = GROUP
    subscription: str = SUBSCRIPTION
    kind: str = "Default"

    @property
    def path(self) -> str:
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{self.name}"
        )


@dataclass(frozen=True)
class Deployed:
    """A deployment of an endpoint."""

    name: str = "medimageparse-v17"
    model: str = MODEL
    sku: str = "Standard_NC40ads_H100_v5"
    instances: int = 1
    concurrency: int = 8
    timeout: str = "PT1M30S"
    state: str = "Succeeded"
    traffic: int = 100


@dataclass(frozen=True)
class Endpoint:
    """An online endpoint with its deployments.

    Attributes:
        name: Of the endpoint.
        place: The workspace that it is in.
        deployments: What runs behind it.
        auth_mode: ``"Key"``, ``"AMLToken"`` or ``"AADToken"``.
        created: As Azure writes it.
        state: Provisioning state.
        scoring_url: Where it answers; empty makes one up as Azure does.
        properties: The free properties, where shared quota is marked.
    """

    name: str = "medimageparse-a1b2c3"
    place: Place = field(default_factory=Place)
    deployments: tuple[Deployed, ...] = (Deployed(),)
    auth_mode: str = "Key"
    created: str = "2026-11-20T08:30:00.1234567+00:00"
    state: str = "Succeeded"
    scoring_url: str = ""
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"{self.place.path}/onlineEndpoints/{self.name}"


def endpoint_body(endpoint: Endpoint) -> dict:
    """An endpoint as Azure sends it (2024-10-01)."""
    host = f"https://{endpoint.name}.{endpoint.place.location}.inference.ml.azure.com"
    ready = endpoint.state == "Succeeded"
    url = endpoint.scoring_url or f"{host}/score"
    return {
        "id": endpoint.path,
        "name": endpoint.name,
        "type": "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
        "location": endpoint.place.location,
        "kind": "Managed",
        "tags": {},
        "identity": {
            "type": "SystemAssigned",
            "principalId": "aaaaaaaa-0000-0000-0000-000000000001",
        },
        "properties": {
            "authMode": endpoint.auth_mode,
            "properties": dict(endpoint.properties),
            "scoringUri": url if ready else None,
            "swaggerUri": f"{host}/swagger.json" if ready else None,
            "provisioningState": endpoint.state,
            "publicNetworkAccess": "Enabled",
            "traffic": {d.name: d.traffic for d in endpoint.deployments if d.traffic},
            "mirrorTraffic": {},
        },
        "systemData": {"createdAt": endpoint.created, "createdByType": "User"},
    }


def deployment_body(endpoint: Endpoint, deployed: Deployed) -> dict:
    """A deployment as Azure sends it (2024-10-01)."""
    return {
        "id": f"{endpoint.path}/deployments/{deployed.name}",
        "name": deployed.name,
        "type": "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments",
        "location": endpoint.place.location,
        "kind": "Managed",
        "sku": {"name": "Default", "tier": "Standard", "capacity": deployed.instances},
        "properties": {
            "endpointComputeType": "Managed",
            "model": deployed.model,
            "instanceType": deployed.sku,
            "provisioningState": deployed.state,
            "scaleSettings": {"scaleType": "Default"},
            "requestSettings": {
                "maxConcurrentRequestsPerInstance": deployed.concurrency,
                "requestTimeout": deployed.timeout,
                "maxQueueWait": "PT0.5S",
            },
            "environmentVariables": {"WORKER_COUNT": str(deployed.concurrency)},
            "livenessProbe": {"initialDelay": "PT10M", "period": "PT10S"},
        },
        "systemData": {"createdAt": endpoint.created, "createdByType": "User"},
    }


def usage_rows(subscription: str, location: str, usages: dict[str, tuple[int, int]]) -> list[dict]:
    """Quota rows as Azure Machine Learning sends them: families, then the regional total."""
    rows = [
        {
            "id": f"/subscriptions/{subscription}/providers/Microsoft.MachineLearningServices"
            f"/locations/{location}/usages/{family}",
            "type": "Microsoft.MachineLearningServices/vmFamily/usages",
            "currentValue": used,
            "limit": limit,
            "name": {"value": family, "localizedValue": f"{family} Cluster Dedicated vCPUs"},
            "unit": "Count",
        }
        for family, (used, limit) in usages.items()
    ]
    total = {
        "id": f"/subscriptions/{subscription}/usages",
        "type": "Microsoft.MachineLearningServices/dedicatedCores/usages",
        "currentValue": sum(used for used, _ in usages.values()),
        "limit": 300,
        "name": {
            "value": "Total Cluster Dedicated Regional vCPUs",
            "localizedValue": "Total Cluster Dedicated Regional vCPUs",
        },
        "unit": "Count",
    }
    return [*rows, total]
