"""A small real HTTP server on this machine whose answers are a function: base of the stand-ins.

``with RestServer(answer) as server: ... server.url ...`` where ``answer(Asked) -> Answered``.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable


@dataclass(frozen=True, eq=False)
class Asked:
    """One request.

    Attributes:
        method: Such as ``"GET"``.
        path: Without the query, as sent.
        query: Query values.
        headers: Names in lower case.
        body: As sent.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True, eq=False)
class Answered:
    """One answer; a body that is not bytes is sent as JSON."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)


class RestServer:
    """Serves ``answer`` on loopback until the ``with`` statement ends.

    Attributes:
        asked: Every request so far.
        crashes: What went wrong in ``answer``; raised at the end, so that no test passes over it.
    """

    def __init__(
        self,
        answer: Callable[[Asked], Answered],
        *,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.crashes: list[BaseException] = []
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.rest = self
        self._scheme = "http" if tls is None else "https"
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: object, problem: object, trace: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        if self.crashes and problem is None:
            raise AssertionError("the stand-in itself failed") from self.crashes[0]

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._server.server_address[1]

    @property
    def url(self) -> str:
        """Its address without a slash at the end."""
        return f"{self._scheme}://127.0.0.1:{self.port}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    rest: RestServer

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # past HTTPServer's own, which looks its name up in DNS


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _serve(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        asked = Asked(self.command, parts.path, query, headers, self.rfile.read(length))
        self.server.rest.asked.append(asked)
        try:
            answered = self.server.rest.answer(asked)
        except BaseException as problem:  # noqa: BLE001 - raised again when the server ends
            self.server.rest.crashes.append(problem)
            answered = Answered(500, {"error": {"code": "StandInFailed", "message": str(problem)}})
        body = answered.body
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        self.send_response(answered.status)
        sent = {"content-type": kind, "content-length": str(len(raw))}
        for name, value in (sent | answered.headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(raw)

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = do_HEAD = _serve  # noqa: N815 - as http.server calls them

    def log_message(self, *_args: object) -> None:
        """Say nothing."""
