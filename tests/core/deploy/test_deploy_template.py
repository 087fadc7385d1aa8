"""The template: sound by the usual rules, the same in Bicep and JSON, and what the plan means."""

import json
import re
from pathlib import Path

import pytest

from core.arm import versions
from core.deploy.plan import DEFAULT_CONCURRENCY, MODELS
from core.deploy.roles import SCORING_ROLE_ID
from core.deploy.skus import DEFAULT_SKU, SKUS
from core.deploy.template import TEMPLATE, request_of
from tests.core.deploy.bicep_reading import parsed, resources_of_bicep
from tests.core.deploy.deploy_samples import SOMEONE, plan
from tests.standin.arm_template import Scope, resources_of

FOLDER = Path(__file__).resolve().parents[3] / "deploy"
BICEP = FOLDER / "medimageparse.bicep"
SCOPE = Scope("11111111-2222-3333-4444-555555555555", "rg-imaging", "eastus2")
OUTER = json.loads((FOLDER / "medimageparse.json").read_text())
(NESTED,) = (r for r in OUTER["resources"] if r["type"] == "Microsoft.Resources/deployments")
INNER = NESTED["properties"]["template"]
BOTH = pytest.mark.parametrize("template", [OUTER, INNER], ids=["outer", "nested"])
# Bicep's decorators and what they are called in JSON.
RULES = {
    "allowed": "allowedValues",
    "min_length": "minLength",
    "max_length": "maxLength",
    "min_value": "minValue",
    "max_value": "maxValue",
}
VARIANTS = [
    {},
    {"auth": "entra", "scoring_users": (SOMEONE, SOMEONE[:-1] + "b")},
    {"instances": 3, "concurrency": 2, "sku": SKUS[1], "model": MODELS[1]},
]


def own_text(template):
    """The text of a template without the one nested in it."""
    resources = [r for r in template["resources"] if r is not NESTED]
    if template is OUTER:
        shell = {k: v for k, v in NESTED["properties"].items() if k != "template"}
        resources.append(NESTED | {"properties": shell})
    return json.dumps(template | {"resources": resources})


