"""A proxy on this machine that opens tunnels (CONNECT), with or without a sign-in.

``with ConnectProxy(endpoint.port) as proxy: ... proxy.url ...``: whatever host is asked for, the
tunnel ends at that port of this machine. It never sees what goes through.
"""

from __future__ import annotations

import base64
import contextlib
import select
import socket
import threading
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Self

_CHUNK = 65536


class ConnectProxy:
    """Opens tunnels to one port of this machine.

    Args:
        port: Where every tunnel ends.
        user: Who may use it; empty lets everybody.
        password: Of the user.

    Attributes:
        asked: Host and port of every tunnel that was asked for, refused ones included.
        refused: How many were refused for want of a sign-in.
    """

    def __init__(self, port: int, *, user: str = "", password: str = "") -> None:
        self.port_behind = port
        self.asked: list[str] = []
        self.refused = 0
        self._userinfo = f"{user}:{password}" if user else ""
        self._server = _Server(("127.0.0.1", 0), _Tunnel)
        self._server.proxy = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._server.shutdown()
        self._server.stopping.set()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        """Its address as HTTPS_PROXY names it, with the sign-in."""
        return (
            f"http://{self._userinfo}@{self.address}"
            if self._userinfo
            else f"http://{self.address}"
        )

    def lets_in(self, authorization: str) -> bool:
        """Whether a Proxy-Authorization header opens it."""
        if not self._userinfo:
            return True
        return authorization == "Basic " + base64.b64encode(self._userinfo.encode()).decode()


class _Server(ThreadingTCPServer):
    daemon_threads = False
    allow_reuse_address = True
    proxy: ConnectProxy

    def __init__(self, *args: object) -> None:
        self.stopping = threading.Event()
        super().__init__(*args)


class _Tunnel(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        proxy = self.server.proxy
        request = self.rfile.readline().split()
        headers = {}
        while line := self.rfile.readline().decode("latin-1").strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        if len(request) != 3 or request[0] != b"CONNECT":
            self.wfile.write(b"HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n")
            return
        proxy.asked.append(request[1].decode())
        if not proxy.lets_in(headers.get("proxy-authorization", "")):
            proxy.refused += 1
            self.wfile.write(
                b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                b'proxy-authenticate: Basic realm="stand-in"\r\ncontent-length: 0\r\n\r\n'
            )
            return
        with socket.create_connection(("127.0.0.1", proxy.port_behind)) as behind:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with contextlib.suppress(OSError):
                self._pass_on(behind)

    def _pass_on(self, behind: socket.socket) -> None:
        """Carry bytes both ways until one side ends."""
        other = {self.connection: behind, behind: self.connection}
        while not self.server.stopping.is_set():
            for ready in select.select(list(other), [], [], 0.05)[0]:
                content = ready.recv(_CHUNK)
                if not content:
                    return
                other[ready].sendall(content)
