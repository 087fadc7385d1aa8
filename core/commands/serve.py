"""``python -m core serve``: the REST contract of MedImageParse over a model of this machine."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from core.backends.traffic import Traffic
from core.commands.signed_in import backend_from
from core.logs import configure_logs
from core.metrics import Metrics, MetricsServer, metrics_port_from
from core.serve.options import LOOPBACK, MAX_WAITING, PORT, ServeOptions, token_from
from core.serve.running import serve
from core.settings.names import LOG_LEVEL, SERVE_TOKEN

if TYPE_CHECKING:
    import argparse

BACKENDS = ("local", "demo")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command; the token is none, where others could read it."""
    parser.add_argument("--backend", choices=BACKENDS, default="local", help="local (default)")
    parser.add_argument(
        "--host",
        default=LOOPBACK,
        help=f"address to listen on (default {LOOPBACK}); others need {SERVE_TOKEN.name} set",
    )
    parser.add_argument("--port", type=int, default=PORT, help=f"port (default {PORT})")
    parser.add_argument(
        "--max-waiting",
        type=int,
        metavar="REQUESTS",
        help=f"requests that may wait (default {MAX_WAITING}), or on Ray pictures; more are "
        "answered 429",
    )
    parser.add_argument(
        "--certificate", type=Path, metavar="FILE", help="PEM with the certificate, for https"
    )
    parser.add_argument("--key", type=Path, metavar="FILE", help="PEM with its key")
    parser.add_argument(
        "--replicas", type=int, metavar="N", help="models that run at once, on Ray Serve"
    )
    parser.add_argument("--max-replicas", type=int, metavar="N", help="as many under load")
    parser.add_argument(
        "--cluster", metavar="HOST:PORT", help="a Ray cluster that runs already; else this machine"
    )


def run(arguments: argparse.Namespace) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Raises:
        WorkbenchError: A setting, the port or the model stands in the way.
    """
    # A server writes one line a request; the other commands are silent unless asked.
    configure_logs({LOG_LEVEL.name: "info", **os.environ})
    options = ServeOptions(
        arguments.host,
        arguments.port,
        MAX_WAITING if arguments.max_waiting is None else arguments.max_waiting,
        token_from(os.environ),
        arguments.certificate,
        arguments.key,
    )
    if options.in_the_open:
        print(
            "Pictures, phrases and the token travel unencrypted: add --certificate and --key, "
            "or put a proxy with TLS before it.",
            file=sys.stderr,
        )
    if (arguments.replicas, arguments.max_replicas, arguments.cluster) == (None, None, None):
        _serve_here(arguments.backend, options)
    else:
        _serve_on_ray(arguments, options)


def _serve_here(name: str, options: ServeOptions) -> None:
    """One model in this process."""
    metrics = Metrics(Traffic())
    backend = backend_from(name, os.environ)
    with ExitStack() as opened:
        port = metrics_port_from(os.environ)
        if port is not None:
            opened.callback(MetricsServer(metrics, port).close)
        serve(
            backend,
            options,
            on_ready=partial(_tell, backend.label),
            on_request=metrics.count,
        )


def _serve_on_ray(arguments: argparse.Namespace, options: ServeOptions) -> None:
    """Several models, each in a process of its own."""
    from core.serve import cluster  # noqa: PLC0415 - seldom needed

    service = cluster.ServiceOptions(
        arguments.backend,
        1 if arguments.replicas is None else arguments.replicas,
        arguments.max_replicas,
        with_token=options.token is not None,
    )
    if arguments.max_waiting is not None:
        service = replace(service, waiting=arguments.max_waiting)
    told = cluster.ClusterOptions(service, options, arguments.cluster)
    cluster.serve(told, partial(_tell, f"The backend {arguments.backend} on Ray Serve"))


def _tell(what: str, url: str) -> None:
    print(f"{what} answers at {url}", flush=True)
