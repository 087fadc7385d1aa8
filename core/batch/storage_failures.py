"""What the exceptions of ``azure-storage-blob`` mean, in sentences."""

from __future__ import annotations

import re

from core.errors import (
    ArmRefused,
    BackendError,
    ConnectionFailed,
    EndpointNotFound,
    ExportError,
    ServiceFault,
    SettingsError,
    SignInRefused,
    WorkbenchError,
)

INSTALL = "pip install -r requirements-azure.txt"


def missing_library() -> SettingsError:
    """The library is not installed."""
    return SettingsError(
        "The batch endpoint needs the package azure-storage-blob, which is not installed.",
        f"Run: {INSTALL}",
    )


def failure_of_storage(problem: Exception, host: str) -> WorkbenchError:
    """Say what an exception of the library, or of writing a file beside it, means.

    Args:
        problem: An ``AzureError`` or ``OSError``; nothing of its text is taken, since it may quote
            the request.
        host: The storage account, for the sentence.
    """
    from azure.core import exceptions as azure  # noqa: PLC0415 - optional

    if isinstance(problem, azure.HttpResponseError):
        return _refusal(problem.status_code or 0, problem, host)
    if isinstance(problem, azure.AzureError):
        return ConnectionFailed(
            f"The storage account {host} could not be reached.",
            "Check the network, then run the same command again; what is done is kept.",
            details=type(problem).__name__,
        )
    reason = getattr(problem, "strerror", None) or "the disk refused"
    return ExportError(
        f"A file could not be read or written: {reason}.",
        "Free some space or choose another folder with --out, then run it again.",
    )


def _refusal(status: int, problem: Exception, host: str) -> BackendError:
    code = str(getattr(problem, "error_code", "") or "")
    code = getattr(code, "value", code)
    word = code if re.fullmatch(r"\w{1,60}", code) else ""
    details = f"HTTP {status}: {word}".rstrip(": ")
    if status in {401, 403}:
        return SignInRefused(
            f"The storage account {host} refuses access ({details.removeprefix('HTTP ')}).",
            "Ask for the role Storage Blob Data Contributor on it, and whether its firewall lets "
            "this network in.",
            details=details,
        )
    if status == 404:
        return EndpointNotFound(
            f"The storage account {host} has no such container or file.",
            "Check the workspace's default datastore; a batch whose files were deleted has to be "
            "made anew with another --out.",
            details=details,
        )
    if status >= 500 or status == 429 or not status:
        return ServiceFault(
            f"The storage account {host} is busy or failed ({status}).",
            "Run the same command again in a few minutes; what is done is kept.",
            details=details,
        )
    return ArmRefused(
        f"The storage account {host} refused it ({details.removeprefix('HTTP ')}).",
        "Run the same command again; if it stays, give the details to Azure support.",
        details=details,
    )
