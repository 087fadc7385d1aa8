"""Ray itself: started on this machine for one service, or joined where it runs already."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import core
from core.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

_OBJECT_STORE_BYTES = 2**30
"""Room for pictures and masks on their way: shared memory, of which only what is used is taken."""
_CONNECT_S = 5.0


@contextlib.contextmanager
def own_ray(cores: int) -> Iterator[None]:
    """Ray on this machine, without a dashboard, for as long as the block runs.

    Its ports are on loopback, except one of every replica, and all of them ask for a token that
    is made up for each start and stored nowhere.

    Args:
        cores: What the replicas ask for; Ray is told to have it, or they would wait for ever.

    Raises:
        SettingsError: Ray is not installed, or does not start.
    """
    os.environ.update(
        {
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "RAY_enable_metrics_collection": "0",
            # Without this Ray swaps 127.0.0.1 for the address of the network.
            "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        }
    )
    with _shut_down_at_end():
        import ray  # noqa: PLC0415 - an optional package

        try:
            ray.init(
                num_cpus=max(os.cpu_count() or 1, cores),
                object_store_memory=_OBJECT_STORE_BYTES,
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.WARNING,
                _node_ip_address="127.0.0.1",
            )
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise SettingsError(
                "Ray does not start on this machine.",
                "Check its memory, its shared memory (/dev/shm) and its temporary folder.",
                details=str(error),
            ) from None
        yield


@contextlib.contextmanager
def joined_ray(address: str) -> Iterator[None]:
    """A connection to a cluster; its machines run the code of this one, whatever they have.

    Args:
        address: ``HOST:PORT``, or ``"auto"`` for the cluster that this machine is part of.

    Raises:
        SettingsError: Ray is not installed, or there is no cluster at the address.
    """
    with _shut_down_at_end():
        import ray  # noqa: PLC0415 - an optional package

        if not _answers(address):
            raise _no_cluster(address)
        code = {"py_modules": [str(Path(core.__file__).parent)]}
        level = logging.WARNING
        try:
            ray.init(address, log_to_driver=False, logging_level=level, runtime_env=code)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise _no_cluster(address, str(error)) from None
        yield


@contextlib.contextmanager
def _shut_down_at_end() -> Iterator[None]:
    """Leave Ray behind as it was found, also when this process is asked to end.

    Raises:
        SettingsError: Ray is not installed.
    """
    # Read when Ray is imported. Nobody is told that it is used.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray  # noqa: PLC0415 - an optional package
    except ImportError:
        raise SettingsError(
            "Ray is not installed, which a service with several replicas needs.",
            "Run: pip install -r requirements-cluster.txt",
        ) from None
    try:
        yield
    finally:
        ray.shutdown()


def end_on_sigterm() -> None:
    """Treat SIGTERM as Ctrl-C from now on; to be called once Ray runs.

    Ray's own handler ends this process at once, and leaves those behind that it started.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _answers(address: str) -> bool:
    """Whether anything listens there; Ray itself would try for two minutes."""
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdecimal():
        return True
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_S).close()
    except (OSError, OverflowError):
        return False
    return True


def _no_cluster(address: str, details: str = "") -> SettingsError:
    return SettingsError(
        f"There is no Ray cluster at {address[:100]!r}, or not one for this version of Ray.",
        "Give the address that `ray start --head` has printed, such as 10.0.0.5:6379.",
        details=details,
    )
