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
        """
        ...

    def close(self) -> None:
        """Forget all tokens and close connections."""
        ...
