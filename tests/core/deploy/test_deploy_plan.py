"""What may be deployed, and with which parameters."""

import uuid
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from core.deploy.cost import cost_of
from core.deploy.plan import MODELS, chosen_model, chosen_sku, shared_quota_end, suggested_name
from core.deploy.skus import SKUS
from core.errors import SettingsError
from tests.core.deploy.deploy_samples import SOMEONE, plan


def values(one):
    return {name: given["value"] for name, given in one.parameters.items()}


def test_a_plan_asks_for_what_the_model_needs():
    given = values(plan())
    assert given["modelId"] == "azureml://registries/azureml/models/MedImageParse/versions/17"
    assert given["deploymentName"] == "medimageparse-v17"
    assert given["requestTimeout"] == "PT1M30S"
    assert given["maxConcurrentRequests"] == 8
    assert given["instanceType"] == "Standard_NC40ads_H100_v5"
    assert given["autoDeletionTime"] == ""


def test_volumes_have_the_longest_time_that_azure_allows():
    given = values(plan(model=MODELS[1], concurrency=MODELS[1].concurrency))
    assert given["requestTimeout"] == "PT3M"
    assert given["deploymentName"] == "medimageparse3d-v6"
    assert given["maxConcurrentRequests"] == 1


@pytest.mark.parametrize(("auth", "mode"), [("key", "Key"), ("entra", "AADToken")])
def test_key_and_entra_are_azures_words(auth, mode):
    assert values(plan(auth=auth))["authMode"] == mode


def test_shared_quota_ends_after_168_hours_as_azure_writes_moments():
    end = shared_quota_end(datetime(2026, 11, 25, 12, tzinfo=UTC))
    assert values(plan(delete_at=end))["autoDeletionTime"] == "Wed, 02 Dec 2026 12:00:00 GMT"


@pytest.mark.parametrize("name", ["abc", "a-1", "medimageparse-a1b2c3", "A" * 32])
def test_names_that_azure_takes(name):
    assert plan(endpoint=name).endpoint_id.endpoint == name


@pytest.mark.parametrize(
    "name",
    ["", "ab", "1abc", "-abc", "abc-", "a--b", "a_bc", "a.bc", "a bc", "ä-bc", "a" * 33, "abc\n"],
)
def test_names_that_azure_refuses(name):
    with pytest.raises(SettingsError, match="cannot be the name"):
        plan(endpoint=name)


@pytest.mark.parametrize(
    "change", [{"instances": 0}, {"instances": 51}, {"concurrency": 0}, {"auth": "aml"}]
)
def test_numbers_and_ways_that_make_no_sense(change):
    with pytest.raises(SettingsError):
        plan(**change)


def test_people_are_given_as_object_ids():
    assert values(plan(scoring_users=(SOMEONE,)))["scoringPrincipals"] == [SOMEONE]
    with pytest.raises(
        SettingsError, match=r"az ad user show --id someone@example\.org --query id"
    ):
        plan(scoring_users=("someone@example.org",))
    with pytest.raises(SettingsError, match="az ad user show --id NAME@ORGANISATION"):
        plan(scoring_users=("x; rm -rf ~ @b",))


def test_suggested_names_are_good_and_differ():
    assert suggested_name() != suggested_name()
    assert plan(endpoint=suggested_name())


def test_sizes_and_models_are_chosen_by_name_in_any_case():
    assert chosen_sku("standard_nc24ads_a100_v4").cores == 24
    assert chosen_model("medimageparse3d").version == 6
    with pytest.raises(SettingsError, match="Standard_NC40ads_H100_v5"):
        chosen_sku("Standard_NC6s_v3")
    with pytest.raises(SettingsError, match="MedImageParse3D"):
        chosen_model("MedImageInsight")


def test_every_size_has_the_24_cores_that_the_model_asks_for():
    assert all(sku.cores >= 24 and sku.gpus >= 1 for sku in SKUS)


def test_the_price_is_looked_up_for_the_machine_and_the_region():
    cost = cost_of(plan(instances=2))
    assert (cost.machine_hours_a_day, cost.machine_hours_a_month) == (48, 1460)
    parts = urlsplit(cost.prices_url)
    assert parts.hostname == "prices.azure.com"
    (wanted,) = parse_qs(parts.query)["$filter"]
    assert "armSkuName eq 'Standard_NC40ads_H100_v5'" in wanted
    assert "armRegionName eq 'eastus2'" in wanted


def test_object_ids_of_all_spellings_are_taken():
    assert plan(scoring_users=(str(uuid.UUID(SOMEONE)).upper(),))
