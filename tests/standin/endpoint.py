"""The stand-in: its keys, its script and its log."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Self

from tests.standin import behaviour as play
from tests.standin.behaviour import Behaviour, Refusal, Reply
from tests.standin.wire_server import LOOK_S, Received, Server

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from types import TracebackType

KEY = "stand-in-key"
DEPLOYMENT = "medimageparse-v17"
LARGEST_BODY = 100 * 2**20


class StandIn:
    """A MedImageParse endpoint on loopback, to be used in a ``with`` statement.

    Args:
        keys: Keys that are accepted.
        deployments: Deployments that there are; the first is the default.
        port: 0 picks a free one.
        max_in_flight: Requests at once beyond which it answers 429.
        tls: For https.
        default: What is done with a request for which nothing is scripted.
    """

    def __init__(
        self,
        *,
        keys: tuple[str, ...] = (KEY,),
        deployments: tuple[str, ...] = (DEPLOYMENT,),
        port: int = 0,
        max_in_flight: int = 16,
        tls: ssl.SSLContext | None = None,
        default: Behaviour = Reply(),  # noqa: B008 - frozen
    ) -> None:
        self.keys = keys
        self.deployments = deployments
        self.max_in_flight = max_in_flight
        self.default = default
        self.crashes: list[BaseException] = []
        self.reasons: list[str] = []
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._script: deque[Behaviour] = deque()
        self._received: list[Received] = []
        self._in_flight = 0
        self._most_in_flight = 0
        self._left_early = 0
        self._server = Server(self, port)
        self._scheme = "http"
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
            self._scheme = "https"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.hang_up_all()
        self._server.server_close()
        self._thread.join()
        if self.crashes and problem is None:
            raise AssertionError("the stand-in itself failed") from self.crashes[0]

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._server.server_address[1]

    @property
    def base_url(self) -> str:
        """Its address without ``/score``."""
        return f"{self._scheme}://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Its scoring URL."""
        return f"{self.base_url}/score"

    @property
    def received(self) -> tuple[Received, ...]:
        """Every request so far."""
        with self._lock:
            return tuple(self._received)

    @property
    def most_in_flight(self) -> int:
        """The most requests that were under way at once."""
        with self._lock:
            return self._most_in_flight

    @property
    def left_early(self) -> int:
        """How many clients hung up before the answer was out."""
        with self._lock:
            return self._left_early

    def script(self, *behaviours: Behaviour) -> None:
        """Say what to do with the next requests to ``/score``, one behaviour each."""
        with self._lock:
            self._script.extend(behaviours)

    def wait_for(self, condition: Callable[[], bool], seconds: float = 5.0) -> bool:
        """Wait until a condition holds; False when it never does."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                return False
            time.sleep(LOOK_S)
        return True

    def begin(self, received: Received) -> Behaviour:
        """Note a request and say what to do with it; to be followed by :meth:`end`."""
        with self._lock:
            self._received.append(received)
            self._in_flight += 1
            self._most_in_flight = max(self._most_in_flight, self._in_flight)
            if (received.method, received.path) != ("POST", "/score"):
                return self.default
            if self._in_flight > self.max_in_flight:
                return play.BUSY
            return self._script.popleft() if self._script else self.default

    def end(self, *, client_left: bool) -> None:
        """Note that a request is over."""
        with self._lock:
            self._in_flight -= 1
            self._left_early += client_left

    def check_door(self, received: Received) -> Refusal | None:
        """What the front door says before the container sees anything."""
        scheme, _, token = received.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            return play.BAD_AUTHORIZATION
        if token not in self.keys:
            return play.BAD_KEY
        wanted = received.headers.get("azureml-model-deployment")
        if wanted is not None and wanted not in self.deployments:
            return play.NO_DEPLOYMENT
        if len(received.headers.get("x-ms-client-request-id", "")) > 100:
            return play.LONG_REQUEST_ID
        return play.BODY_TOO_LARGE if len(received.body) > LARGEST_BODY else None