@BOTH
def test_it_is_a_template_for_a_resource_group(template):
    assert template["$schema"] == (
        "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    )
    assert template["contentVersion"] == "1.0.0.0"
    allowed = {"$schema", "contentVersion", "parameters", "variables", "resources", "outputs"}
    assert set(template) <= allowed


@BOTH
def test_every_parameter_is_described_and_used_and_every_variable_is_used(template):
    text = own_text(template)
    for name, rule in template["parameters"].items():
        assert rule["metadata"]["description"].endswith("."), name
        assert f"parameters('{name}')" in text, name
    for name in template.get("variables", {}):
        assert f"variables('{name}')" in text, name
    for use in re.findall(r"parameters\('(\w+)'\)", text):
        assert use in template["parameters"]


@BOTH
def test_nothing_is_kept_in_it_that_belongs_to_somebody(template):
    text = own_text(template)
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", text.replace(SCORING_ROLE_ID, ""))
    assert "listKeys" not in text
    assert "secure" not in text.lower()
    locations = re.findall(r'"location": "([^"]*)"', text)
    assert locations
    assert set(locations) <= {"[parameters('location')]"}


def test_its_api_versions_are_those_of_the_program():
    wanted = {
        "Microsoft.MachineLearningServices": versions.MACHINE_LEARNING,
        "Microsoft.Resources": versions.DEPLOYMENTS,
        "Microsoft.Authorization": versions.AUTHORIZATION,
    }
    for resource in (*OUTER["resources"], *INNER["resources"]):
        assert resource["apiVersion"] == wanted[resource["type"].partition("/")[0]]
    said = OUTER["outputs"]["scoringUri"]["value"]
    assert f"'{versions.MACHINE_LEARNING}'" in said


def test_every_resource_waits_for_the_one_above_it():
    endpoint, deployment, traffic, grants = OUTER["resources"]
    assert "dependsOn" not in endpoint
    assert deployment["dependsOn"] == grants["dependsOn"] == [grants["scope"]]
    (above,) = traffic["dependsOn"]
    assert "onlineEndpoints/deployments'" in above


def test_its_choices_and_defaults_are_those_of_the_plan():
    parameters = OUTER["parameters"]
    assert set(parameters["instanceType"]["allowedValues"]) == {sku.name for sku in SKUS}
    defaults = {
        "instanceType": DEFAULT_SKU.name,
        "maxConcurrentRequests": DEFAULT_CONCURRENCY,
        "modelId": MODELS[0].id,
        "deploymentName": MODELS[0].deployment_name,
        "requestTimeout": plan().parameters["requestTimeout"]["value"],
    }
    assert {name: parameters[name]["defaultValue"] for name in defaults} == defaults
    assert OUTER["variables"]["scoringRole"] == SCORING_ROLE_ID
    assert OUTER["variables"]["probeDelay"] == "PT10M"


def test_the_plan_gives_every_parameter_and_no_other():
    assert set(plan().parameters) == set(OUTER["parameters"])
    assert request_of(plan())["properties"]["template"] == OUTER
    assert TEMPLATE.name == "medimageparse.json"


@pytest.mark.parametrize("changes", VARIANTS, ids=["key", "entra", "volumes"])
@pytest.mark.parametrize("auto_deletion", ["", "Wed, 02 Dec 2026 12:00:00 GMT"])
def test_bicep_and_json_make_the_same_resources(changes, auto_deletion):
    parameters = plan(**changes).parameters | {"autoDeletionTime": {"value": auto_deletion}}
    given = {name: rule["value"] for name, rule in parameters.items()}
    in_json = resources_of(OUTER, parameters, SCOPE)
    assert resources_of_bicep(BICEP, given, SCOPE) == in_json
    assert len(in_json) == 3 + len(plan(**changes).scoring_users)


def test_bicep_and_json_make_the_same_with_all_that_has_a_default_left_out():
    given = {"workspaceName": "ws", "endpointName": "mip-1"}
    parameters = {name: {"value": value} for name, value in given.items()}
    assert resources_of_bicep(BICEP, given, SCOPE) == resources_of(OUTER, parameters, SCOPE)


@pytest.mark.parametrize(
    ("bicep", "template"),
    [("medimageparse.bicep", OUTER), ("traffic.bicep", INNER)],
    ids=["outer", "nested"],
)
def test_bicep_and_json_have_the_same_rules_for_parameters(bicep, template):
    declared = parsed(FOLDER / bicep)["parameters"]
    assert list(declared) == list(template["parameters"])
    for name, rule in template["parameters"].items():
        wanted = {k: v for k, v in rule.items() if k not in {"metadata", "defaultValue"}}
        marks = {mark["type"]: mark["argument"] for mark in declared[name]["decorators"]}
        assert marks.pop("description") == rule["metadata"]["description"]
        found = {RULES[kind]: value for kind, value in marks.items()}
        assert found | {"type": declared[name]["type"]} == wanted, name
        assert (declared[name]["default"] is None) == ("defaultValue" not in rule), name


def test_bicep_and_json_have_the_same_outputs():
    declared = parsed(BICEP)["outputs"]
    assert list(declared) == list(OUTER["outputs"])
    for name, rule in OUTER["outputs"].items():
        (mark,) = declared[name]["decorators"]
        assert mark["argument"] == rule["metadata"]["description"]
        assert declared[name]["type"] == rule["type"]


def test_the_nested_template_gets_what_it_asks_for():
    assert set(NESTED["properties"]["parameters"]) == set(INNER["parameters"])
    module = parsed(BICEP)["modules"]["traffic"]["config"]
    assert set(module["params"]) == set(INNER["parameters"])
    assert module["dependsOn"] == ["deployment"]
    assert NESTED["name"] == "[format('{0}-traffic', parameters('endpointName'))]"
    assert module["name"] == "${endpointName}-traffic"
