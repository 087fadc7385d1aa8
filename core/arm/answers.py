"""What Azure Resource Manager answers, and what its refusals mean."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.errors import ArmRefused, EndpointNotFound, ServiceFault, SignInRefused
from core.one_line import one_line

if TYPE_CHECKING:
    import requests

_LONGEST_MESSAGE = 600
_ENDS = frozenset({"succeeded", "failed", "canceled"})
"""The only words that mean the end of a long operation (Microsoft Learn, "Track asynchronous Azure
operations"); any other word means that it goes on."""


@dataclass(frozen=True, eq=False)
class ArmAnswer:
    """One answer that is no refusal.

    Attributes:
        status: HTTP status, below 300.
        body: The JSON object; empty when there was none.
        headers: Of the answer, any case.
    """

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def items(self) -> Sequence[Mapping[str, Any]]:
        """The items of a list."""
        found = self.body.get("value", [])
        return [item for item in found if isinstance(item, Mapping)]

    @property
    def next_link(self) -> str:
        """Where the list goes on, or empty."""
        return str(self.body.get("nextLink") or "")

    @property
    def status_url(self) -> str:
        """Where to ask how far a long operation is, or empty."""
        headers = self.headers
        return headers.get("Azure-AsyncOperation") or headers.get("Location") or ""

    @property
    def retry_after_s(self) -> float | None:
        """The pause that was asked for."""
        value = self.headers.get("Retry-After", "")
        return float(value) if re.fullmatch(r"[0-9]{1,6}", value) else None

    @property
    def finished(self) -> bool:
        """False while a long operation goes on."""
        said = str(self.body.get("status") or self._state)
        if said:
            return said.lower() in _ENDS
        return self.status not in {201, 202}

    @property
    def _state(self) -> str:
        """The provisioning state of a resource, or empty."""
        properties = self.body.get("properties")
        found = properties.get("provisioningState") if isinstance(properties, Mapping) else None
        return found if isinstance(found, str) else ""

    def check_operation(self, host: str) -> None:
        """Raise when a long operation says that it failed.

        Raises:
            ArmRefused: With Azure's code and message.
        """
        if str(self.body.get("status") or "").lower() in {"failed", "canceled"}:
            code, message = told(self.body)
            raise ArmRefused(
                f"Azure could not finish it: {message or code or 'no reason given'}",
                "Mend what it names, then run it again; what exists already is kept.",
                details=f"{host}: {code}",
            )


def read_answer(response: requests.Response, host: str, request_id: str) -> ArmAnswer:
    """Take an answer apart, or raise what it means.

    Args:
        response: Of the call, read to its end.
        host: For the sentences.
        request_id: That was sent, for when the service names none.

    Raises:
        SignInRefused: 401 or 403.
        EndpointNotFound: 404.
        ArmRefused: Any other refusal.
        ServiceFault: 5xx, or no JSON.
    """
    request_id = response.headers.get("x-ms-request-id") or request_id
    try:
        body = json.loads(response.content) if response.content.strip() else {}
    except ValueError:
        body = None
    status = response.status_code
    code, message = told(body if isinstance(body, Mapping) else {})
    details = f"HTTP {status}: {code}".strip(": ")
    if 300 <= status < 400 or (status < 300 and not isinstance(body, Mapping)):
        raise ServiceFault(
            f"{host} answered with something else than Azure Resource Manager does ({status}).",
            "Check MIP_ARM_URL, and whether a proxy or a sign-in page of the network stands in "
            "between.",
            details=details,
            request_id=request_id,
        )
    if status < 300:
        return ArmAnswer(status, body or {}, response.headers)
    if status == 401:
        raise SignInRefused(
            f"{host} did not accept the sign-in (401{', ' + code if code else ''}).",
            "Sign in again, with an account of the tenant that the subscription belongs to.",
            details=f"{details} {message}",
            request_id=request_id,
        )
    if status == 403:
        raise SignInRefused(
            f"This account may not do that in Azure: {message or code or '403'}",
            "Ask an owner of the resource group for the role that is named, or for Contributor.",
            details=details,
            request_id=request_id,
        )
    if status == 404:
        raise EndpointNotFound(
            f"Azure knows no such thing: {message or code or '404'}",
            "Check subscription, resource group, workspace and name.",
            details=details,
            request_id=request_id,
        )
    if status >= 500 or status == 429:
        raise ServiceFault(
            f"{host} is busy or failed ({status}).",
            "Try again in a few minutes; if it stays, look at status.azure.com.",
            details=f"{details} {message}",
            request_id=request_id,
        )
    raise ArmRefused(
        f"Azure refused it: {message or code or status}",
        "Mend what it names, then run it again.",
        details=details,
        request_id=request_id,
    )


def told(body: Mapping[str, Any]) -> tuple[str, str]:
    """Code and message of an error; the innermost detail says most."""
    error = body.get("error")
    if not isinstance(error, Mapping):
        error = body if "code" in body and "message" in body else {}
    details = error.get("details")
    while isinstance(details, list) and details and isinstance(details[0], Mapping):
        error, details = details[0], details[0].get("details")
    code = re.sub(r"[^\w.-]", "", str(error.get("code") or ""))[:80]
    message = one_line(str(error.get("message") or ""))[:_LONGEST_MESSAGE]
    return code, message if not message or message.endswith((".", "!", "?")) else f"{message}."
