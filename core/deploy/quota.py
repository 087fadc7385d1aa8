"""How much quota there is: cores free against cores needed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.arm.versions import MACHINE_LEARNING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.arm.client import ArmClient
    from core.arm.resource_id import ResourceId
    from core.deploy.skus import Sku

REQUEST_URL = "https://ml.azure.com/quota"
"""Where more quota is asked for."""

_NO_LIMIT = -1
_REGION = "totalclusterdedicatedregionalvcpus"


@dataclass(frozen=True)
class Usage:
    """One row of quota.

    Attributes:
        used: Cores in use.
        limit: Cores allowed; -1 for any number.
    """

    used: int
    limit: int

    @property
    def free(self) -> int | None:
        """Cores that are left, or None for any number."""
        return None if self.limit == _NO_LIMIT else max(self.limit - self.used, 0)


@dataclass(frozen=True)
class Quota:
    """Quota of one region as one workspace sees it.

    Attributes:
        location: Region.
        rows: Rows that hold for the workspace, each with the name that it is kept under.
    """

    location: str
    rows: tuple[tuple[str, Usage], ...] = ()

    def free(self, sku: Sku) -> int:
        """Cores that are free for a size; 0 when its family has no quota at all."""
        family = _plain(sku.family)
        own = [usage for name, usage in self.rows if name == family]
        if not own:
            return 0
        region = [usage for name, usage in self.rows if name == _REGION]
        left = [usage.free for usage in (*own, *region) if usage.free is not None]
        return min(left, default=1_000_000)

    def sentence(self, sku: Sku, instances: int) -> str:
        """What the quota means for so many machines of a size."""
        needed, free = sku.cores * instances, self.free(sku)
        return f"{needed} cores needed, {free} free in {self.location}"

    def fits(self, sku: Sku, instances: int) -> bool:
        """Whether so many machines of a size are within it."""
        return sku.cores * instances <= self.free(sku)


def quota_of(arm: ArmClient, workspace: ResourceId, location: str) -> Quota:
    """Read the quota of a region: Azure Machine Learning keeps one of its own.

    Args:
        arm: Azure, as whoever is signed in.
        workspace: Whose limits hold, beside those of the subscription.
        location: Region.

    Raises:
        BackendError: As :meth:`ArmClient.call` does.
    """
    path = (
        f"/subscriptions/{workspace.subscription}/providers/Microsoft.MachineLearningServices"
        f"/locations/{location}/usages"
    )
    rows: Sequence[Mapping[str, Any]] = list(arm.pages(path, MACHINE_LEARNING))
    return Quota(location, tuple(_row(row) for row in rows if _holds(row, workspace)))


def _holds(row: Mapping[str, Any], workspace: ResourceId) -> bool:
    """Whether a row is the subscription's or this workspace's, not that of another or a cluster."""
    where = str(row.get("id") or "").lower()
    whole = "/workspaces/" not in where
    own = where.startswith(f"{workspace.workspace_path.lower()}/usages")
    return (whole or own) and isinstance(row.get("limit"), int)


def _row(row: Mapping[str, Any]) -> tuple[str, Usage]:
    name = row.get("name")
    text = str(name.get("value") or name.get("localizedValue")) if isinstance(name, dict) else ""
    used = row.get("currentValue")
    return _plain(text), Usage(used if isinstance(used, int) else 0, int(row["limit"]))


def _plain(name: str) -> str:
    """One spelling for a family, of which Azure has two.

    ``standardNCADSA100v4Family`` is ``Standard NCADSA100v4 Family Cluster Dedicated vCPUs``.
    """
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    return plain if plain == _REGION else plain.removesuffix("clusterdedicatedvcpus")
