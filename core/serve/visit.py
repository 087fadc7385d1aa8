"""One request from its head to its answer: who it is, how it went, and the line in the log."""

from __future__ import annotations

import logging
import re
import uuid
from dataclasses import dataclass, field
from time import monotonic

from core.backends.services import CallRecord
from core.errors import Cancelled
from core.serve.refusals import LONG_REQUEST_ID, Refused

CLIENT_ID_HEADER = "x-ms-client-request-id"
_LOG = logging.getLogger(__name__)
_SUCCESS = "success"
_LONGEST_ID, _SHOWN_ID = 100, 40


@dataclass(eq=False)
class Visit:
    """What is known of one request; nothing of what is in its pictures and phrases.

    Attributes:
        client_id: The client's own id of the request, as far as it looks like one; it is logged.
        request_id: Ours.
        rows: Number of pictures.
        masks: Number of phrases, over all pictures.
        bytes_received: Size of the request's body.
    """

    client_id: str = ""
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    rows: int = 0
    masks: int = 0
    bytes_received: int = 0
    _started: float = field(default_factory=monotonic)

    @property
    def milliseconds(self) -> float:
        """Since the head of the request came."""
        return (monotonic() - self._started) * 1000

    @property
    def headers(self) -> dict[str, str]:
        """The ids, as every answer has them."""
        ids = {
            "x-ms-request-id": self.client_id or self.request_id,
            "x-request-id": self.request_id,
        }
        return ids | ({CLIENT_ID_HEADER: self.client_id} if self.client_id else {})

    def ended(
        self, name: str, status: int, outcome: str = _SUCCESS, *, sent: int = 0, reason: str = ""
    ) -> CallRecord:
        """Write the line in the log.

        Args:
            name: Of the deployment.
            status: Of the answer.
            outcome: ``"success"``, or the name of the error that it is.
            sent: Size of the answer's body.
            reason: Why there are no masks.

        Returns:
            The same for metrics.
        """
        seconds = self.milliseconds / 1000
        usual = outcome in {_SUCCESS, Cancelled.__name__}
        fields = {
            "request_id": self.request_id,
            "client_request_id": self.client_id,
            "status": status,
            "outcome": outcome,
            "seconds": seconds,
            "rows": self.rows,
            "masks": self.masks,
            "bytes_received": self.bytes_received,
            "bytes_sent": sent,
        }
        _LOG.log(
            logging.INFO if usual else logging.WARNING,
            "request %s: %d, %.2f s",
            self.request_id,
            status,
            seconds,
            extra={"event": "served", "fields": fields | ({"reason": reason} if reason else {})},
        )
        return CallRecord(
            host=name,
            request_id=self.request_id,
            status=str(status),
            outcome=outcome,
            attempt=1,
            seconds=seconds,
            bytes_sent=self.bytes_received,
            bytes_received=sent,
            rows=self.rows,
        )


def shown_id(text: str) -> str:
    """The client's id as it is echoed: cut, and nothing when it holds what no id has."""
    cut = text[:_SHOWN_ID]
    return cut if re.fullmatch(r"[A-Za-z0-9_-]+", cut) else ""


def check_id(text: str) -> None:
    """Refuse an id that the container would refuse.

    Raises:
        Refused: It is too long.
    """
    if len(text) > _LONGEST_ID:
        raise Refused(LONG_REQUEST_ID, f"a client's id of {len(text)} characters")
