"""What backends of one process share: traffic to endpoints, who counts it, and the local model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.backends.local.shared import SharedRunner
from core.backends.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class CallRecord:
    """One request that was sent, and how it went; nothing about what was in it.

    Attributes:
        host: Host of the endpoint, with the port where its URL has one.
        request_id: The service's id of the request, or ours when it gave none.
        status: The status, such as ``"200"``, or the kind of exception that came instead.
        outcome: ``"success"``, or the name of the error that it is, such as ``"EndpointBusy"``.
        attempt: The number of the try, from 1.
        seconds: From sending to the whole answer.
        bytes_sent: Size of the body that was sent.
        bytes_received: Size of the body that came back; 0 when none did.
        rows: Number of pictures in the request.
        delayed_s: How long Azure held the request and the answer back for its bandwidth limit.
    """

    host: str
    request_id: str
    status: str
    outcome: str
    attempt: int
    seconds: float
    bytes_sent: int
    bytes_received: int
    rows: int
    delayed_s: float = 0.0


def _tell_nobody(_record: CallRecord) -> None:
    """Count nothing."""


@dataclass(frozen=True, eq=False)
class Services:
    """Shared by all sessions of a process.

    Attributes:
        traffic: How many requests may be under way to each endpoint; counts only.
        on_call: Told about every request; called from many threads.
        local: The one local model.
    """

    traffic: Traffic = field(default_factory=Traffic)
    on_call: Callable[[CallRecord], None] = field(default=_tell_nobody)
    local: SharedRunner = field(default_factory=SharedRunner)
