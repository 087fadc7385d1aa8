"""The stand-in's HTTP side: what goes over the wire, and what goes wrong there."""

from __future__ import annotations

import json
import select
import socket
import ssl
import struct
import sys
import time
import uuid
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING

from tests.standin import behaviour as play
from tests.standin.behaviour import Behaviour, HangUp, Refusal, Reply
from tests.standin.contract import Refused, read_rows
from tests.standin.model import response_body

if TYPE_CHECKING:
    from tests.standin.endpoint import StandIn

LOOK_S = 0.02
"""How often a pause looks whether the client has left."""


@dataclass(frozen=True, eq=False)
class Received:
    """One request as it arrived.

    Attributes:
        method: ``"POST"`` or ``"GET"``.
        path: Path of the request.
        headers: Names in lower case.
        body: The body.
        connection: The client's port, which tells one connection from another.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def texts(self) -> list[str]:
        """The phrases of every row, as they were sent."""
        table = json.loads(self.body)["input_data"]
        return [row[table["columns"].index("text")] for row in table["data"]]


class Server(ThreadingHTTPServer):
    """Keeps track of its connections, so that it can end without waiting for clients."""

    daemon_threads = False
    allow_reuse_address = True

    def __init__(self, standin: StandIn, port: int) -> None:
        self.standin = standin
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), Handler)

    def server_bind(self) -> None:
        # Past HTTPServer's own, which looks its name up in DNS.
        TCPServer.server_bind(self)

    def get_request(self) -> tuple[socket.socket, object]:
        request, address = super().get_request()
        self._open.add(request)
        return request, address

    def shutdown_request(self, request: socket.socket) -> None:
        # No orderly FIN first: with SO_LINGER 0 the close is then seen as a reset.
        self._open.discard(request)
        self.close_request(request)

    def hang_up_all(self) -> None:
        for request in tuple(self._open):
            try:
                request.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, _request: object, _address: object) -> None:
        problem = sys.exception()
        if problem is not None and not isinstance(problem, OSError):
            self.standin.crashes.append(problem)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def version_string(self) -> str:
        return "azureml-frontdoor"

    def log_message(self, *_args: object) -> None:
        """Stay silent."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        received = Received(self.command, self.path, headers, body, self.client_address[1])
        planned = self.server.standin.begin(received)
        client_left = True
        try:
            self._play(received, planned)
            client_left = False
        finally:
            self.server.standin.end(client_left=client_left)

    def _play(self, received: Received, planned: Behaviour) -> None:
        if received.path != "/score" or received.method != "POST":
            self._elsewhere(received)
            return
        self._pause(planned.delay_s)
        if isinstance(planned, HangUp):
            self._hang_up(reset=planned.reset)
            return
        refusal = planned if isinstance(planned, Refusal) else None
        refusal = refusal or self.server.standin.check_door(received)
        if refusal is None:
            self._score(received, planned)
        else:
            self._send_refusal(received, refusal)

    def _elsewhere(self, received: Received) -> None:
        """Everything that is not a scoring request."""
        refusal = self.server.standin.check_door(received)
        if received.path == "/" and received.method == "GET":
            self._send(received, 200, b"Healthy", content_type="text/plain")
        elif refusal is not None:
            self._send_refusal(received, refusal)
        elif received.path == "/swagger.json":
            document = {"openapi": "3.0.0", "paths": {"/": {"get": {}}, "/score": {"post": {}}}}
            self._send(received, 200, json.dumps(document).encode())
        elif received.path == "/score":
            self._send_refusal(received, play.NO_INPUT_DATA)
        else:
            self._send_refusal(received, play.NO_DEPLOYMENT)

    def _score(self, received: Received, reply: Reply) -> None:
        started = time.perf_counter()
        try:
            rows = read_rows(received.headers.get("content-type", ""), received.body)
        except Refused as refused:
            self.server.standin.reasons.append(refused.reason)
            self._send_refusal(received, refused.refusal)
            return
        body = reply.body if reply.body is not None else response_body(rows, reply)
        milliseconds = (time.perf_counter() - started) * 1000
        deployment = received.headers.get("azureml-model-deployment")
        deployment = deployment or self.server.standin.deployments[0]
        length = None if reply.trailers else len(body)
        self._head(received, 200, length, {"content-type": reply.content_type})
        self.send_header("x-ms-run-function-failed", "False")
        self.send_header("x-ms-run-fn-exec-ms", f"{milliseconds:.3f}")
        self.send_header("x-ms-server-version", "azmlinfsrv/1.4.1")
        self.send_header("azureml-model-deployment", deployment)
        self.send_header("azureml-model-session", deployment)
        if reply.close:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if reply.trailers:
            self._deliver_in_chunks(body, reply)
        else:
            self._deliver(body, reply)

    def _deliver_in_chunks(self, body: bytes, reply: Reply) -> None:
        """Send the body in two chunks and the trailers behind it."""
        middle = len(body) // 2
        for part in (body[:middle], body[middle:]):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        lines = "".join(f"{name}: {value}\r\n" for name, value in reply.trailers)
        self.wfile.write(f"0\r\n{lines}\r\n".encode())

    def _deliver(self, body: bytes, reply: Reply) -> None:
        """Send the body at the speed and to the point that was asked for."""
        whole = reply.cut_after is None
        end = len(body) if reply.cut_after is None else round(len(body) * reply.cut_after)
        step = max(-(-end // reply.pieces), 1)
        for start in range(0, end, step):
            self._pause(reply.piece_delay_s)
            self.wfile.write(body[start : min(start + step, end)])
        if not whole:
            self._hang_up(reset=reply.reset)

    def _send_refusal(self, received: Received, refusal: Refusal) -> None:
        body = refusal.body.encode()
        self._head(received, refusal.status, len(body), dict(refusal.headers))
        self.end_headers()
        self.wfile.write(body)

    def _send(
        self, received: Received, status: int, body: bytes, content_type: str = "application/json"
    ) -> None:
        self._head(received, status, len(body), {"content-type": content_type})
        self.end_headers()
        self.wfile.write(body)

    def _head(
        self, received: Received, status: int, length: int | None, headers: dict[str, str]
    ) -> None:
        """Status line and the headers that every answer has, unless they are given."""
        client_id = received.headers.get("x-ms-client-request-id", "")[:40]
        usual = {
            **(
                {"transfer-encoding": "chunked"}
                if length is None
                else {"content-length": str(length)}
            ),
            "x-ms-request-id": client_id or str(uuid.uuid4()),
            "x-request-id": str(uuid.uuid4()),
        }
        if client_id:
            usual["x-ms-client-request-id"] = client_id
        self.send_response(status)
        for name, value in (usual | headers).items():
            self.send_header(name, value)

    def _pause(self, seconds: float) -> None:
        """Be silent, but notice when the client leaves or the server stops."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self.server.standin.stopping.wait(min(left, LOOK_S)):
                raise ConnectionAbortedError
            if isinstance(self.connection, ssl.SSLSocket):
                continue  # it cannot be peeked into
            readable, _, _ = select.select([self.connection], [], [], 0)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                raise ConnectionResetError

    def _hang_up(self, *, reset: bool) -> None:
        """End the connection, with a reset or in order."""
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
