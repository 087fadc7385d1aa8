"""Tokens of one credential: kept while they are good, fetched in time, and renewed on request."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING

from core.signin.refusals import about_to_expire, nobody_signed_in, refusal_of, too_slow
from core.signin.source import MARGIN_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.errors import BackendError
    from core.signin.credentials import AccessToken, Credential

PATIENCE_S = 30.0
"""How long a token is waited for."""


class CredentialSource:
    """A sign-in through ``azure-identity``.

    A token is kept until five minutes before its end, as azure-core's own bearer policy does it:
    some credentials start a process each time they are asked.

    Args:
        way: How one signs in.
        credential: Gives the tokens.
        renew: Makes of a credential one that gives fresh tokens only, past every cache.
        now: Seconds since 1970.
        patience_s: How long a token is waited for.
    """

    def __init__(
        self,
        way: str,
        credential: Credential,
        renew: Callable[[Credential], Credential],
        *,
        now: Callable[[], float] = time.time,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.way = way
        self._credential = credential
        self._renew = renew
        self._now = now
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._fetching = threading.Lock()
        self._kept: dict[str, AccessToken] = {}
        self._refused: set[str] = set()
        self._closed = False

    def __repr__(self) -> str:
        return f"CredentialSource({self.way!r})"

    def token(self, scope: str) -> str:
        """See :meth:`TokenSource.token`."""
        with self._fetching:  # whoever comes second finds what the first has fetched
            with self._lock:
                if self._closed:
                    raise nobody_signed_in()
                found = self._kept.get(scope)
                refused = scope in self._refused
            if found is None or not self._lasts(found):
                found = self._fetch(scope, refused=refused)
            return found.token

    def forget(self, scope: str, token: str) -> None:
        """See :meth:`TokenSource.forget`."""
        with self._lock:
            kept = self._kept.get(scope)
            if kept is not None and kept.token == token:
                del self._kept[scope]
                self._refused.add(scope)

    def close(self) -> None:
        """See :meth:`TokenSource.close`; does not wait for a token that is being fetched."""
        with self._lock:
            self._closed = True
            self._kept.clear()
        close_credential(self._credential)

    def _fetch(self, scope: str, *, refused: bool) -> AccessToken:
        """A new token, past the credential's own cache when what is in there is of no use."""
        found = self._ask(scope, fresh=refused)
        if not self._lasts(found) and not refused:
            found = self._ask(scope, fresh=True)
        if not self._lasts(found):
            raise about_to_expire()
        with self._lock:
            if self._closed:
                raise nobody_signed_in()
            self._kept[scope] = found
            self._refused.discard(scope)
        return found

    def _ask(self, scope: str, *, fresh: bool) -> AccessToken:
        """Ask the credential; raised outside of ``except``, so that no token hangs on the error."""
        if fresh:
            self._credential = self._renew(self._credential)
        outcome = _in_time(
            lambda: _token_or_refusal(self._credential, scope, self.way), self._patience_s
        )
        if outcome is None:
            raise too_slow(self.way, self._patience_s)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _lasts(self, token: AccessToken) -> bool:
        return token.expires_on - self._now() > MARGIN_S


def close_credential(credential: Credential) -> None:
    """Close the connections of a credential that has any."""
    close = getattr(credential, "close", None)
    if close is not None:
        close()


def _token_or_refusal(credential: Credential, scope: str, way: str) -> AccessToken | BackendError:
    try:
        return credential.get_token(scope)
    except Exception as problem:  # noqa: BLE001 - what it is, is told by refusal_of
        return refusal_of(problem, way)


def _in_time(
    work: Callable[[], AccessToken | BackendError], seconds: float
) -> AccessToken | BackendError | None:
    """The result of work that nothing can interrupt, or None when it takes too long."""
    future: Future[AccessToken | BackendError] = Future()
    threading.Thread(target=lambda: future.set_result(work()), name="sign-in", daemon=True).start()
    try:
        return future.result(seconds)
    except TimeoutError:
        return None
