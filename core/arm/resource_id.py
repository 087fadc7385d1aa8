"""The resource id of a thing in Azure, taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.endpoint_address import clean
from core.errors import SettingsError

_PART = re.compile(r"[\w.()-]{1,260}")
_PATTERN = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)"
    r"/resourcegroups/(?P<group>[^/]+)"
    r"/providers/microsoft\.machinelearningservices"
    r"/workspaces/(?P<workspace>[^/]+)"
    r"(?:/(?P<kind>onlineEndpoints|batchEndpoints)/(?P<endpoint>[^/]+))?/?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ResourceId:
    """A workspace of Azure Machine Learning, or an endpoint in it.

    Attributes:
        subscription: Id of the subscription.
        group: Name of the resource group.
        workspace: Name of the workspace (or Foundry project).
        endpoint: Name of the endpoint, or empty for the workspace itself.
        kind: ``"onlineEndpoints"`` or ``"batchEndpoints"``.
    """

    subscription: str
    group: str
    workspace: str
    endpoint: str = ""
    kind: str = "onlineEndpoints"

    @classmethod
    def parse(cls, text: str) -> ResourceId:
        """Read ``/subscriptions/.../workspaces/NAME`` with or without ``/onlineEndpoints/NAME``.

        Raises:
            SettingsError: The text is no such id.
        """
        found = _PATTERN.fullmatch(clean(text))
        parts = found.groupdict() if found else {}
        texts = [value for value in parts.values() if value]
        if not found or not all(_PART.fullmatch(value) for value in texts):
            raise SettingsError(
                f"{text[:120]!r} is no resource id of a workspace or endpoint.",
                "Copy it from the portal: the workspace or endpoint, Properties, Resource ID.",
            )
        batch = (parts["kind"] or "").lower() == "batchendpoints"
        return cls(
            parts["subscription"],
            parts["group"],
            parts["workspace"],
            parts["endpoint"] or "",
            "batchEndpoints" if batch else "onlineEndpoints",
        )

    @property
    def workspace_path(self) -> str:
        """Path of the workspace below the address of Azure Resource Manager."""
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{self.workspace}"
        )

    @property
    def path(self) -> str:
        """Path of the thing itself."""
        if not self.endpoint:
            return self.workspace_path
        return f"{self.workspace_path}/{self.kind}/{self.endpoint}"

    def __str__(self) -> str:
        return self.path
