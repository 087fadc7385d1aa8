"""What an endpoint that this program serves says about itself: which engine is behind it.

MedImageParse's contract has no place for that. A header that other clients do not know carries it,
so that masks of the demo engine are never taken for the model's, wherever they are asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.imaging.model import Notice

if TYPE_CHECKING:
    from collections.abc import Mapping

ENGINE_HEADER = "x-workbench-engine"
"""In every answer of ``python -m core serve``: the name of the engine."""

_NOTICES = {
    "demo": Notice(
        "served_demo",
        "This endpoint answers with the demo engine: classical image processing, not "
        "MedImageParse.",
        "warning",
    ),
    "local": Notice(
        "served_local", "This endpoint answers with BiomedParse v1, which this program serves."
    ),
}


def engine_notice(headers: Mapping[str, str]) -> Notice | None:
    """Say which engine of this program an endpoint answers with; None for all other endpoints.

    Args:
        headers: Of an answer, with names in any case.
    """
    return _NOTICES.get(headers.get(ENGINE_HEADER, ""))
