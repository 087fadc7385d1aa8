"""The batch endpoint's own address: one POST that starts a job, and is never repeated blindly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

from core.arm.answers import read_answer
from core.backends.connection_failures import Target, failure_of_exception
from core.batch.datastore import API_VERSION
from core.endpoint_address import is_loopback
from core.errors import EndpointNotFound, InvalidReply, SettingsError, SignInRefused
from core.signin.source import ML_SCOPE

if TYPE_CHECKING:
    from core.arm import ArmClient, ResourceId
    from core.arm.answers import ArmAnswer
    from core.settings.hosts import AllowedHosts
    from core.signin.source import TokenSource

_CONNECT_S, _READ_S = 10.0, 120.0


@dataclass(frozen=True)
class Order:
    """What a job is to do.

    Attributes:
        name: The name that the job is asked to have.
        request_id: The same when an order is repeated.
        inputs: Folder with the input files, as a path in a datastore.
        outputs: Folder for the predictions, likewise.
    """

    name: str
    request_id: str
    inputs: str
    outputs: str

    def body(self) -> dict[str, Any]:
        """As Azure ML's REST interface takes it.

        From Microsoft Learn, "Create jobs and input data for batch endpoints"; a deployment of a
        model ignores the name of its one input and its one output. ``name`` is what the Azure ML
        SDK sends for ``job_name``.
        """
        return {
            "properties": {
                "name": self.name,
                "InputData": {"images": {"JobInputType": "UriFolder", "Uri": self.inputs}},
                "OutputData": {"score": {"JobOutputType": "UriFile", "Uri": self.outputs}},
            }
        }


def scoring_url_of_batch(arm: ArmClient, endpoint: ResourceId) -> str:
    """Where jobs of a batch endpoint are started.

    Raises:
        EndpointNotFound: It is not there, or has no default deployment.
        BackendError: Azure could not be asked.
    """
    properties = arm.call("GET", endpoint.path, API_VERSION).body.get("properties", {})
    url = str(properties.get("scoringUri") or "")
    if not url or not (properties.get("defaults") or {}).get("deploymentName"):
        raise EndpointNotFound(
            f"The batch endpoint {endpoint.endpoint} has no default deployment yet.",
            "Deploy MedImageParse to it and make that the default, as docs/batch.md describes.",
        )
    return url


class FrontDoor:
    """Starts jobs as one signed-in person.

    Args:
        source: Who is signed in; a batch endpoint takes no keys.
        url: From :func:`scoring_url_of_batch`.
        hosts: Where a token may go.

    Raises:
        SettingsError: The address is not encrypted, or its host is not allowed.
    """

    def __init__(self, source: TokenSource, url: str, hosts: AllowedHosts) -> None:
        parts = urlsplit(url)
        local = is_loopback(parts.hostname or "")
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise SettingsError(
                "The batch endpoint's address is not encrypted.",
                "Check MIP_BATCH_ENDPOINT and MIP_ARM_URL.",
            )
        hosts.check(url)
        self._url = url
        self._source = source
        self._session = requests.Session()
        self._session.trust_env = not local
        self._target = Target(parts.netloc, "token", None, _CONNECT_S, _READ_S)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def start(self, order: Order) -> str:
        """Start a job; returns its name.

        A token that is refused is renewed once: such an answer started nothing.

        Raises:
            SignInRefused: 401 or 403: nothing was started.
            EndpointNotFound: 404: nothing was started.
            ArmRefused: Another refusal, such as a missing quota: nothing was started, except that
                409 may mean that the same order is under way already.
            ServiceFault: It is not known whether something was started.
            ConnectionFailed: Likewise.
            InvalidReply: Likewise; the answer names no job.
        """
        token = self._source.token(ML_SCOPE)
        try:
            answer = self._post(order, token)
        except SignInRefused as refused:
            if "HTTP 401" not in refused.details:
                raise
            self._source.forget(ML_SCOPE, token)
            answer = self._post(order, self._source.token(ML_SCOPE))
        name = str(answer.body.get("name") or str(answer.body.get("id", "")).rpartition("/")[2])
        if not name:
            raise InvalidReply(
                f"{self._target.host} took the job, but did not name it.",
                "Run the same command again: it looks for the job before it starts another.",
            )
        return name

    def _post(self, order: Order, token: str) -> ArmAnswer:
        headers = {
            "Authorization": f"Bearer {token}",
            "x-ms-client-request-id": order.request_id,
            # As the Azure ML SDK names it.
            "repeatability_request-id": order.request_id,
        }
        try:
            response = self._session.post(
                self._url,
                json=order.body(),
                headers=headers,
                timeout=(_CONNECT_S, _READ_S),
                allow_redirects=False,
            )
        except (requests.RequestException, OSError) as problem:
            failure = failure_of_exception(problem, self._target, order.request_id)
        else:
            return read_answer(response, self._target.host, order.request_id)
        raise failure.error(1)
