"""A stand-in of Azure Resource Manager on this machine, with the shapes of the real one.

``with ArmStandIn(endpoints=[Endpoint()]) as azure: ... azure.url ...``. The shapes follow the
published specifications (Microsoft.MachineLearningServices 2024-10-01, Microsoft.Resources
2024-03-01, Microsoft.Authorization 2022-04-01). Paths are compared without regard to case.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

from tests.standin.arm_deployments import Deployments
from tests.standin.arm_world import (
    OTHER_SUBSCRIPTION,
    SUBSCRIPTION,
    Endpoint,
    Place,
    deployment_body,
    endpoint_body,
    usage_rows,
)
from tests.standin.rest_server import Answered, RestServer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.standin.rest_server import Asked

TOKEN = "arm-token-of-nobody"
PRIMARY_KEY = "primary-key-of-nobody"
SECONDARY_KEY = "secondary-key-of-nobody"
WORKSPACE_TOKEN = "workspace-token-of-nobody"
USAGES = {"standardNCADSH100v5Family": (40, 120), "standardNCADSA100v4Family": (0, 0)}
_ML = "/providers/microsoft.machinelearningservices"


class ArmStandIn:
    """Everything that a project asks of Azure Resource Manager, in memory.

    Args:
        subscriptions: Id to name.
        places: The workspaces; those of the endpoints are there anyway.
        endpoints: What exists at the start; more come with a deployment.
        batch_endpoints: Name to properties, in the first workspace.
        usages: VM family to cores in use and limit, in every region.
        token: The only bearer token that is accepted; None accepts any.
        denied: Paths below which everything is answered with 403.
        polls: How often a long operation says that it goes on.
        failure: Error (code and message) with which deployments end, or None.
        page_size: Items a page of a list.
        port: Where to listen; 0 takes any.
        retry_after: What long operations ask callers to wait, in seconds.
        token_expires: ``expiryTimeUtc`` of the workspace's token, seconds since 1970.
    """

    def __init__(
        self,
        *,
        subscriptions: Mapping[str, str] | None = None,
        places: Sequence[Place] = (Place(),),
        endpoints: Sequence[Endpoint] = (),
        batch_endpoints: Mapping[str, Mapping[str, Any]] | None = None,
        usages: Mapping[str, tuple[int, int]] | None = None,
        token: str | None = TOKEN,
        denied: Sequence[str] = (),
        polls: int = 1,
        failure: tuple[str, str] | None = None,
        page_size: int = 50,
        port: int = 0,
        retry_after: int = 0,
        token_expires: int = 4_102_444_800,
    ) -> None:
        self.subscriptions = dict(
            subscriptions or {SUBSCRIPTION: "Imaging research", OTHER_SUBSCRIPTION: "Teaching"}
        )
        self.places = list(dict.fromkeys([*places, *(e.place for e in endpoints)]))
        self.resources: dict[str, dict] = {}
        self.batch_endpoints = dict(batch_endpoints or {})
        self.usages = dict(USAGES if usages is None else usages)
        self.token = token
        self.denied = [path.lower() for path in denied]
        self.page_size = page_size
        self.token_expires = token_expires
        self.deployments = Deployments(self, polls=polls, failure=failure, retry_after=retry_after)
        for endpoint in endpoints:
            self.add(endpoint)
        self._server = RestServer(self._answer, port=port)

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *problem: object) -> None:
        self._server.__exit__(*problem)

    @property
    def url(self) -> str:
        """Its address."""
        return self._server.url

    @property
    def asked(self) -> list[Asked]:
        """Every request so far."""
        return self._server.asked

    def asked_for(self, method: str, part: str) -> list[Asked]:
        """The requests of a method whose path holds a text."""
        return [a for a in self.asked if a.method == method and part.lower() in a.path.lower()]

    def add(self, endpoint: Endpoint) -> None:
        """Put an endpoint with its deployments there."""
        self.put(endpoint_body(endpoint))
        for deployed in endpoint.deployments:
            self.put(deployment_body(endpoint, deployed))

    def denies(self, path: str) -> bool:
        """Whether the account may not touch what is at a path."""
        return any(f"{path.lower()}/".startswith(f"{denied}/") for denied in self.denied)

    def put(self, body: dict) -> None:
        """Create or replace a resource."""
        self.resources[body["id"].lower()] = body

    def _answer(self, asked: Asked) -> Answered:
        refused = self._refusal(asked)
        if refused is not None:
            return refused
        path = asked.path.lower().rstrip("/")
        if "/providers/microsoft.resources/" in path:
            return self.deployments.answer(asked, path)
        if asked.method == "DELETE":
            return self.deployments.delete(asked, path)
        if asked.method == "POST":
            return self._post(path)
        if asked.method == "PUT":
            return self._put(asked, path)
        return self._get(asked, path)

    def _refusal(self, asked: Asked) -> Answered | None:
        given = asked.headers.get("authorization", "")
        if not given.startswith("Bearer ") or self.token not in {None, given[7:]}:
            message = "The access token is invalid."
            return error(401, "InvalidAuthenticationToken", message)
        if "api-version" not in asked.query:
            message = (
                "The api-version query parameter (?api-version=) is required for all requests."
            )
            return error(400, "MissingApiVersionParameter", message)
        if self.denies(asked.path):
            return error(
                403,
                "AuthorizationFailed",
                "The client 'someone' with object id '0' does not have authorization to perform "
                f"action 'read' over scope '{asked.path}'.",
            )
        return None

    def _get(self, asked: Asked, path: str) -> Answered:
        lists = (
            (r"/subscriptions", self._subscriptions),
            (rf"/subscriptions/([^/]+){_ML}/workspaces", self._workspaces),
            (rf"/subscriptions/([^/]+){_ML}/locations/([^/]+)/usages", self._usages),
            (r"(.+/workspaces/[^/]+)/onlineendpoints", self._children),
            (r"(.+/onlineendpoints/[^/]+)/deployments", self._children),
            (r"(.+)/providers/microsoft.authorization/roleassignments", self._children),
        )
        for pattern, items in lists:
            found = re.fullmatch(pattern, path)
            if found:
                return self._page(asked, items(path, *found.groups()))
        return self._one(path)

    def _one(self, path: str) -> Answered:
        if path in self.resources:
            return Answered(200, self.resources[path])
        for place in self.places:
            if place.path.lower() == path:
                return Answered(200, workspace_body(place))
        batch = re.fullmatch(r"(.+)/batchendpoints/([^/]+)", path)
        if batch and batch[2] in self.batch_endpoints:
            properties = self.batch_endpoints[batch[2]]
            return Answered(200, {"id": path, "name": batch[2], "properties": properties})
        return not_found(path)

    def _post(self, path: str) -> Answered:
        endpoint, _, action = path.rpartition("/")
        if endpoint not in self.resources:
            return not_found(endpoint)
        if action == "listkeys":
            return Answered(200, {"primaryKey": PRIMARY_KEY, "secondaryKey": SECONDARY_KEY})
        if action == "token":
            return Answered(
                200,
                {
                    "accessToken": WORKSPACE_TOKEN,
                    "expiryTimeUtc": self.token_expires,
                    "refreshAfterTimeUtc": self.token_expires - 600,
                    "tokenType": "Bearer",
                },
            )
        return not_found(path)

    def _put(self, asked: Asked, path: str) -> Answered:
        if "/roleassignments/" in path:
            return self._assign(asked, path)
        return not_found(path)

    def _assign(self, asked: Asked, path: str) -> Answered:
        scope = path.partition("/providers/microsoft.authorization")[0]
        if scope not in self.resources:
            return not_found(scope)
        wanted = asked.json["properties"]
        same = [
            other
            for key, other in self.resources.items()
            if key.startswith(f"{scope}/providers/microsoft.authorization/") and key != path
            if other["properties"]["principalId"] == wanted["principalId"]
            and other["properties"]["roleDefinitionId"] == wanted["roleDefinitionId"]
        ]
        if same:
            message = "The role assignment already exists."
            return error(409, "RoleAssignmentExists", message)
        known = path in self.resources
        self.put({"id": asked.path, "name": path.rpartition("/")[2], "properties": wanted})
        return Answered(200 if known else 201, self.resources[path])

    def _subscriptions(self, _path: str) -> list[dict]:
        return [
            {
                "id": f"/subscriptions/{key}",
                "subscriptionId": key,
                "displayName": name,
                "state": "Enabled",
            }
            for key, name in self.subscriptions.items()
        ]

    def _workspaces(self, _path: str, subscription: str) -> list[dict]:
        return [
            workspace_body(p) for p in self.places if p.subscription.lower() == subscription.lower()
        ]

    def _usages(self, _path: str, subscription: str, location: str) -> list[dict]:
        return usage_rows(subscription, location, self.usages)

    def _children(self, path: str, _parent: str) -> list[dict]:
        return [
            body
            for key, body in self.resources.items()
            if key.startswith(f"{path}/") and "/" not in key[len(path) + 1 :]
        ]

    def _page(self, asked: Asked, items: list[dict]) -> Answered:
        skip = int(asked.query.get("$skiptoken", 0))
        body: dict[str, Any] = {"value": items[skip : skip + self.page_size]}
        if skip + self.page_size < len(items):
            version = asked.query["api-version"]
            rest = f"api-version={version}&$skiptoken={skip + self.page_size}"
            body["nextLink"] = f"{self.url}{asked.path}?{rest}"
        return Answered(200, body)


def workspace_body(place: Place) -> dict:
    """A workspace as Azure sends it (2024-10-01)."""
    return {
        "id": place.path,
        "name": place.name,
        "type": "Microsoft.MachineLearningServices/workspaces",
        "location": place.location,
        "kind": place.kind,
        "properties": {"friendlyName": place.name, "provisioningState": "Succeeded"},
    }


def error(status: int, code: str, message: str) -> Answered:
    """A refusal of Azure Resource Manager."""
    return Answered(status, {"error": {"code": code, "message": message}})


def not_found(path: str) -> Answered:
    """The refusal for what is not there."""
    return error(404, "ResourceNotFound", f"The Resource '{path}' was not found.")
