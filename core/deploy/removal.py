"""Deleting an endpoint: only when its name is typed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.arm.versions import MACHINE_LEARNING
from core.errors import InputError

if TYPE_CHECKING:
    from core.arm.client import ArmClient
    from core.arm.resource_id import ResourceId
    from core.backends.base import RunControl


def delete(arm: ArmClient, endpoint: ResourceId, typed: str, control: RunControl) -> None:
    """Delete an endpoint with all its deployments and wait for the end of it.

    Args:
        arm: Azure, as whoever is signed in.
        endpoint: Which.
        typed: The name of the endpoint, as the user typed it to confirm.
        control: Cancelling stops the waiting, not the deletion.

    Raises:
        InputError: The typed name is another one; nothing is deleted.
        ArmRefused: Azure could not delete it.
        BackendError: As :meth:`ArmClient.call` does.
        Cancelled: The user stopped waiting.
    """
    if not endpoint.endpoint or typed.strip() != endpoint.endpoint:
        raise InputError(
            f"The typed name is not {endpoint.endpoint or 'that of an endpoint'}.",
            "Type the name of the endpoint exactly to delete it; nothing was deleted.",
        )
    begun = arm.call("DELETE", endpoint.path, MACHINE_LEARNING)
    arm.finish(begun, MACHINE_LEARNING, control)
