"""One plan, and what is needed to change it."""

from core.arm.resource_id import ResourceId
from core.deploy.plan import DeployPlan
from tests.standin.arm_world import Place

WORKSPACE = ResourceId.parse(Place().path)
SOMEONE = "0b1ec71d-0000-4000-8000-00000000000a"


def plan(**changes):
    return DeployPlan(
        **{"workspace": WORKSPACE, "location": "eastus2", "endpoint": "mip-1"} | changes
    )
