"""How long Azure ML holds traffic back: its limit is 5 MB a second for each endpoint.

From Microsoft's page on quotas of online endpoints: excess traffic is delayed, and the trailers
``ms-azureml-bandwidth-request-delay-ms`` and ``-response-delay-ms`` tell by how much.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.geometry import MODEL_SIDE
from core.imaging.model import Notice

if TYPE_CHECKING:
    from collections.abc import Mapping

BYTES_A_SECOND = 5_000_000
"""What passes through one endpoint without delay."""

MASK_BYTES = MODEL_SIDE * MODEL_SIDE * 4 // 3
"""One mask in an answer: 1024 x 1024 bytes as base64."""

_DELAYS = ("ms-azureml-bandwidth-request-delay-ms", "ms-azureml-bandwidth-response-delay-ms")
_WORTH_TELLING_S = 0.5
_LARGE_S = 5.0


def delay_s(headers: Mapping[str, str]) -> float:
    """Seconds for which a request and its answer were held back, as the answer says.

    Args:
        headers: Headers and trailers of the answer.
    """
    values = (headers.get(name, "") for name in _DELAYS)
    return sum(float(v) for v in values if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", v)) / 1000


def delay_notice(seconds: float) -> Notice | None:
    """Say that an answer was held back, when it was for long enough to be felt."""
    if seconds < _WORTH_TELLING_S:
        return None
    return Notice(
        "bandwidth",
        f"Azure held this request back for {seconds:.1f} s, because an endpoint may pass 5 MB a "
        "second.",
    )


def forecast(pictures: int, phrases: int) -> str:
    """Say how much comes back from a large run and how long that takes at least; else empty.

    Args:
        pictures: Number of pictures.
        phrases: Number of phrases looked for in each.
    """
    size = pictures * phrases * MASK_BYTES
    seconds = size / BYTES_A_SECOND
    if seconds < _LARGE_S:
        return ""
    return (
        f"About {size / 1e6:.0f} MB come back; Azure's limit of 5 MB a second for an endpoint "
        f"makes that at least {_spoken(seconds)}."
    )


def _spoken(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"
