"""Whether a set of Azure permissions allows an action."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def allows(permissions: Iterable[Mapping[str, Any]], action: str) -> bool:
    """True when one of the permissions names the action and does not take it out again.

    Azure adds permissions up: what one role leaves out, another may give (Microsoft Learn,
    "Understand Azure role definitions", notActions).

    Args:
        permissions: As ``Microsoft.Authorization/permissions`` lists them: ``actions`` and
            ``notActions`` with ``*`` for any text.
        action: Such as ``"Microsoft.Resources/subscriptions/read"``; case does not matter.
    """
    return any(
        _is_among(action, permission.get("actions"))
        and not _is_among(action, permission.get("notActions"))
        for permission in permissions
    )


def _is_among(action: str, patterns: object) -> bool:
    listed = patterns if isinstance(patterns, list) else []
    return any(_matches(action, pattern) for pattern in listed if isinstance(pattern, str))


def _matches(action: str, pattern: str) -> bool:
    expression = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(expression, action, re.IGNORECASE) is not None
