"""Why a sign-in did not come about, in words; what a library said is never repeated.

The messages of ``azure-identity`` hold what Entra or ``az`` printed, and that can be a token. Only
codes and ids that look like codes and ids are taken from them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from requests.exceptions import RequestException
from urllib3.exceptions import HTTPError

from core.backends.connection_failures import Target, failure_of_exception
from core.errors import SignInRefused
from core.signin.known_refusals import (
    CLI_LOGIN,
    ENTRA,
    FLOW,
    MORE_PROOF,
    MORE_PROOF_CODES,
    TRIED,
    WAYS,
    sign_in_again,
)

if TYPE_CHECKING:
    from core.errors import BackendError

_SERVICE = Target("the sign-in service", "token", None, 8.0, 15.0)


def refusal_of(problem: BaseException, way: str) -> BackendError:
    """Say what an exception of a credential means.

    Args:
        problem: What was raised; its text is searched for codes, and not quoted.
        way: How the sign-in was tried.

    Returns:
        ``ConnectionFailed`` when the sign-in service could not be reached, else ``SignInRefused``.
    """
    broken = _network_error(problem)
    if broken is not None:
        return failure_of_exception(broken, _SERVICE, "").error(1)
    text = str(problem)
    code = next(iter(re.findall(r"AADSTS(\d{4,8})", text)), "")
    what, next_step = _told(problem, text, code, way)
    trace = next(iter(re.findall(r"[Tt]race ID: ([0-9a-f-]{36})", text)), "")
    details = (type(problem).__name__, f"AADSTS{code}" if code else "", trace)
    return SignInRefused(
        what,
        next_step or sign_in_again(way),
        details=" ".join(part for part in details if part),
    )


def nobody_signed_in() -> SignInRefused:
    """Nobody has signed in yet, or has signed out."""
    return SignInRefused("Nobody is signed in.", "Sign in, on the page Connection.")


def too_slow(way: str, seconds: float) -> SignInRefused:
    """No answer came in time."""
    what, next_step = WAYS[way]
    return SignInRefused(f"{what} There was no answer within {seconds:g} seconds.", next_step)


def about_to_expire() -> SignInRefused:
    """Only tokens that end within minutes are given."""
    return SignInRefused(
        "The sign-in gives a token that has ended or is about to.",
        "Check that the clock of this computer is right, then sign in again.",
    )


def _told(problem: BaseException, text: str, code: str, way: str) -> tuple[str, str]:
    """What happened and what to do, from the narrowest sign to the widest."""
    if code in MORE_PROOF_CODES:
        return MORE_PROOF
    if code in ENTRA:
        return ENTRA[code]
    # The library's own end of waiting for a code comes without an answer of the service.
    error = "expired_token" if "Timed out waiting" in text else _flow_error(problem)
    if way == "device" and error in FLOW:
        return FLOW[error]
    if type(problem).__name__ == "AuthenticationRequiredError":
        return "The sign-in has ended.", ""
    if way == "cli" and "not found on path" in text:
        return (
            "The Azure CLI is not installed on this computer, or not on its PATH.",
            "Install it from https://aka.ms/azure-cli and run az login, or choose another sign-in.",
        )
    if way == "cli" and "az login" in text:
        return "Nobody is signed in to the Azure CLI.", CLI_LOGIN
    what, next_step = WAYS[way]
    tried = re.findall(r"^\s*(\w+Credential)\b", text, re.MULTILINE) if way == "auto" else []
    listed = ", ".join(dict.fromkeys(TRIED[name] for name in tried if name in TRIED))
    return (f"{what} Tried: {listed}." if listed else what), next_step


def _flow_error(problem: BaseException) -> str:
    """The error's name in the answer of the sign-in service, or empty."""
    response = getattr(problem, "response", None)
    try:
        found = response.json().get("error") if response is not None else ""
    except (AttributeError, ValueError):
        return ""
    return found if isinstance(found, str) else ""


def _network_error(problem: BaseException) -> BaseException | None:
    """The broken connection behind an exception, if that is what it is.

    azure-core keeps the exception of requests in ``inner_exception``; azure-identity puts its own
    around that.
    """
    current: BaseException | None = problem
    for _ in range(6):
        if current is None or isinstance(current, RequestException | HTTPError):
            return current
        current = (
            getattr(current, "inner_exception", None) or current.__cause__ or current.__context__
        )
    return None
