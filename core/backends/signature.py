"""What signs a request to a scoring URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from requests.auth import AuthBase

if TYPE_CHECKING:
    from collections.abc import Callable

    from requests import PreparedRequest


@runtime_checkable
class RenewableToken(Protocol):
    """A token that is fetched afresh after the endpoint has answered 401 to it."""

    def __call__(self) -> str:
        """The token for the next request."""
        ...

    def refused(self, token: str) -> None:
        """Hear that a token was not accepted."""
        ...


class Signature(AuthBase):
    """Signs one request, and remembers with what, so that it can be struck from what comes back.

    Given as ``auth``, it also keeps requests from signing with a ``.netrc`` file instead.
    """

    def __init__(self, token: Callable[[], str]) -> None:
        self._fetch = token
        self.used = ""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the header; called by requests, in the thread of the request."""
        self.used = self._fetch().strip()
        request.headers["Authorization"] = f"Bearer {self.used}"
        return request
