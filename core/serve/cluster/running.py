"""Starts the service, keeps it running, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import re
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from core.errors import ModelNotReady, SettingsError
from core.serve.cluster.application import application
from core.serve.cluster.connection import end_on_sigterm, joined_ray, own_ray
from core.serve.cluster.replica import open_backend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ray.serve.config import HTTPOptions

    from core.backends.base import Backend
    from core.serve.cluster.options import ClusterOptions, ServiceOptions
    from core.serve.options import ServeOptions

_APPLICATION = "medimageparse"
# Our errors as they stand in a traceback: class, what happened, what to do.
_OWN_ERROR = re.compile(r"core\.errors\.\w+: (.+)")


def serve(
    options: ClusterOptions,
    on_ready: Callable[[str], None],
    opener: Callable[[str], Backend] = open_backend,
) -> None:
    """Serve until the process is interrupted (Ctrl-C) or asked to end (SIGTERM).

    Args:
        options: What is served, and where.
        on_ready: Told the scoring URL once the model answers.
        opener: Makes the backend of a name, in the process of each replica.

    Raises:
        SettingsError: Ray is not installed, or Ray, its address, the port or the certificate
            cannot be used.
        ModelNotReady: The replicas do not start.
    """
    options.listen.check_certificate()
    service = options.service
    ray = (
        own_ray(service.cpus * service.most_replicas)
        if options.address is None
        else joined_ray(options.address)
    )
    with contextlib.suppress(KeyboardInterrupt), ray:
        end_on_sigterm()
        with _http(options.listen):
            _deploy(service if options.address else _fitted(service), opener)
            on_ready(_url(options.listen))
            threading.Event().wait()


@contextlib.contextmanager
def _http(listen: ServeOptions) -> Iterator[None]:
    """Ray Serve with a proxy on every machine that has replicas; taken down with the service."""
    from ray import serve as ray_serve  # noqa: PLC0415 - an optional package
    from ray.serve.config import ProxyLocation  # noqa: PLC0415 - the same

    try:
        try:
            ray_serve.start(
                proxy_location=ProxyLocation.EveryNode, http_options=_http_options(listen)
            )
        except (RuntimeError, TimeoutError) as error:
            raise SettingsError(
                f"Port {listen.port} of {listen.host[:100]} cannot be used.",
                "Choose another with --port, or end what uses it.",
                details=str(error),
            ) from None
        yield
    finally:
        ray_serve.shutdown()


def _http_options(listen: ServeOptions) -> HTTPOptions:
    from ray.serve.config import HTTPOptions  # noqa: PLC0415 - an optional package

    certificate = listen.certificate
    return HTTPOptions(
        host=listen.host,
        port=listen.port,
        ssl_certfile=str(certificate) if certificate else None,
        ssl_keyfile=str(listen.key or certificate) if certificate else None,
    )


def _url(listen: ServeOptions) -> str:
    scheme = "http" if listen.certificate is None else "https"
    host = f"[{listen.host}]" if ":" in listen.host else listen.host
    return f"{scheme}://{host}:{listen.port}/score"


def _fitted(options: ServiceOptions) -> ServiceOptions:
    """Without a graphics card, share this machine's processor cores out to the replicas."""
    import ray  # noqa: PLC0415 - an optional package

    if ray.cluster_resources().get("GPU", 0):
        return options
    share = (os.cpu_count() or 1) // options.most_replicas
    return replace(options, cpus=max(options.cpus, share))


def _deploy(options: ServiceOptions, opener: Callable[[str], Backend]) -> None:
    """Start the replicas and wait until they answer.

    Raises:
        ModelNotReady: They do not start.
    """
    from ray import serve as ray_serve  # noqa: PLC0415 - an optional package

    try:
        ray_serve.run(application(options, opener), name=_APPLICATION)
    except RuntimeError:
        status = ray_serve.status().applications[_APPLICATION]
        told = "\n".join(each.message for each in status.deployments.values())
        found = _OWN_ERROR.findall(told)
        raise ModelNotReady(
            "The replicas of the model do not start.",
            found[-1] if found else "Look into the log of the replicas, in Ray's folder.",
            details=told,
        ) from None
