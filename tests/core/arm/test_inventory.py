"""Reading what Azure sends: models, names, durations, moments, shared quota."""

from datetime import UTC, datetime

import pytest

from core.arm.inventory import (
    Deployment,
    deployment_of,
    endpoint_of,
    moment_of,
    seconds_of,
    spoken,
)
from tests.standin.arm_world import Endpoint, endpoint_body

REGISTRY = "azureml://registries/azureml/models"


@pytest.mark.parametrize(
    ("model", "name", "runs"),
    [
        (f"{REGISTRY}/MedImageParse/versions/17", "blue", "MedImageParse"),
        (f"{REGISTRY}/medimageparse/labels/latest", "blue", "MedImageParse"),
        (f"{REGISTRY}/MedImageParse3D/versions/6", "blue", "MedImageParse3D"),
        (f"{REGISTRY}/MedImageInsight/versions/5", "medimageparse-v17", ""),
        ("/subscriptions/s/x/models/finetuned/versions/1", "medimageparse-v17", "MedImageParse"),
        ("", "MedImageParse-3D-v6", "MedImageParse3D"),
        ("azureml:resnet:3", "green", ""),
    ],
)
def test_the_models_id_says_what_runs_and_the_name_where_it_does_not(model, name, runs):
    assert Deployment(name, model=model).runs == runs


def test_an_endpoint_without_deployments_is_known_by_its_name():
    assert endpoint_of(endpoint_body(Endpoint("MedImageParse-x"))).runs == "MedImageParse"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT1M30S", 90),
        ("PT3M", 180),
        ("PT0.5S", 0.5),
        ("PT1H", 3600),
        ("PT", 5),
        ("90", 5),
        (None, 5),
    ],
)
def test_durations_are_seconds(text, seconds):
    assert seconds_of(text, default=5.0) == seconds


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T08:30:00.1234567+00:00", datetime(2026, 11, 20, 8, 30, 0, 123456, UTC)),
        ("2026-11-20T08:30:00Z", datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
        ("2026-11-20T09:30:00+01:00", datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 08:30:00 GMT", datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
        ("soon", None),
        (None, None),
    ],
)
def test_moments_are_read_as_azure_writes_them(text, moment):
    assert moment_of(text) == moment


def shared(**more):
    return endpoint_of(
        endpoint_body(Endpoint(properties={"SharedComputeCapacityEnabled": "true"} | more))
    )


def test_an_endpoint_on_shared_quota_is_deleted_168_hours_after_its_creation():
    endpoint = shared()
    assert endpoint.shared_quota
    assert (endpoint.deleted_at - endpoint.created_at).total_seconds() == 168 * 3600
    assert spoken(endpoint.deleted_at) == "27 November 2026, 08:30 UTC"


def test_azures_own_word_on_the_deletion_goes_first():
    endpoint = shared(TargetAutoDeletionTime="Wed, 25 Nov 2026 10:00:00 GMT")
    assert endpoint.deleted_at == datetime(2026, 11, 25, 10, tzinfo=UTC)


def test_other_endpoints_are_not_deleted_by_azure():
    endpoint = endpoint_of(endpoint_body(Endpoint(properties={"azureml.x": "y"})))
    assert not endpoint.shared_quota
    assert endpoint.deleted_at is None


def test_a_deployment_of_which_little_is_told_has_azures_defaults():
    bare = deployment_of({"name": "blue", "properties": None}, {})
    assert (bare.concurrency, bare.timeout_s, bare.instances, bare.traffic) == (1, 5.0, 0, 0)
