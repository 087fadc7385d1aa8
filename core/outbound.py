"""What leaves this machine for one picture, and where it goes, for the eye of the user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.png import encode_png
from core.segmentation import prepare
from core.wire import encode_request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.imaging.model import Frame

_DOMAIN = "inference.ml.azure.com"


@dataclass(frozen=True, eq=False)
class Outbound:
    """What is sent for one picture.

    Attributes:
        picture: The very PNG that is in the request.
        phrases: The phrases as the request has them.
        request_bytes: Size of a request with this picture alone.
    """

    picture: bytes
    phrases: tuple[str, ...]
    request_bytes: int


def outbound(frame: Frame, phrases: str | Iterable[str]) -> Outbound:
    """Make what a run sends for a frame.

    Raises:
        PhraseError: The phrases cannot be used.
    """
    item = prepare(frame, phrases)
    body = encode_request([item.picture], [item.phrases])
    return Outbound(encode_png(item.picture), item.phrases, len(body))


def region_of(host: str) -> str:
    """Azure region of an endpoint, from NAME.REGION.inference.ml.azure.com; else empty.

    Args:
        host: Host of the scoring URL, with or without a port.
    """
    name, _, rest = host.lower().partition(".")
    region, _, domain = rest.partition(".")
    return region if name and domain.partition(":")[0] == _DOMAIN else ""
