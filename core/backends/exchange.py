"""One POST that can be broken off from another thread, at any moment of it.

``requests`` blocks until the first byte of the answer, which takes a model minutes at worst, and
offers no way to stop before. So the call runs in a thread of its own; whoever waits for it looks
about ten times a second whether to go on, and otherwise shuts the connection's socket down, which
ends the call at once instead of leaving it to its read timeout.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from concurrent.futures import Future, wait
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from requests import Session
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from requests.auth import AuthBase
    from urllib3.poolmanager import PoolManager

_POOL_SIZE = 16
_PIECE = 1 << 20
_TRAILERS_KEPT = "ms-azureml-"
_LONGEST_LINE = 65536


@dataclass(frozen=True, eq=False)
class Answer:
    """What came back, whatever the status.

    Attributes:
        status: HTTP status code.
        headers: Header names (any case) and values; what came behind the body is among them.
        body: The whole body.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class Exchange:
    """One request under way.

    Args:
        session: A session from :func:`open_session`.
        url: Where to.
        timeout_s: Longest wait for the connection, and longest silence after it.
    """

    def __init__(self, session: Session, url: str, timeout_s: tuple[float, float]) -> None:
        self._session = session
        self._url = url
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._broken_off = False
        self._trailers: dict[str, str] = {}

    def post(
        self,
        body: bytes,
        headers: Mapping[str, str],
        auth: AuthBase,
        *,
        poll_s: float,
        checkpoint: Callable[[], None],
    ) -> Answer:
        """Send, and wait for the whole answer.

        Args:
            body: What to send.
            headers: Beside those of the session.
            auth: Signs the request; called in the thread of the request.
            poll_s: How often ``checkpoint`` is called while waiting.
            checkpoint: Raises to break the exchange off; called in the caller's thread.

        Raises:
            requests.RequestException: No answer came.
            urllib3.exceptions.HTTPError: The answer broke off half-way.
        """
        future: Future[Answer] = Future()

        def run() -> None:
            _under_way.set(self)
            try:
                future.set_result(self._post(body, headers, auth))
            except BaseException as problem:  # noqa: BLE001 - it is raised again by the waiter
                future.set_exception(problem)

        threading.Thread(target=run, name="azure-request", daemon=True).start()
        try:
            while not wait([future], timeout=poll_s).done:
                checkpoint()
            return future.result()
        finally:
            if not future.done():
                self._break_off()

    def _post(self, body: bytes, headers: Mapping[str, str], auth: AuthBase) -> Answer:
        """Send and read, in the thread of the request."""
        with self._session.post(
            self._url,
            data=body,
            headers=dict(headers),
            auth=auth,
            timeout=self._timeout_s,
            allow_redirects=False,
            stream=True,
        ) as response:
            # One read for the whole body: reading through requests costs three times as long,
            # because it goes in pieces of 10 kB.
            content = response.raw.read(decode_content=True)
            headers_read = CaseInsensitiveDict(self._trailers)
            headers_read.update(response.headers)
            return Answer(response.status_code, headers_read, content)

    def watch(self, sock: object) -> None:
        """Called by the connection before and after it sends, with its socket when it has one.

        Raises:
            ConnectionAbortedError: Nobody waits for the answer any more.
        """
        with self._lock:
            if self._broken_off:
                raise ConnectionAbortedError("the exchange was broken off")
            if isinstance(sock, socket.socket):
                self._socket = sock

    def note_trailer(self, line: bytes) -> None:
        """Keep a header that came behind the body, when it is one of Azure ML's own."""
        name, _, value = line.decode("latin-1").partition(":")
        if name.lower().startswith(_TRAILERS_KEPT):
            self._trailers[name.lower()] = value.strip()

    def _break_off(self) -> None:
        """End the exchange, in whatever state it is."""
        with self._lock:
            self._broken_off = True
            if self._socket is not None:
                # The plain socket's shutdown, also under TLS: it wakes the thread that reads, and
                # leaves the TLS state, which belongs to that thread, alone.
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


_under_way: ContextVar[Exchange] = ContextVar("exchange_under_way")
"""The exchange that the current thread carries out."""


def open_session(*, trust_env: bool) -> Session:
    """A session for exchanges, and for nothing else: its connections report to them.

    Args:
        trust_env: Whether the proxies and certificates named in the environment are used.
    """
    session = Session()
    session.trust_env = trust_env
    adapter = _BreakableAdapter(pool_connections=1, pool_maxsize=_POOL_SIZE, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class _Response(http.client.HTTPResponse):
    """An answer whose trailers, which ``http.client`` throws away, are kept.

    Azure ML says behind the body how long it has held the traffic back.
    """

    def _read_and_discard_trailer(self) -> None:
        while (line := self.fp.readline(_LONGEST_LINE + 1)).strip():
            if len(line) > _LONGEST_LINE:
                raise http.client.LineTooLong("trailer line")
            _under_way.get().note_trailer(line)


class _HTTP(HTTPConnection):
    """A connection that tells the exchange under way about itself before it sends anything."""

    response_class = _Response

    def send(self, data: Any) -> None:  # noqa: ANN401 - as http.client has it
        exchange = _under_way.get()
        # In pieces: a socket's timeout holds for each call, and a volume of 80 MB takes longer.
        for piece in _pieces(data):
            exchange.watch(self.sock)
            super().send(piece)
        exchange.watch(self.sock)


def _pieces(data: Any) -> Iterator[Any]:  # noqa: ANN401 - as http.client has it
    """Bytes a megabyte at a time; anything else as it is."""
    if not isinstance(data, bytes) or len(data) <= _PIECE:
        yield data
        return
    view = memoryview(data)
    for start in range(0, len(view), _PIECE):
        yield view[start : start + _PIECE]


class _HTTPS(_HTTP, HTTPSConnection):
    """The same, under TLS."""


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPS


_POOLS = {"http": _HTTPPool, "https": _HTTPSPool}


class _BreakableAdapter(HTTPAdapter):
    """Uses the pools above, directly and through a proxy."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> PoolManager:  # noqa: ANN401 - passed on
        manager: PoolManager = super().proxy_manager_for(proxy, **proxy_kwargs)
        if not proxy.lower().startswith("socks"):  # those come with connections of their own
            manager.pool_classes_by_scheme = _POOLS
        return manager
