"""Questions to Azure Resource Manager, whose refusal only means that something stays unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from core.arm import ResourceId
from core.doctor.finding import Finding, from_error, skipped, unknown
from core.doctor.patience import within
from core.errors import BackendError, SettingsError, WorkbenchError
from core.signin import ARM_SCOPE

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.arm import ArmClient
    from core.doctor.case import Case

Result = TypeVar("Result")

_LIMIT_S = 80.0


def ask(
    case: Case, step: str, question: Callable[[ArmClient, ResourceId], Result]
) -> Result | Finding:
    """Put a question about the endpoint, or find why it cannot be put.

    Args:
        case: Tells which endpoint, and as whom to ask.
        step: Name of the step that asks.
        question: Asks; gets the client and the endpoint's id.
    """
    arm, text = case.checkup.arm, case.settings.resource_id
    if case.settings.sign_in == "key" and arm is None:
        return skipped(
            step,
            "Azure was not asked: a key opens the endpoint alone.",
            "To have this looked at too, run az login and set MIP_SIGN_IN to cli.",
        )
    if not text:
        return unknown(
            step,
            "Azure was not asked, since the endpoint's resource id is not known.",
            "Set MIP_RESOURCE_ID to it: in the portal, the endpoint, Properties, Resource ID.",
        )
    if arm is None:
        return unknown(
            step,
            "Azure was not asked, since this sign-in may not ask it.",
            "Sign in with a code, or run python -m core doctor on the server itself.",
        )
    try:
        endpoint = ResourceId.parse(text)
        if not endpoint.endpoint or endpoint.kind != "onlineEndpoints":
            raise _no_endpoint()
        return within(_LIMIT_S, case.control, lambda: _put(case, arm, endpoint, question))
    except TimeoutError:
        return unknown(
            step,
            f"Azure Resource Manager did not answer within {_LIMIT_S:g} seconds.",
            "Ask IT whether this network lets https through to management.azure.com.",
        )
    except (BackendError, SettingsError) as error:
        return from_error(step, error, state="unknown")


def ml_command(verb: str, endpoint: ResourceId) -> str:
    """The beginning of a command of the Azure CLI about the endpoint.

    Args:
        verb: Such as ``"online-endpoint update --name NAME"``.
        endpoint: Tells resource group and workspace.
    """
    return f"az ml {verb} -g {endpoint.group} -w {endpoint.workspace}"


def _put(
    case: Case,
    arm: ArmClient,
    endpoint: ResourceId,
    question: Callable[[ArmClient, ResourceId], Result],
) -> Result:
    """Ask, after having the token hidden that goes along."""
    source = case.checkup.source
    if source is not None and not isinstance(source, WorkbenchError):
        case.scrubber.hide(source.token(ARM_SCOPE))
    return question(arm, endpoint)


def _no_endpoint() -> SettingsError:
    return SettingsError(
        "The resource id is not that of an online endpoint.",
        "Set MIP_RESOURCE_ID to /subscriptions/.../onlineEndpoints/NAME.",
    )
