"""What a refusal of the model hub means, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import (
    BackendError,
    ConnectionFailed,
    EndpointNotFound,
    ServiceFault,
    SignInRefused,
)
from core.weights.official import FILE_NAME, PAGE, REPOSITORY, TOKENS_PAGE

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

AGAIN = "python -m core weights --download"


def failure_of(problem: Exception) -> BackendError:
    """Say what went wrong between us and the hub.

    Args:
        problem: What ``huggingface_hub`` raised. Its text may hold the request, so only its kind
            goes into the details.
    """
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled  # noqa: PLC0415

    kind = type(problem).__name__
    if isinstance(problem, OfflineModeIsEnabled):
        return ConnectionFailed(
            "HF_HUB_OFFLINE is set, so that the hub is not asked.",
            f"Unset it and run: {AGAIN}",
            details=kind,
        )
    if isinstance(problem, HfHubHTTPError):
        return _refusal(problem)
    return ConnectionFailed(
        "The model hub cannot be reached.",
        "Check that this computer is online and, behind a proxy, that HTTPS_PROXY is set; or "
        f"download {FILE_NAME} elsewhere and run: python -m core weights --import FILE",
        details=kind,
    )


def _refusal(problem: HfHubHTTPError) -> BackendError:
    from huggingface_hub.errors import (  # noqa: PLC0415 - optional
        EntryNotFoundError,
        GatedRepoError,
        RevisionNotFoundError,
    )

    status, kind = problem.response.status_code, type(problem).__name__
    if isinstance(problem, EntryNotFoundError | RevisionNotFoundError):
        return EndpointNotFound(
            f"{REPOSITORY} on the hub has no file {FILE_NAME}.",
            f"Look on {PAGE} for what it is called now.",
            details=kind,
        )
    if isinstance(problem, GatedRepoError) and status == 403:
        return SignInRefused(
            f"The account has not accepted the terms of {REPOSITORY} (403).",
            f"Accept them on {PAGE} with this account, then run: {AGAIN}",
            details=kind,
        )
    if status == 403:
        return SignInRefused(
            "The hub's token does not allow to read this file (403).",
            f"Make one that may read gated repositories on {TOKENS_PAGE}, then run: hf auth login",
            details=kind,
        )
    if status == 401 and problem.response.request.headers.get("authorization"):
        return SignInRefused(
            "The hub does not accept the token (401).",
            f"Make a new one on {TOKENS_PAGE}, then run: hf auth login",
            details=kind,
        )
    if status == 401:
        return SignInRefused(
            "The hub gives this file only to who is signed in (401).",
            f"Accept the terms on {PAGE}, make a token on {TOKENS_PAGE}, then run: hf auth login",
            details=kind,
        )
    if status == 404:
        return EndpointNotFound(
            f"The hub has no repository {REPOSITORY}, or not for this account.",
            f"Open {PAGE} to see whether it is still there.",
            details=kind,
        )
    return ServiceFault(
        f"The hub answered with an error ({status}).",
        f"Wait a few minutes and run: {AGAIN}",
        details=kind,
        request_id=problem.request_id,
    )
