"""Long operations of the stand-in of Azure Resource Manager: deploying, what-if, deleting."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.standin.arm_template import Scope, TemplateError, resources_of
from tests.standin.rest_server import Answered

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.standin.arm import ArmStandIn
    from tests.standin.rest_server import Asked

_CREATED = "2026-11-25T12:00:00.0000000Z"
_DEPLOYMENT = re.compile(
    r"(/subscriptions/([^/]+)/resourcegroups/([^/]+))/providers/microsoft\.resources/deployments"
    r"/([^/]+)(?:/(whatif|validate|operations|operationstatuses/[^/]+))?"
)


@dataclass
class Operation:
    """Something that takes a while: ``left`` more questions, then ``end`` happens."""

    left: int
    end: Callable[[], Any]
    result: Any = None
    done: bool = False

    def ask(self) -> bool:
        """One question; True when it has ended."""
        if self.left > 0:
            self.left -= 1
        elif not self.done:
            self.result, self.done = self.end(), True
        return self.done


@dataclass
class Deployment:
    """One deployment of a template."""

    id: str
    name: str
    resources: list[dict]
    operation: Operation = field(init=False)
    error: dict | None = None


class Deployments:
    """Deployments of templates and deletions, which end after a number of questions."""

    def __init__(
        self, azure: ArmStandIn, *, polls: int, failure: tuple[str, str] | None, retry_after: int
    ) -> None:
        self._azure = azure
        self.polls = polls
        self.failure = failure
        self.retry_after = retry_after
        self._operations: dict[str, Operation] = {}
        self._deployments: dict[str, Deployment] = {}
        self._numbers = itertools.count(1)

    def answer(self, asked: Asked, path: str) -> Answered:
        """Whatever is asked below ``/providers/Microsoft.Resources``."""
        number = re.fullmatch(r".*/operationresults/(\d+)", path)
        if number:
            return self._result(number[1])
        found = _DEPLOYMENT.fullmatch(path)
        if not found:
            return _refuse(404, "NotFound", path)
        base, subscription, group, name, part = found.groups()
        key = f"{base}/{name}"
        if asked.method in {"PUT", "POST"}:
            return self._begin(asked, key, Scope(subscription, group, ""), part)
        deployment = self._deployments.get(key)
        if deployment is None:
            return _refuse(404, "DeploymentNotFound", f"Deployment '{name}' could not be found.")
        if part == "operations":
            return Answered(200, {"value": self._steps(deployment)})
        ended = deployment.operation.ask()
        if part:
            return Answered(200, self._status(deployment, ended=ended))
        return Answered(200, self._body(deployment))

    def delete(self, asked: Asked, path: str) -> Answered:
        """Begin to delete a resource with all that is below it."""
        if path not in self._azure.resources:
            return Answered(204)
        number = self._start(lambda: self._remove(path))
        where = f"{self._azure.url}{path}/providers/Microsoft.Resources/operationresults/{number}"
        headers = {"location": f"{where}?api-version=2024-10-01", "retry-after": self._pause}
        return Answered(202, b"", headers)

    @property
    def _pause(self) -> str:
        return str(self.retry_after)

    def _remove(self, path: str) -> None:
        below = [key for key in self._azure.resources if key == path or key.startswith(f"{path}/")]
        for key in below:
            del self._azure.resources[key]

    def _start(self, end: Callable[[], Any]) -> int:
        number = next(self._numbers)
        self._operations[str(number)] = Operation(self.polls, end)
        return number

    def _result(self, number: str) -> Answered:
        operation = self._operations[number]
        if not operation.ask():
            return Answered(202, b"", {"retry-after": self._pause})
        return Answered(200, operation.result) if operation.result else Answered(204)

    def _begin(self, asked: Asked, key: str, scope: Scope, part: str | None) -> Answered:
        group = key.split("/")[4]
        places = [p for p in self._azure.places if p.group.lower() == group]
        if not places:
            return _refuse(
                404, "ResourceGroupNotFound", f"Resource group '{group}' could not be found."
            )
        # As Azure has it: names as they were created, however the address was written.
        scope = Scope(places[0].subscription, places[0].group, places[0].location)
        sent = asked.json["properties"]
        if sent["mode"] != "Incremental":
            return _refuse(400, "InvalidRequest", "the stand-in takes incremental deployments only")
        try:
            resources = resources_of(sent["template"], sent["parameters"], scope)
        except TemplateError as problem:
            message = f"Deployment template validation failed: {problem}"
            return _refuse(400, "InvalidTemplate", message)
        forbidden = self._forbidden(resources)
        if forbidden:
            return _refuse(403, "InvalidTemplateDeployment", forbidden)
        if part == "validate":
            checked = [{"id": body["id"]} for body in resources]
            state = {"provisioningState": "Succeeded", "validatedResources": checked}
            return Answered(200, {"properties": state})
        if part == "whatif":
            number = self._start(lambda: self._predicted(resources))
            where = f"{self._azure.url}/providers/Microsoft.Resources/operationresults/{number}"
            headers = {"location": f"{where}?api-version=2024-03-01", "retry-after": self._pause}
            return Answered(202, b"", headers)
        return self._deploy(asked, key, resources)

    def _forbidden(self, resources: list[dict]) -> str:
        for body in resources:
            if self._azure.denies(body["id"]):
                return (
                    "The template deployment failed with error: 'Authorization failed for template "
                    f"resource '{body['name']}' of type '{body['type']}'. The client does not have "
                    f"permission to perform action '{body['type']}/write' here.'."
                )
        return ""

    def _deploy(self, asked: Asked, key: str, resources: list[dict]) -> Answered:
        running = self._deployments.get(key)
        if running is not None and not running.operation.done:
            message = "The deployment with the same name is still running."
            return _refuse(409, "DeploymentActive", message)
        deployment = Deployment(asked.path, asked.path.rpartition("/")[2], resources)
        deployment.operation = Operation(self.polls, lambda: self._finish(deployment))
        self._deployments[key] = deployment
        where = f"{self._azure.url}{asked.path}/operationStatuses/1?api-version=2024-03-01"
        headers = {"azure-asyncoperation": where, "retry-after": self._pause}
        return Answered(200 if running else 201, self._body(deployment), headers)

    def _finish(self, deployment: Deployment) -> bool:
        for body in deployment.resources:
            kind = body["type"].rpartition("/")[2].lower()
            if self.failure and kind == "deployments":
                code, message = self.failure
                deployment.error = {"code": code, "message": message}
                self._azure.put(_created(body, "Failed"))
                break
            self._azure.put(_created(body, "Succeeded"))
        return True

    def _predicted(self, resources: list[dict]) -> dict:
        last = {body["id"]: body for body in resources}
        changes = [self._change(body) for body in last.values()]
        return {"status": "Succeeded", "properties": {"changes": changes}}

    def _change(self, body: dict) -> dict:
        there = self._azure.resources.get(body["id"].lower())
        change = {"resourceId": body["id"], "changeType": "Create", "after": body}
        if there is None:
            return change
        capacity = (there.get("sku") or {}).get("capacity"), (body.get("sku") or {}).get("capacity")
        if capacity[0] == capacity[1]:
            return change | {"changeType": "NoChange", "before": there}
        delta = {"path": "sku.capacity", "propertyChangeType": "Modify"}
        delta |= {"before": capacity[0], "after": capacity[1]}
        return change | {"changeType": "Modify", "before": there, "delta": [delta]}

    def _status(self, deployment: Deployment, *, ended: bool) -> dict:
        if not ended:
            return {"status": "Running"}
        if deployment.error:
            return {"status": "Failed", "error": _failed(deployment.error)}
        return {"status": "Succeeded"}

    def _body(self, deployment: Deployment) -> dict:
        state = "Running"
        if deployment.operation.done:
            state = "Failed" if deployment.error else "Succeeded"
        properties: dict[str, Any] = {"provisioningState": state, "timestamp": _CREATED}
        if deployment.error:
            properties["error"] = _failed(deployment.error)
        return {"id": deployment.id, "name": deployment.name, "properties": properties}

    def _steps(self, deployment: Deployment) -> list[dict]:
        steps: list[dict] = []
        seen: set[str] = set()
        for number, body in enumerate(deployment.resources):
            state = "Running"
            if deployment.operation.done:
                made = self._azure.resources.get(body["id"].lower(), {})
                state = made.get("properties", {}).get("provisioningState", "Succeeded")
            properties: dict[str, Any] = {
                "provisioningOperation": "Create",
                "provisioningState": state,
                "timestamp": _CREATED,
                "targetResource": _target(body, again=body["id"] in seen),
            }
            seen.add(body["id"])
            if state == "Failed":
                properties["statusMessage"] = {"status": "Failed", "error": deployment.error}
            steps.append({"operationId": str(number), "properties": properties})
            if state in {"Running", "Failed"}:
                break
        return steps


def _target(body: dict, *, again: bool) -> dict:
    """What an operation is about; what is written again is the work of a nested template."""
    kind, name = body["type"], body["name"]
    if again:
        kind, name = "Microsoft.Resources/deployments", f"{name.rpartition('/')[2]}-traffic"
    return {"id": body["id"], "resourceType": kind, "resourceName": name}


def _created(body: dict, state: str) -> dict:
    """A resource of a template as it is read afterwards."""
    name = body["name"].rpartition("/")[2]
    properties = body["properties"] | {"provisioningState": state}
    if body["type"].endswith("/onlineEndpoints"):
        host = f"https://{name}.{body['location']}.inference.ml.azure.com"
        properties |= {"scoringUri": f"{host}/score", "swaggerUri": f"{host}/swagger.json"}
    return body | {
        "name": name,
        "properties": properties,
        "systemData": {"createdAt": _CREATED, "createdByType": "User"},
    }


def _failed(error: dict) -> dict:
    message = (
        "At least one resource deployment operation failed. Please list deployment operations."
    )
    return {"code": "DeploymentFailed", "message": message, "details": [error]}


def _refuse(status: int, code: str, message: str) -> Answered:
    return Answered(status, {"error": {"code": code, "message": message}})
