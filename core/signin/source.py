"""What a sign-in is to the rest of the program: something that gives tokens."""

from __future__ import annotations

from typing import Protocol

ML_SCOPE = "https://ml.azure.com/.default"
"""For the scoring of an online endpoint (Microsoft Learn, "Authenticate clients for online
endpoints"): the audience is https://ml.azure.com, not the management address."""

ARM_SCOPE = "https://management.azure.com/.default"
"""For Azure Resource Manager: finding, deploying, reading quota."""

STORAGE_SCOPE = "https://storage.azure.com/.default"
"""For blobs of the batch endpoint."""

MARGIN_S = 300.0
"""A token that expires sooner is not used: the longest request takes 180 s, and clocks differ."""


class TokenSource(Protocol):
    """One person's or one machine's sign-in; belongs to one user session."""

    @property
    def way(self) -> str:
        """One of :data:`core.settings.SIGN_IN_WAYS`."""
        ...

    def token(self, scope: str) -> str:
        """A token that is still good, refreshed before it expires; safe to call from any thread.

        Args:
            scope: Such as :data:`ML_SCOPE`.

        Raises:
            SignInRefused: Nobody is signed in, or the sign-in was refused; the sentence holds no
                token.
            ConnectionFailed: The sign-in service could not be reached.
        """
        ...

    def forget(self, scope: str, token: str) -> None:
        """Have the next token fetched afresh, since a service did not accept this one.

        Args:
            scope: Of the token.
            token: The one that was refused; nothing happens when another has replaced it.
        """
        ...

    def close(self) -> None:
        """Forget all tokens and close connections."""
        ...


class Bearer:
    """Signs the requests to one endpoint: ``get_backend("azure", settings, token=Bearer(source))``.

    Args:
        source: Who is signed in.
        scope: What the tokens are for.
    """

    def __init__(self, source: TokenSource, scope: str = ML_SCOPE) -> None:
        self._source = source
        self._scope = scope

    def __call__(self) -> str:
        """The token for the next request; raises as :meth:`TokenSource.token` does."""
        return self._source.token(self._scope)

    def refused(self, token: str) -> None:
        """Tell that the service answered 401 to a token, so that the next one is a fresh one."""
        self._source.forget(self._scope, token)
