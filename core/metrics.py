"""Counts and times of the requests to endpoints, in OpenMetrics on a port of this machine.

By host and outcome only: nothing of a user, a picture or a phrase.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from core.errors import SettingsError
from core.settings.names import METRICS_PORT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from core.backends.services import CallRecord
    from core.backends.traffic import Traffic

_LOOPBACK = "127.0.0.1"
_BUCKETS_S = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0, 90.0, 180.0)


# Whatever a reader says that it accepts: this is the format that the settings promise.
_ENCODE, _CONTENT_TYPE = choose_encoder("application/openmetrics-text")


class Metrics:
    """Counts the requests of one process.

    Args:
        traffic: Asked for what is under way when the counts are read.
    """

    def __init__(self, traffic: Traffic) -> None:
        self.registry = CollectorRegistry()
        kept = self.registry
        host = ("host",)
        self._requests = Counter(
            "mip_requests", "Requests by outcome.", ("host", "outcome"), registry=kept
        )
        self._seconds = Histogram(
            "mip_request_seconds",
            "From sending a request to the whole answer.",
            host,
            buckets=_BUCKETS_S,
            registry=kept,
        )
        self._retries = Counter("mip_retries", "Requests that were retries.", host, registry=kept)
        self._pictures = Counter("mip_pictures", "Pictures sent.", host, registry=kept)
        self._sent = Counter("mip_sent_bytes", "Bytes of request bodies.", host, registry=kept)
        self._received = Counter(
            "mip_received_bytes", "Bytes of answer bodies.", host, registry=kept
        )
        self._delayed = Counter(
            "mip_bandwidth_delay_seconds",
            "How long Azure held traffic back for its bandwidth limit.",
            host,
            registry=kept,
        )
        kept.register(_Lanes(traffic))

    def count(self, record: CallRecord) -> None:
        """Count one request; safe to call from any thread."""
        host = record.host
        self._requests.labels(host, record.outcome).inc()
        self._seconds.labels(host).observe(record.seconds)
        self._retries.labels(host).inc(record.attempt > 1)
        self._pictures.labels(host).inc(record.rows)
        self._sent.labels(host).inc(record.bytes_sent)
        self._received.labels(host).inc(record.bytes_received)
        self._delayed.labels(host).inc(record.delayed_s)

    def text(self) -> bytes:
        """Everything counted so far, as OpenMetrics text."""
        return _ENCODE(self.registry)


class _Lanes(Collector):
    """How things stand at every endpoint at the moment of reading."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic

    def collect(self) -> Iterator[GaugeMetricFamily]:
        states = self._traffic.states
        for name, meaning, values in (
            ("in_flight", "Requests under way.", [s.in_flight for s in states]),
            ("waiting", "Requests that wait for a place.", [s.waiting for s in states]),
            ("places", "Requests that may be under way.", [s.limit for s in states]),
            ("paused", "1 while the endpoint is left alone.", [int(s.paused) for s in states]),
        ):
            family = GaugeMetricFamily(f"mip_{name}", meaning, labels=("host",))
            for state, value in zip(states, values, strict=True):
                family.add_metric((state.host,), value)
            yield family


class MetricsServer:
    """Offers the metrics at ``/metrics`` on this machine, until it is closed.

    Args:
        metrics: What is offered.
        port: 0 picks a free one.

    Raises:
        SettingsError: The port cannot be used.
    """

    def __init__(self, metrics: Metrics, port: int) -> None:
        try:
            self._server = _Server((_LOOPBACK, port), _Handler)
        except OSError as problem:
            reason = problem.strerror or type(problem).__name__
            raise SettingsError(
                f"Metrics cannot be offered on port {port}: {reason}.",
                f"Set {METRICS_PORT.name} to a free port, or take it away; all else works.",
            ) from None
        self._server.metrics = metrics
        threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True).start()

    @property
    def url(self) -> str:
        """Where the metrics are."""
        return f"http://{_LOOPBACK}:{self._server.server_address[1]}/metrics"

    def close(self) -> None:
        """Give the port back."""
        self._server.shutdown()
        self._server.server_close()


def metrics_port_from(env: Mapping[str, str]) -> int | None:
    """The port for metrics, or None when there is none.

    Args:
        env: Environment variables.

    Raises:
        SettingsError: It is no port.
    """
    text = (env.get(METRICS_PORT.name) or "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 65535):
        raise SettingsError(
            f"{METRICS_PORT.name} is {text[:20]!r}.", "Set it to a port number from 1 to 65535."
        )
    return int(text)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    metrics: Metrics

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # past HTTPServer's own, which looks its name up in DNS


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        found = self.path.partition("?")[0] == "/metrics"
        body = self.server.metrics.text() if found else b"The metrics are at /metrics\n"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", _CONTENT_TYPE if found else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""
