"""Azure Resource Manager over REST: resource ids, reading, writing, and waiting for both."""

from core.arm.client import ArmClient
from core.arm.resource_id import ResourceId

__all__ = ["ArmClient", "ResourceId"]
