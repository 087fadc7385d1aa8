"""The workspace's own token for one endpoint (``aml_token``), through Azure Resource Manager."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.arm.versions import MACHINE_LEARNING
from core.errors import BackendError, SignInRefused
from core.signin.source import MARGIN_S, ML_SCOPE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.arm import ArmClient, ResourceId
    from core.signin.source import TokenSource


@dataclass(frozen=True)
class _Token:
    """A token with its times, in seconds since 1970."""

    text: str
    refresh_at: float
    ends_at: float

    def __repr__(self) -> str:
        return f"_Token(refresh_at={self.refresh_at:.0f})"


class WorkspaceSource:
    """Gives the endpoint's own token for scoring, and the tokens of the sign-in below for the rest.

    Args:
        base: Who asks Azure Resource Manager; needs ``onlineEndpoints/token/action``.
        arm: Calls Azure Resource Manager as ``base``.
        endpoint: The endpoint.
        now: Seconds since 1970.
    """

    way = "workspace"

    def __init__(
        self,
        base: TokenSource,
        arm: ArmClient,
        endpoint: ResourceId,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._base = base
        self._arm = arm
        self._endpoint = endpoint
        self._now = now
        self._lock = threading.Lock()
        self._kept: _Token | None = None

    def token(self, scope: str) -> str:
        """See :meth:`TokenSource.token`; also raises what Azure Resource Manager refuses with."""
        if scope != ML_SCOPE:
            return self._base.token(scope)
        with self._lock:
            if self._kept is None or self._now() >= self._kept.refresh_at:
                self._kept = self._renewed()
            return self._kept.text

    def forget(self, scope: str, token: str) -> None:
        """See :meth:`TokenSource.forget`."""
        if scope != ML_SCOPE:
            self._base.forget(scope, token)
            return
        with self._lock:
            if self._kept is not None and self._kept.text == token:
                self._kept = None

    def close(self) -> None:
        """See :meth:`TokenSource.close`."""
        self._kept = None
        self._arm.close()
        self._base.close()

    def _renewed(self) -> _Token:
        """A new token; the old one when none comes and it is still good."""
        try:
            answer = self._arm.call("POST", f"{self._endpoint.path}/token", MACHINE_LEARNING)
        except BackendError:
            if self._kept is not None and self._kept.ends_at - self._now() > MARGIN_S:
                return self._kept
            raise
        return _read(answer.body, self._now())


def _read(body: Mapping[str, object], now: float) -> _Token:
    """Take the answer apart.

    A token without times is used once: how long it lasts is not documented.

    Raises:
        SignInRefused: There is no token in it, or one that is about to end.
    """
    text = body.get("accessToken")
    if not isinstance(text, str) or not text.strip():
        raise SignInRefused(
            "The workspace gave no token for this endpoint.",
            "Check that the endpoint's authentication is aml_token; otherwise sign in with its key "
            "or with Microsoft Entra.",
        )
    ends_at = _seconds(body.get("expiryTimeUtc"))
    if ends_at is None:
        return _Token(text.strip(), now, now)
    if ends_at - now <= MARGIN_S:
        raise SignInRefused(
            "The workspace gave a token that has ended or is about to.",
            "Check that the clock of this computer is right.",
        )
    refresh_at = _seconds(body.get("refreshAfterTimeUtc")) or ends_at
    return _Token(text.strip(), min(refresh_at, ends_at - MARGIN_S), ends_at)


def _seconds(value: object) -> float | None:
    """A time in seconds since 1970, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return None
    return float(value)
