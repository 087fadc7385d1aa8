"""The resources of a Bicep file for given parameters, in the shape of those of its JSON.

Parsed with pycep; evaluated as far as this project's files need it. Anything else is an error.
"""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

from pycep import BicepParser

from tests.standin.arm_template import GUID_SPACE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.standin.arm_template import Scope


def parsed(path: Path) -> dict:
    """The tree of a Bicep file."""
    return BicepParser().parse(file_path=path)


def resources_of_bicep(path: Path, given: dict[str, Any], scope: Scope) -> list[dict]:
    """Every resource in the order of the file, modules and loops unfolded, nothing existing."""
    return _File(path, given, scope).resources()


class _File:
    def __init__(self, path: Path, given: dict[str, Any], scope: Scope) -> None:
        self._path, self._scope = path, scope
        self._tree = parsed(path)
        self._names: dict[str, Any] = {}
        for name, rule in self._tree["parameters"].items():
            self._names[name] = given[name] if name in given else self._value(rule["default"])
        for name, rule in self._tree.get("variables", {}).items():
            self._names[name] = self._value(rule["value"])

    def resources(self) -> list[dict]:
        grants, found = [], []
        for name, resource in self._tree["resources"].items():
            config = resource["config"]
            if "loop_type" in config:
                grants += self._loop(resource)
                continue
            body = self._body(resource, config)
            self._names[name] = {"id": body["id"], "path": body["name"], "type": body["type"]}
            if not resource["existing"]:
                found.append(body)
        for module in self._tree.get("modules", {}).values():
            given = self._value(module["config"]["params"])
            inner = self._path.parent / module["detail"]["path"]
            found += resources_of_bicep(inner, given, self._scope)
        return [*found, *grants]

    def _loop(self, resource: dict) -> list[dict]:
        loop = resource["config"]
        detail, bodies = loop["loop_type"]["detail"], []
        for item in self._names[detail["array_name"]]:
            self._names[detail["item_name"]] = item
            bodies.append(self._body(resource, loop["config"]))
        return bodies

    def _body(self, resource: dict, config: dict) -> dict:
        kind = resource["type"]
        plain = {k: v for k, v in config.items() if k not in {"parent", "scope", "dependsOn"}}
        body = self._value(plain) | {"type": kind, "apiVersion": resource["api_version"]}
        if "parent" in config:
            body["name"] = f"{self._names[config['parent']]['path']}/{body['name']}"
        if "scope" in config:
            above = self._names[config["scope"]]["id"]
            body["id"] = f"{above}/providers/{kind}/{body['name']}"
        else:
            body["id"] = self._scope.resource_id(kind, *body["name"].split("/"))
        return body

    def _value(self, node: Any) -> Any:
        if isinstance(node, str):
            return self._names.get(node, self._text(node))
        if isinstance(node, list):
            return [self._value(item) for item in node]
        if not isinstance(node, dict):
            return node
        if set(node) == {"function"}:
            return self._call(node["function"]["type"], node["function"]["parameters"])
        if set(node) == {"operator"}:
            return self._operate(node["operator"]["type"], node["operator"]["operands"])
        return {self._text(key.strip("'")): self._value(value) for key, value in node.items()}

    def _text(self, text: str) -> str:
        return re.sub(r"\$\{(\w+)\}", lambda found: str(self._names[found[1]]), text)

    def _operate(self, kind: str, parts: dict) -> Any:
        if kind == "conditional":
            return self._value(
                parts["true_value" if self._value(parts["condition"]) else "false_value"]
            )
        if kind == "property_accessor":
            return self._value(parts["operand_1"])[parts["operand_2"]]
        raise AssertionError(f"the operator {kind} is not read here")

    def _call(self, kind: str, parts: dict) -> Any:
        arguments = [self._value(part) for part in parts.values() if part is not None]
        functions = {
            "string": str,
            "to_lower": str.lower,
            "empty": lambda value: not value,
            "guid": lambda *texts: str(uuid.uuid5(GUID_SPACE, "-".join(texts))),
            "resource_group": lambda: {"location": self._scope.location},
            "subscription_resource_id": lambda kind, name: (
                f"/subscriptions/{self._scope.subscription}/providers/{kind}/{name}"
            ),
        }
        return functions[kind](*arguments)
