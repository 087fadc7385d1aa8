"""What an operator can say about a service on Ray Serve, checked."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from core.errors import SettingsError
from core.serve.model_thread import ANSWER_S
from core.serve.options import ServeOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

BACKENDS = ("local", "demo")
"""What a replica can hold: a model in its own process, never one that sends pictures on."""


@dataclass(frozen=True)
class ServiceOptions:
    """What is deployed; the same on one machine and on many.

    Attributes:
        backend: One of :data:`BACKENDS`.
        replicas: Models that always run, each in a process of its own.
        max_replicas: As many as that under load; None for no more than ``replicas``.
        batch: Pictures that a replica puts into one pass at most.
        batch_wait_s: How long the first picture of a batch waits for others.
        waiting: Pictures that may wait for a free replica, for each front; more are answered 429.
        fronts: Processes that read requests and write answers.
        tries: Replicas that may die over one picture before it is given up.
        answer_s: Longest time for one request, in seconds.
        gpus: Graphics cards of one replica, or a fraction of one; None for one where the cluster
            has any.
        cpus: Processor cores of one replica.
        with_token: Whether the fronts must have ``MIP_SERVE_TOKEN``, and start on no machine that
            lacks it. The token itself is never handed around.

    Raises:
        SettingsError: A value is out of range.
    """

    backend: str = "local"
    replicas: int = 1
    max_replicas: int | None = None
    batch: int = 4
    batch_wait_s: float = 0.02
    waiting: int = 64
    fronts: int = 2
    tries: int = 3
    answer_s: float = ANSWER_S
    gpus: float | None = None
    cpus: int = 1
    with_token: bool = False

    def __post_init__(self) -> None:
        if self.backend not in BACKENDS:
            raise SettingsError(
                f"The backend {str(self.backend)[:40]!r} cannot be served by a cluster.",
                f"Use {' or '.join(BACKENDS)}.",
            )
        for name in ("replicas", "batch", "waiting", "fronts", "tries", "cpus"):
            _require(name, getattr(self, name), int, 1)
        for name in ("batch_wait_s", "answer_s"):
            _require(name, getattr(self, name), (int, float), 0)
        if self.gpus is not None:
            _require("gpus", self.gpus, (int, float), 0)
        if self.max_replicas is not None:
            _require("max_replicas", self.max_replicas, int, self.replicas)

    @property
    def most_replicas(self) -> int:
        """Replicas under the highest load."""
        return self.max_replicas or self.replicas

    @property
    def at_a_replica(self) -> int:
        """Pictures that one replica holds: a batch that is computed and one that gathers."""
        return 2 * self.batch

    @property
    def at_a_front(self) -> int:
        """Requests that may be under way at one front, each with a picture at least."""
        return self.waiting + self.at_a_replica * self.most_replicas

    @classmethod
    def of(cls, values: Mapping[str, object]) -> ServiceOptions:
        """Read the ``args`` of a Ray Serve configuration file.

        Raises:
            SettingsError: A name is unknown, or a value out of range.
        """
        known = {each.name for each in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise SettingsError(
                f"The service has no option {unknown[0][:40]!r}.",
                f"Its options are {', '.join(sorted(known))}.",
            )
        return cls(**values)  # type: ignore[arg-type] # __post_init__ checks types and ranges


@dataclass(frozen=True)
class ClusterOptions:
    """Where a service runs and where it is reached.

    Attributes:
        service: What is deployed.
        listen: Host, port and certificate of every machine's proxy; the files of the certificate
            are read on each machine.
        address: Address of a running Ray cluster, ``HOST:PORT`` or ``"auto"``; None starts Ray on
            this machine, for as long as the service runs.
    """

    service: ServiceOptions
    listen: ServeOptions = field(default_factory=ServeOptions)
    address: str | None = None

    def __post_init__(self) -> None:
        if self.listen.port == 0:
            raise SettingsError(
                "The proxies of a cluster have no port.", "Choose one from 1 to 65535 with --port."
            )


def _require(name: str, value: object, kind: type | tuple[type, ...], least: int) -> None:
    """Refuse a value that is no number, or too small; True and False are no numbers here."""
    if isinstance(value, bool) or not isinstance(value, kind) or not value >= least:  # type: ignore[operator] # a number by now
        raise SettingsError(
            f"The option {name} is {str(value)[:20]!r}.",
            f"Set it to {'a whole number' if kind is int else 'a number'}, {least} or more.",
        )
