"""Finding endpoints from a subscription, a workspace or a resource id."""

import pytest

from core.arm.find import (
    endpoint_at,
    find_endpoints,
    scoring_url_of,
    subscriptions,
    workspace_at,
    workspaces,
)
from core.arm.resource_id import ResourceId
from core.errors import EndpointNotFound, ModelNotReady, SettingsError, SignInRefused
from tests.standin.arm_world import (
    MODEL_3D,
    OTHER_SUBSCRIPTION,
    SUBSCRIPTION,
    Deployed,
    Endpoint,
    Place,
)

HERE, THERE = Place(), Place("ws-pathology", "westeurope", subscription=OTHER_SUBSCRIPTION)
OURS = Endpoint("zz-ours")
VOLUME = Endpoint("mm-volume", THERE, (Deployed("blue", model=MODEL_3D),))
OTHER = Endpoint("aa-other", deployments=(Deployed("green", model="azureml:resnet:3"),))


def names(found):
    return [endpoint.name for endpoint in found.endpoints]


def test_everything_of_the_account_is_found_with_medimageparse_first(connect):
    _, arm = connect(endpoints=[OTHER, VOLUME, OURS], page_size=1)
    found = find_endpoints(arm)
    assert names(found) == ["zz-ours", "mm-volume", "aa-other"]
    assert [endpoint.runs for endpoint in found.endpoints] == [
        "MedImageParse",
        "MedImageParse3D",
        "",
    ]
    assert not found.missed


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (SUBSCRIPTION, ["zz-ours", "aa-other"]),
        (f"/subscriptions/{SUBSCRIPTION.upper()}/", ["zz-ours", "aa-other"]),
        (THERE.path, ["mm-volume"]),
        (OURS.path.upper(), ["zz-ours"]),
    ],
)
def test_the_place_can_be_narrowed_down(connect, scope, expected):
    _, arm = connect(endpoints=[OTHER, VOLUME, OURS])
    assert names(find_endpoints(arm, scope)) == expected


def test_what_runs_is_told_with_machine_traffic_and_limits(connect):
    _, arm = connect(endpoints=[OURS])
    endpoint = endpoint_at(arm, ResourceId.parse(OURS.path))
    assert endpoint.scoring_url == "https://zz-ours.eastus2.inference.ml.azure.com/score"
    assert (endpoint.auth_mode, endpoint.state, endpoint.location) == (
        "Key",
        "Succeeded",
        "eastus2",
    )
    (deployment,) = endpoint.deployments
    assert deployment.sku == "Standard_NC40ads_H100_v5"
    assert (deployment.instances, deployment.traffic, deployment.concurrency) == (1, 100, 8)
    assert deployment.timeout_s == 90


def test_a_workspace_that_may_not_be_read_stops_nothing(connect):
    closed = Place("ws-closed")
    _, arm = connect(places=[HERE, closed], endpoints=[OURS], denied=[closed.path])
    found = find_endpoints(arm, SUBSCRIPTION)
    assert names(found) == ["zz-ours"]
    (missed,) = found.missed
    assert missed.where == "workspace ws-closed"
    assert isinstance(missed.error, SignInRefused)


def test_a_subscription_that_may_not_be_read_stops_nothing(connect):
    _, arm = connect(endpoints=[OURS, VOLUME], denied=[f"/subscriptions/{OTHER_SUBSCRIPTION}"])
    found = find_endpoints(arm)
    assert names(found) == ["zz-ours"]
    assert [missed.where for missed in found.missed] == [OTHER_SUBSCRIPTION]


def test_the_one_place_that_was_asked_for_must_be_readable(connect):
    _, arm = connect(denied=[HERE.path])
    with pytest.raises(SignInRefused):
        find_endpoints(arm, HERE.path)
    with pytest.raises(EndpointNotFound):
        find_endpoints(arm, f"{HERE.path}x/onlineEndpoints/nowhere")


@pytest.mark.parametrize("scope", ["", "/subscriptions/", "/subscriptions/a/resourceGroups/b"])
def test_a_place_that_is_none_is_refused(connect, scope):
    _, arm = connect()
    with pytest.raises(SettingsError, match="no resource id"):
        find_endpoints(arm, scope)


def test_hubs_are_left_out_and_projects_are_not(connect):
    kinds = [Place("a-hub", kind="Hub"), Place("b-project", kind="Project"), HERE]
    _, arm = connect(places=kinds)
    assert [s.name for s in subscriptions(arm)] == ["Imaging research", "Teaching"]
    found = workspaces(arm, SUBSCRIPTION)
    assert [w.id.workspace for w in found] == ["b-project", "ws-radiology"]
    assert workspace_at(arm, ResourceId.parse(HERE.path)).location == "eastus2"


def test_the_scoring_url_of_an_id_is_looked_up(connect):
    azure, arm = connect(endpoints=[OURS])
    assert scoring_url_of(arm, OURS.path) == (
        "https://zz-ours.eastus2.inference.ml.azure.com/score"
    )
    assert len(azure.asked) == 1


def test_an_endpoint_that_is_being_made_has_no_scoring_url_yet(connect):
    _, arm = connect(endpoints=[Endpoint("new-one", state="Creating")])
    with pytest.raises(ModelNotReady, match="new-one has no address yet; it is Creating"):
        scoring_url_of(arm, Endpoint("new-one").path)


@pytest.mark.parametrize(
    ("resource_id", "said"),
    [(HERE.path, "a workspace"), (f"{HERE.path}/batchEndpoints/night", "a batch endpoint")],
)
def test_other_ids_have_no_scoring_url(connect, resource_id, said):
    azure, arm = connect()
    with pytest.raises(SettingsError, match=said):
        scoring_url_of(arm, resource_id)
    assert not azure.asked
