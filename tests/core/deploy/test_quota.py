"""Cores free against cores needed."""

import pytest

from core.deploy.quota import quota_of
from core.deploy.skus import SKUS, sku_named
from tests.core.deploy.deploy_samples import WORKSPACE

H100, A100 = sku_named("Standard_NC40ads_H100_v5"), sku_named("Standard_NC24ads_A100_v4")


def read(connect, **usages):
    azure, arm = connect(usages=usages)
    quota = quota_of(arm, WORKSPACE, "eastus2")
    (asked,) = azure.asked
    assert asked.path.endswith("/locations/eastus2/usages")
    return quota


def test_what_is_in_use_is_not_free(connect):
    quota = read(connect, standardNCADSH100v5Family=(40, 120))
    assert quota.free(H100) == 80
    assert quota.fits(H100, 2)
    assert not quota.fits(H100, 3)
    assert quota.sentence(H100, 3) == "120 cores needed, 80 free in eastus2"


def test_a_family_of_which_azure_says_nothing_has_no_quota(connect):
    assert read(connect, standardNCADSH100v5Family=(0, 40)).free(A100) == 0


def test_the_total_of_the_region_holds_too(connect):
    # The stand-in allows 300 cores in the region.
    assert read(connect, standardNCADSH100v5Family=(260, 900)).free(H100) == 40


def test_no_limit_is_no_limit(connect):
    assert read(connect, standardNCADSH100v5Family=(0, -1)).free(H100) == 300


@pytest.mark.parametrize("sku", SKUS, ids=lambda sku: sku.name)
def test_both_spellings_of_a_family_are_known(connect, sku):
    spelt = sku.family.replace("Family", " Family Cluster Dedicated vCPUs").replace(
        "standard", "Standard "
    )
    for name in (sku.family, spelt):
        assert read(connect, **{name: (0, 96)}).free(sku) == 96


def test_quota_of_another_workspace_or_a_cluster_is_not_ours(connect):
    azure, arm = connect(usages={"standardNCADSH100v5Family": (0, 120)})
    family = {"value": "standardNCADSH100v5Family"}
    other = "/subscriptions/x/resourceGroups/y/providers/m/workspaces/other/usages/f"
    ours = f"{WORKSPACE.workspace_path}/usages/f"
    azure._usages = lambda *_: [
        {"id": "/subscriptions/x/usages/f", "currentValue": 0, "limit": 120, "name": family},
        {"id": other, "currentValue": 0, "limit": 1, "name": family},
        {"id": ours, "currentValue": 10, "limit": 60, "name": family},
        {"id": f"{WORKSPACE.workspace_path}/computes/c/usages/f", "limit": 2, "name": family},
        {"id": "/subscriptions/x/usages/broken", "limit": None, "name": None},
    ]
    assert quota_of(arm, WORKSPACE, "eastus2").free(H100) == 50
