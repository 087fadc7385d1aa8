"""One signed REST call to Azure Resource Manager, paging, and waiting for long operations."""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

from core.arm.account import object_id_of
from core.arm.answers import ArmAnswer, read_answer
from core.backends.connection_failures import Target, failure_of_exception
from core.backends.retry import Clock, pause
from core.endpoint_address import is_loopback
from core.errors import ServiceFault, SettingsError
from core.signin.source import ARM_SCOPE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from core.backends.base import RunControl
    from core.signin.source import TokenSource

DEFAULT_URL = "https://management.azure.com"
_CONNECT_S, _READ_S = 10.0, 60.0
_LONGEST_PAUSE_S = 60.0
_USUAL_PAUSE_S, _SHORTEST_PAUSE_S = 5.0, 0.2
_MOST_PAGES = 200

_log = logging.getLogger(__name__)


class ArmClient:
    """Calls Azure Resource Manager as one signed-in person.

    May be used from several threads. Paths and query values end up in no log.

    Args:
        source: Who is signed in.
        url: Address of Azure Resource Manager; https, or this machine.
        clock: Where the time of pauses comes from.

    Raises:
        SettingsError: The address is not encrypted.
    """

    def __init__(
        self, source: TokenSource, url: str = DEFAULT_URL, *, clock: Clock | None = None
    ) -> None:
        parts = urlsplit(url)
        self._local = is_loopback(parts.hostname or "")
        if parts.scheme != "https" and not (parts.scheme == "http" and self._local):
            raise SettingsError(
                f"The address of Azure Resource Manager, {url[:80]!r}, is not encrypted.",
                f"Set MIP_ARM_URL to an https:// address such as {DEFAULT_URL}, or take it out.",
            )
        self.url = url.rstrip("/")
        self._source = source
        self._clock = clock or Clock()
        self._session = requests.Session()
        # A proxy or certificate named in the environment is not meant for this machine itself.
        self._session.trust_env = not self._local
        self._target = Target(parts.netloc, "token", None, _CONNECT_S, _READ_S)

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._session.close()

    def object_id(self) -> str:
        """Object id in Microsoft Entra of whoever is signed in; empty when the token tells none.

        Raises:
            SignInRefused: Nobody is signed in.
        """
        return object_id_of(self._source.token(ARM_SCOPE))

    def call(
        self,
        method: str,
        path: str,
        api_version: str,
        body: Mapping[str, Any] | None = None,
        *,
        params: Mapping[str, str] | None = None,
    ) -> ArmAnswer:
        """Send one request and read the answer.

        Args:
            method: ``"GET"``, ``"PUT"``, ``"PATCH"``, ``"POST"`` or ``"DELETE"``.
            path: Below the address, such as ``/subscriptions/...``, or a full URL of the same host
                that an answer gave.
            api_version: Such as ``"2024-10-01"``; not added to a full URL.
            body: JSON, or None.
            params: More query values.

        Returns:
            The answer; its status is below 300.

        Raises:
            SignInRefused: 401 or 403; the sentence names the missing right where Azure does.
            EndpointNotFound: 404.
            ArmRefused: Any other refusal, with Azure's code and message.
            ConnectionFailed: It could not be reached.
            ServiceFault: Azure itself failed.
        """
        request_id = str(uuid.uuid4())
        headers = {
            "Authorization": f"Bearer {self._source.token(ARM_SCOPE)}",
            "x-ms-client-request-id": request_id,
        }
        query = dict(params or {})
        if "://" not in path:
            query["api-version"] = api_version
        try:
            response = self._session.request(
                method,
                self._absolute(path),
                params=query,
                json=body,
                headers=headers,
                timeout=(_CONNECT_S, _READ_S),
                allow_redirects=False,
            )
        except (requests.RequestException, OSError) as problem:
            failure = failure_of_exception(problem, self._target, request_id)
        else:
            _log.info("management %s: %d", method, response.status_code)
            return read_answer(response, self._target.host, request_id)
        raise failure.error(1)

    def pages(
        self, path: str, api_version: str, *, params: Mapping[str, str] | None = None
    ) -> Iterator[Mapping[str, Any]]:
        """Every item of a list, over all its pages; raises as :meth:`call` does."""
        answer = self.call("GET", path, api_version, params=params)
        for _ in range(_MOST_PAGES):
            yield from answer.items
            if not answer.next_link:
                return
            answer = self.call("GET", answer.next_link, api_version)
        raise ServiceFault(
            f"{self._target.host} sends a list without an end.", "Narrow down what is looked for."
        )

    def finish(self, answer: ArmAnswer, api_version: str, control: RunControl) -> ArmAnswer:
        """Wait for the end of a long operation (ARM's Azure-AsyncOperation and Location headers).

        Args:
            answer: Of the PUT, POST or DELETE that began it.
            api_version: Of the resource.
            control: Told about the pauses; cancelling stops the waiting, not the operation.

        Returns:
            The last answer of the status address, or ``answer`` when nothing was to be waited for.

        Raises:
            ArmRefused: The operation failed, with Azure's code and message.
            Cancelled: The user stopped waiting.
        """
        status_url = answer.status_url
        while status_url and not answer.finished:
            asked_s = answer.retry_after_s
            seconds = _USUAL_PAUSE_S if asked_s is None else max(asked_s, _SHORTEST_PAUSE_S)
            seconds = min(seconds, _LONGEST_PAUSE_S)
            pause(seconds, "Azure is working on it.", control, self._clock)
            answer = self.call("GET", status_url, api_version)
            answer.check_operation(self._target.host)
        return answer

    def _absolute(self, path: str) -> str:
        """The URL of a path; a full URL must stay on the host, since the token goes there."""
        if "://" not in path:
            return self.url + path
        if (urlsplit(path).scheme, urlsplit(path).netloc) != (
            urlsplit(self.url).scheme,
            urlsplit(self.url).netloc,
        ):
            raise ServiceFault(
                f"{self._target.host} names another host to go on at, which is not followed.",
                "Check MIP_ARM_URL and whether a proxy stands in between.",
            )
        return path
