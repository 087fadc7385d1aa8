"""The job in the cloud: finding it, asking how far it is, cancelling it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson

from core.batch.datastore import API_VERSION
from core.errors import EndpointNotFound
from core.one_line import one_line

if TYPE_CHECKING:
    from collections.abc import Collection

    from core.arm import ArmClient, ResourceId

_WELL = "completed"
_BADLY = frozenset({"failed", "canceled"})
# Azure lists the newest first, though it does not promise to.
_MOST_LOOKED_AT = 2000
_LONGEST_REASON = 600


@dataclass(frozen=True)
class CloudJob:
    """A job as Azure tells of it.

    Attributes:
        name: Its name.
        status: Such as ``"Running"``.
        studio_url: Its page in Azure ML studio, or empty.
        reason: Why it failed, or empty when Azure does not say so here.
        output: Where it says that its predictions are, or empty.
    """

    name: str
    status: str
    studio_url: str = ""
    reason: str = ""
    output: str = ""

    @property
    def ended_well(self) -> bool:
        """The predictions are there."""
        return self.status.lower() == _WELL

    @property
    def ended_badly(self) -> bool:
        """It will never be done."""
        return self.status.lower() in _BADLY


def read_job(arm: ArmClient, workspace: ResourceId, name: str) -> CloudJob:
    """Ask how far a job is.

    Raises:
        EndpointNotFound: There is no job of this name.
        BackendError: Azure could not be asked.
    """
    return _job(arm.call("GET", _path(workspace, name), API_VERSION).body)


def find_job(
    arm: ArmClient, workspace: ResourceId, name: str, marker: str, past: Collection[str] = ()
) -> CloudJob | None:
    """Look for a job whose start may have been answered without the answer coming through.

    Args:
        arm: Azure Resource Manager.
        workspace: Where to look.
        name: The name that the job was asked to have.
        marker: A word that no job of another batch holds.
        past: Names of earlier jobs of the same batch, which are passed over.

    Returns:
        The job, or None when there is none.

    Raises:
        BackendError: Azure could not be asked.
    """
    try:
        return read_job(arm, workspace, name)
    except EndpointNotFound:
        listed = arm.pages(f"{workspace.workspace_path}/jobs", API_VERSION)
    for body in islice(listed, _MOST_LOOKED_AT):
        if body.get("name") not in past and marker.encode() in orjson.dumps(dict(body)):
            return _job(body)
    return None


def cancel_job(arm: ArmClient, workspace: ResourceId, name: str) -> None:
    """Ask Azure to stop a job; one that has ended already stays as it is.

    Raises:
        BackendError: Azure could not be asked, or refuses.
    """
    arm.call("POST", f"{_path(workspace, name)}/cancel", API_VERSION)


def _path(workspace: ResourceId, name: str) -> str:
    return f"{workspace.workspace_path}/jobs/{quote(name, safe='')}"


def _job(body: Mapping[str, Any]) -> CloudJob:
    properties = _part(body, "properties")
    studio = _part(_part(properties, "services"), "Studio")
    score = _part(_part(properties, "outputs"), "score")
    url = str(studio.get("endpoint") or "")
    return CloudJob(
        str(body.get("name") or ""),
        str(properties.get("status") or "Unknown"),
        url if url.startswith("https://") else "",
        _reason(body) or _reason(properties),
        str(score.get("uri") or ""),
    )


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _reason(body: Mapping[str, Any]) -> str:
    """The message of an error, on one line, without addresses that may carry a signature."""
    error = _part(body, "error")
    message = str(error.get("message") or _part(error, "error").get("message") or "")
    line = re.sub(r"\bhttps?://\S+", "(address left out)", one_line(message))
    return line[:_LONGEST_REASON]
