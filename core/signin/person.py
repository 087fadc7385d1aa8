"""A sign-in that a person finishes elsewhere: a code on another device, or a browser window."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from core.signin.credential_source import CredentialSource, close_credential
from core.signin.credentials import open_personal
from core.signin.refusals import nobody_signed_in, refusal_of
from core.signin.source import ML_SCOPE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from core.errors import BackendError
    from core.signin.credentials import AccessToken, Credential, PersonalCredential

    OpenPersonal = Callable[
        [Callable[[str, str, datetime], None], Callable[[object], None]], PersonalCredential
    ]


@dataclass(frozen=True)
class SignInState:
    """How far a sign-in is.

    Attributes:
        step: ``"waiting"`` for the person, ``"done"``, ``"failed"`` or ``"cancelled"``.
        code: What the person enters; empty while it is fetched, and in a browser window.
        link: Where the person enters it; https.
        expires: When the code ends, in UTC.
        error: Why it failed.
    """

    step: Literal["waiting", "done", "failed", "cancelled"] = "waiting"
    code: str = ""
    link: str = ""
    expires: datetime | None = None
    error: BackendError | None = None


class PersonSource:
    """A token source that is good as soon as a person has signed in; it waits in a thread.

    Args:
        way: ``"device"`` or ``"browser"``.
        env: Environment variables; ``AZURE_TENANT_ID`` chooses the tenant.
        open_with: Makes the credential from what to do with the code and before each request.
    """

    def __init__(
        self, way: str, env: Mapping[str, str], *, open_with: OpenPersonal | None = None
    ) -> None:
        self.way = way
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._state = SignInState()
        self._tokens: CredentialSource | None = None
        opener = open_with or (
            lambda on_code, on_request: open_personal(
                way, env, on_code=on_code, on_request=on_request
            )
        )
        self._thread = threading.Thread(
            target=self._run, args=(opener,), name="sign-in", daemon=True
        )
        self._thread.start()

    def __repr__(self) -> str:
        return f"PersonSource({self.way!r}, {self.state.step!r})"

    @property
    def state(self) -> SignInState:
        """How far it is, as one consistent value."""
        with self._lock:
            return self._state

    def wait(self, seconds: float) -> SignInState:
        """Wait until the state changes, at most so long."""
        with self._changed:
            self._changed.wait(seconds)
            return self._state

    def cancel(self) -> None:
        """Stop waiting for the person; nothing is asked of the service any more."""
        self._move(SignInState("cancelled"))

    def token(self, scope: str) -> str:
        """See :meth:`TokenSource.token`; does not wait for the person."""
        return self._signed_in().token(scope)

    def forget(self, scope: str, token: str) -> None:
        """See :meth:`TokenSource.forget`."""
        self._signed_in().forget(scope, token)

    def close(self) -> None:
        """See :meth:`TokenSource.close`; a person who is being waited for is not any more."""
        self.cancel()
        with self._lock:
            tokens, self._tokens = self._tokens, None
            self._state = SignInState("cancelled")
        if tokens is not None:
            tokens.close()

    def _signed_in(self) -> CredentialSource:
        with self._lock:
            if self._tokens is None:
                raise self._state.error or nobody_signed_in()
            return self._tokens

    def _run(self, opener: OpenPersonal) -> None:
        """Wait for the person, in the thread."""
        credential: PersonalCredential | None = None
        try:
            credential = opener(self._take_code, self._checkpoint)
            credential.authenticate(scopes=[ML_SCOPE])
        except Exception as problem:  # noqa: BLE001 - what it is, is told by refusal_of
            self._move(SignInState("failed", error=refusal_of(problem, self.way)))
        else:
            tokens = CredentialSource(self.way, credential, _Fresh)
            if self._move(SignInState("done"), tokens):
                return
        if credential is not None:
            close_credential(credential)

    def _take_code(self, link: str, code: str, expires: datetime) -> None:
        safe = link if urlsplit(link).scheme == "https" else ""
        self._move(SignInState("waiting", code, safe, expires))

    def _checkpoint(self, _request: object) -> None:
        """Called before each request of the sign-in, refreshing later included."""
        if self.state.step == "cancelled":
            raise nobody_signed_in()

    def _move(self, state: SignInState, tokens: CredentialSource | None = None) -> bool:
        """Go on to a state, from waiting only; False when it had ended already."""
        with self._changed:
            if self._state.step != "waiting":
                return False
            self._state, self._tokens = state, tokens
            self._changed.notify_all()
            return True


class _Fresh:
    """A person's credential from which nothing is wanted that is older than this moment.

    The claim is the one with which services ask for a token after a revocation (continuous access
    evaluation): it makes the refresh token be used, past the cache.
    """

    def __init__(self, credential: Credential) -> None:
        self._credential = credential
        since = {"essential": True, "value": str(int(time.time()))}
        self._claims = json.dumps({"access_token": {"nbf": since}})

    def get_token(self, *scopes: str, claims: str | None = None) -> AccessToken:
        return self._credential.get_token(*scopes, claims=claims or self._claims)

    def close(self) -> None:
        close_credential(self._credential)
