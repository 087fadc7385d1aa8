"""The part of the ARM template language that this project's template uses, evaluated.

Any other function, parameter or variable is an error, so that it holds nothing unchecked.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

GUID_SPACE = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>\d+)|(?P<name>\w+)|(?P<sign>[(),.\[\]]))"
)
_TOP = {"$schema", "contentVersion", "metadata", "parameters", "variables", "resources", "outputs"}


class TemplateError(Exception):
    """What Azure calls InvalidTemplate."""


@dataclass(frozen=True)
class Scope:
    """Where a template is deployed."""

    subscription: str
    group: str
    location: str

    def resource_id(self, kind: str, *names: str) -> str:
        provider, *types = kind.split("/")
        if len(types) != len(names):
            raise TemplateError(f"{kind} takes {len(types)} names, not {len(names)}")
        tail = "/".join(f"{t}/{n}" for t, n in zip(types, names, strict=True))
        group = f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"
        return f"{group}/providers/{provider}/{tail}"


def resources_of(template: dict, parameters: dict, scope: Scope) -> list[dict]:
    """Every resource in the order of the template, nested templates and copies unfolded.

    Each has ``id``, ``apiVersion``, ``type``, ``name`` and what it was given.
    """
    if set(template) - _TOP:
        raise TemplateError(f"unknown parts: {set(template) - _TOP}")
    values = _values(template.get("parameters", {}), parameters, scope)
    found = []
    for resource in template["resources"]:
        for number in range(_count(resource, values, scope)):
            reader = _Reader(template, values, scope, number)
            found += _unfolded(resource, reader, scope)
    return found


def _count(resource: dict, values: dict, scope: Scope) -> int:
    if "copy" not in resource:
        return 1
    return _Reader({}, values, scope, 0).read(resource["copy"]["count"])


def _unfolded(resource: dict, reader: _Reader, scope: Scope) -> list[dict]:
    if resource["type"] == "Microsoft.Resources/deployments":
        inner = resource["properties"]
        if (
            inner["expressionEvaluationOptions"] != {"scope": "inner"}
            or inner["mode"] != "Incremental"
        ):
            raise TemplateError(
                "a nested template is evaluated on its own and adds to what is there"
            )
        return resources_of(inner["template"], reader.read(inner["parameters"]), scope)
    given = {k: v for k, v in resource.items() if k not in {"copy", "dependsOn", "comments"}}
    body = reader.read(given)
    reader.read(resource.get("dependsOn", []))
    if "scope" in body:
        body["id"] = f"{body.pop('scope')}/providers/{body['type']}/{body['name']}"
    else:
        body["id"] = scope.resource_id(body["type"], *body["name"].split("/"))
    return [body]


def _values(declared: dict, given: dict, scope: Scope) -> dict:
    unknown = set(given) - set(declared)
    if unknown:
        raise TemplateError(f"The template parameters {sorted(unknown)} are not valid.")
    values: dict[str, Any] = {}
    for name, rule in declared.items():
        if name in given:
            values[name] = given[name]["value"]
        elif "defaultValue" in rule:
            values[name] = _Reader({}, values, scope, 0).read(rule["defaultValue"])
        else:
            raise TemplateError(f"The value for the template parameter '{name}' is not provided.")
        _check(name, values[name], rule)
    return values


def _check(name: str, value: Any, rule: dict) -> None:
    kinds = {"string": str, "int": int, "bool": bool, "array": list, "object": dict}
    size = len(value) if isinstance(value, str) else 0
    sound = (
        isinstance(value, kinds[rule["type"]])
        and value in rule.get("allowedValues", [value])
        and (not isinstance(value, int) or rule.get("minValue", value) <= value)
        and (not isinstance(value, int) or value <= rule.get("maxValue", value))
        and rule.get("minLength", size) <= size <= rule.get("maxLength", size)
    )
    if not sound:
        raise TemplateError(f"The provided value for the template parameter '{name}' is not valid.")


class _Reader:
    """Replaces every ``[expression]`` in a value by what it comes to."""

    def __init__(self, template: dict, values: dict, scope: Scope, number: int) -> None:
        self._variables = template.get("variables", {})
        self._values = values
        self._scope = scope
        self._number = number

    def read(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self.read(key): self.read(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.read(inner) for inner in value]
        if isinstance(value, str) and value.startswith("[") and not value.startswith("[["):
            return self._expression(value[1:-1])
        return value

    def _expression(self, text: str) -> Any:
        tokens = _tokens(text)
        result = self._term(tokens)
        if tokens:
            raise TemplateError(f"text behind the end of [{text}]")
        return result

    def _term(self, tokens: list[str]) -> Any:
        first = tokens.pop(0)
        if first.startswith("'"):
            return first[1:-1].replace("''", "'")
        if first.isdecimal():
            return int(first)
        if tokens[0] != "(":
            raise TemplateError(f"{first} is not called")
        tokens.pop(0)
        arguments = []
        while tokens[0] != ")":
            arguments.append(self._term(tokens))
            if tokens[0] == ",":
                tokens.pop(0)
        tokens.pop(0)
        result = self._call(first, arguments)
        while tokens and tokens[0] in {".", "["}:
            if tokens.pop(0) == ".":
                result = result[tokens.pop(0)]
            else:
                result = result[self._term(tokens)]
                tokens.pop(0)
        return result

    def _call(self, name: str, arguments: list) -> Any:
        functions = {
            "parameters": lambda key: self._values[key],
            "variables": lambda key: self.read(self._variables[key]),
            "resourceId": self._scope.resource_id,
            "subscriptionResourceId": self._subscription_id,
            "resourceGroup": lambda: {"location": self._scope.location, "name": self._scope.group},
            "copyIndex": lambda: self._number,
            "guid": lambda *parts: str(uuid.uuid5(GUID_SPACE, "-".join(map(str, parts)))),
            "format": lambda form, *parts: form.format(*parts),
            "string": str,
            "toLower": str.lower,
            "length": len,
            "empty": lambda value: not value,
            "if": lambda test, yes, no: yes if test else no,
            "createObject": lambda *p: dict(zip(p[::2], p[1::2], strict=True)),
        }
        try:
            return functions[name](*arguments)
        except (KeyError, TypeError) as problem:
            raise TemplateError(f"{name}({arguments}): {problem!r}") from problem

    def _subscription_id(self, kind: str, name: str) -> str:
        provider, _, rest = kind.partition("/")
        return f"/subscriptions/{self._scope.subscription}/providers/{provider}/{rest}/{name}"


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if not found:
            raise TemplateError(f"[{text}] cannot be read from position {at}")
        tokens.append(found[found.lastgroup])
        at = found.end()
    return tokens
